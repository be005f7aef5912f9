import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sameSecret } from './auth.js';
import { HttpError } from './http-error.js';
import type { HealthApi } from './port.js';

/** The key a request carries; null without one. */
export function keyOf({ headers }: FastifyRequest): string | null {
  const key = headers.apikey ?? headers.api_key;
  return typeof key === 'string' && key !== '' ? key : null;
}

/** Lets only those in who have one of the health API's own keys; while it is off its routes are not there. */
export function requireKey(app: FastifyInstance, health: HealthApi): void {
  app.addHook('onRequest', async (request, reply) => {
    const { enabled, apiKeys } = health.terms();
    if (!enabled) throw new HttpError(404, 'unknown_route', 'there is no such route');
    const key = keyOf(request);
    if (key === null) return reply.code(401).send({ message: 'No API key found in request' });
    // Every key is compared, so that the time tells nothing of which came close.
    const matches = apiKeys.map((known) => sameSecret(known, key));
    if (!matches.includes(true)) return reply.code(401).send({ message: 'Unauthorized' });
    return undefined;
  });
}
