import { addAbortSignal } from 'node:stream';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { formatFor, mediaTypes } from '../../metrics/format.js';
import { errorResponses, errorSchema, HttpError } from '../http-error.js';
import type { RouteOptions } from '../port.js';
import { streamField, streamOf } from '../stream.js';

const okSchema = z.object({ status: z.literal('ok') });
const reloadedSchema = okSchema.extend({
  warnings: z.array(z.string()).describe('Warnings of the configuration now in force.'),
});
const problemsSchema = errorSchema.extend({
  problems: z.array(z.string()).describe('Errors, each with file, line and column.'),
});

const longestUserAgent = 200;

/** A client's own name, bounded for the log. */
function boundedName(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '').slice(0, longestUserAgent);
}

/** Routes for orchestrators, Prometheus and operators. */
export const operationRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, { backend, report }, done) => {
  app.get(
    '/metrics',
    {
      schema: {
        summary: 'Metrics for Prometheus',
        tags: ['operation'],
        response: {
          200: {
            description: 'Text format 0.0.4, or OpenMetrics 1.0 if `Accept` requests it',
            content: {
              'text/plain': { schema: streamField },
              'application/openmetrics-text': { schema: streamField },
            },
          },
          ...errorResponses,
        },
      },
    },
    ({ headers }, reply) => {
      const format = formatFor(headers.accept);
      const { chunks, givenUp, leave } = backend.exposition(format);
      const text = addAbortSignal(givenUp, streamOf(chunks, report, 'GET /metrics'));
      text.once('close', leave);
      void reply.type(mediaTypes[format]).header('vary', 'accept').send(text);
    },
  );

  app.get(
    '/livez',
    {
      config: { open: true },
      schema: {
        summary: 'Liveness of the scheduler',
        tags: ['operation'],
        security: [],
        response: { 200: okSchema, ...errorResponses },
      },
    },
    () => {
      if (backend.live()) return { status: 'ok' as const };
      throw new HttpError(503, 'not_live', 'the scheduler does not tick');
    },
  );

  app.get(
    '/readyz',
    {
      config: { open: true },
      schema: {
        summary: 'Readiness: configuration loaded and store opened',
        tags: ['operation'],
        security: [],
        response: { 200: okSchema, ...errorResponses },
      },
    },
    () => {
      if (backend.ready()) return { status: 'ok' as const };
      throw new HttpError(503, 'not_ready', 'the configuration or the store is not open yet');
    },
  );

  app.post(
    '/-/reload',
    {
      schema: {
        summary: 'Reload the configuration',
        description:
          'An invalid configuration changes nothing. The log contains the address and user agent of the caller.',
        tags: ['operation'],
        response: { 200: reloadedSchema, 400: problemsSchema, ...errorResponses },
      },
    },
    async ({ ip, headers }, reply) => {
      const userAgent = headers['user-agent'];
      const { problems, warnings, unapplied } = await backend.reload({
        address: ip,
        userAgent: userAgent === undefined ? null : boundedName(userAgent),
      });
      if (problems.length === 0) return { status: 'ok' as const, warnings: [...warnings] };
      const message = problems.join('\n');
      if (unapplied) throw new HttpError(503, 'not_applied', message);
      return reply.code(400).send({ message, code: 'bad_config', problems: [...problems] });
    },
  );
  done();
};
