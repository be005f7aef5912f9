import rateLimit, { type RateLimitPluginOptions } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { sameSecret } from '../auth.js';
import { hangUp } from '../connection.js';
import { healthAnswer, healthAnswerSchema } from '../shapes/health-shape.js';
import { HttpError } from '../http-error.js';
import type { HealthApi, RouteOptions } from '../port.js';
import { readJson } from '../validation.js';
import { systemClock, type Clock } from '../../domain/clock.js';

type StoreConstructor = NonNullable<RateLimitPluginOptions['store']>;

/**
 * Counts calls by key in windows that start with a key's first call, by monotonic ms. The plugin's own counter uses the
 * wall clock: a window started while the clock was ahead stays open until the clock reaches it again. A class, because
 * the plugin needs a constructor.
 */
export function callCounts(monotonic: Clock['monotonic']): StoreConstructor {
  const windows = new Map<string, { calls: number; readonly until: number }>();
  return class CallCounts {
    incr(...[key, callback, windowMs]: Parameters<InstanceType<StoreConstructor>['incr']>): void {
      const now = monotonic();
      let window = windows.get(key);
      if (window === undefined || window.until <= now) {
        for (const [other, { until }] of windows) if (until <= now) windows.delete(other);
        window = { calls: 0, until: now + windowMs };
        windows.set(key, window);
      }
      window.calls += 1;
      callback(null, { current: window.calls, ttl: Math.ceil(window.until - now) });
    }

    child(): this {
      return this;
    }
  };
}

/** The key a request carries; null without one. */
function keyOf({ headers }: FastifyRequest): string | null {
  const key = headers.apikey ?? headers.api_key;
  return typeof key === 'string' && key !== '' ? key : null;
}

/** Requires one of the health API's own keys; answers 404 while the API is disabled. */
function requireKey(app: FastifyInstance, health: HealthApi): void {
  app.addHook('onRequest', async (request, reply) => {
    const { enabled, apiKeys } = health.terms();
    if (!enabled) throw new HttpError(404, 'unknown_route', 'there is no such route');
    const key = keyOf(request);
    if (key === null) return reply.code(401).send({ message: 'No API key found in request' });
    // Every key is compared, so that the time does not depend on which one matches.
    const matches = apiKeys.map((known) => sameSecret(known, key));
    if (!matches.includes(true)) return reply.code(401).send({ message: 'Unauthorized' });
    return undefined;
  });
}

const tags = ['model health'];
const refusal = z.object({ message: z.string() });
const wrongBody = refusal.extend({
  detail: z.array(
    z.object({ loc: z.array(z.union([z.string(), z.number()])), msg: z.string(), type: z.string() }),
  ),
});
const responses = { 200: healthAnswerSchema, 422: wrongBody, '4xx': refusal, '5xx': refusal };
const bodySchema = z
  .looseObject({
    endpoint_configuration: z.record(z.string(), z.unknown()).optional(),
    target_model_configuration: z.record(z.string(), z.unknown()).optional(),
  })
  .describe('The model, in one of the two formats.');

/** The model-health API: checks a model that the caller describes, or one of the registry, and records nothing. */
export const healthRoutes: FastifyPluginAsyncZod<RouteOptions> = async (app, { backend }) => {
  const { health } = backend;
  const config = { open: true };
  const checks = { ...config, waits: true };
  readJson(app);
  requireKey(app, health);
  await app.register(rateLimit, {
    timeWindow: 60_000,
    store: callCounts(systemClock.monotonic),
    max: () => health.terms().ratePerMin,
    keyGenerator: (request) => keyOf(request) ?? '',
    errorResponseBuilder: (_request, { after }) =>
      new HttpError(429, 'rate_limited', `too many requests with this key; again in ${after}`),
  });

  app.get(
    '/redteam/health',
    {
      config,
      schema: {
        summary: 'Availability of the health API',
        tags,
        response: { 200: z.object({ status: z.literal('healthy') }), '4xx': refusal },
      },
    },
    () => ({ status: 'healthy' as const }),
  );

  for (const url of ['/redteam/v3/model-health', '/redteam/model-health']) {
    app.post(
      url,
      {
        config: checks,
        attachValidation: true,
        schema: {
          summary: 'Check the model described in the body',
          tags,
          body: bodySchema,
          response: responses,
        },
      },
      async (request, reply) => {
        const answer = await health.ask(request.body, hangUp(reply), keyOf(request) ?? '');
        if ('query' in answer) return healthAnswer(answer);
        const detail = answer.problems.map(({ path, message }) => ({
          loc: ['body', ...path],
          msg: message,
          type: message.startsWith('is required') ? 'missing' : 'value_error',
        }));
        return reply.code(422).send({ message: 'the body does not describe a model', detail });
      },
    );
  }

  for (const url of ['/redteam/v3/model/model-health', '/redteam/model/model-health']) {
    app.post(
      url,
      {
        config: checks,
        schema: {
          summary: 'Check a model of the registry',
          description: 'The header X-Enkrypt-Model gives the id or the model_saved_name of the model.',
          tags,
          headers: z.looseObject({
            'x-enkrypt-model': z.string().optional(),
            'x-enkrypt-model-version': z.string().optional(),
          }),
          response: responses,
        },
      },
      async (request, reply) => {
        const { headers } = request;
        const name = headers['x-enkrypt-model'];
        if (name === undefined || name === '')
          throw new HttpError(400, 'no_model', 'the header X-Enkrypt-Model is missing');
        const version = headers['x-enkrypt-model-version'] ?? null;
        const answer = await health.askSaved(name, version, hangUp(reply), keyOf(request) ?? '');
        if (answer === null) throw new HttpError(404, 'unknown_model', 'no saved model has this name');
        return healthAnswer(answer);
      },
    );
  }
};
