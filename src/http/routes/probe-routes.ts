import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { formatFor, mediaTypes } from '../../metrics/format.js';
import { probeExposition } from '../../metrics/probe-exposition.js';
import { hangUp } from '../connection.js';
import { errorResponses, unknownModel } from '../http-error.js';
import type { RouteOptions } from '../port.js';

/** ms of the scrape timeout that are left to Prometheus for reading the answer. */
const reserveMs = 500;
const leastMs = 100;

/** ms that a probe may take within the scrape timeout in seconds. */
function deadlineOf(timeout: string | undefined): number {
  const seconds = Number(timeout);
  return seconds > 0 ? Math.max(leastMs, seconds * 1_000 - reserveMs) : Infinity;
}

const targets = z.array(
  z.object({
    targets: z.array(z.string()).describe('Address of this server.'),
    labels: z.record(z.string(), z.string()),
  }),
);

/** modelpulse as a multi-target exporter: Prometheus sets the schedule. */
export const probeRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, { backend }, done) => {
  app.get(
    '/probe',
    {
      // HEAD would run a check too.
      exposeHeadRoute: false,
      config: { waits: true, spends: true },
      schema: {
        summary: 'Check a model now and return metrics of this check only',
        description:
          'Records nothing. A failed check is a 200 with `probe_success 0`. The check ends half a second before the time in `X-Prometheus-Scrape-Timeout-Seconds`.',
        tags: ['operation'],
        querystring: z.strictObject({ target: z.string('must be given once').describe('Id of the model.') }),
        response: {
          200: {
            description: 'Format requested by `Accept`',
            content: {
              'text/plain': { schema: z.string() },
              'application/openmetrics-text': { schema: z.string() },
            },
          },
          ...errorResponses,
        },
      },
    },
    async ({ query, headers }, reply) => {
      const timeout = headers['x-prometheus-scrape-timeout-seconds'];
      const timeoutMs = deadlineOf(typeof timeout === 'string' ? timeout : undefined);
      const result = await backend.probe(query.target, timeoutMs, hangUp(reply));
      if (result === null) throw unknownModel();
      const format = formatFor(headers.accept);
      return reply.type(mediaTypes[format]).serializer(String).send(probeExposition(result, format));
    },
  );

  app.get(
    '/sd/prometheus',
    {
      schema: {
        summary: 'Models as targets of /probe, for `http_sd_configs`',
        description: 'Each target has the `Host` of the request as its address; relabelling is not needed.',
        tags: ['operation'],
        response: { 200: targets, ...errorResponses },
      },
    },
    ({ host }) =>
      [...backend.views()]
        .filter(({ model }) => !model.pause)
        .map(({ model }) => ({
          targets: [host],
          labels: {
            __metrics_path__: '/probe',
            __param_target: model.id,
            instance: model.id,
            model: model.id,
            provider: model.provider,
            ...Object.fromEntries(
              Object.entries(model.labels).map(([key, value]) => [`label_${key}`, value]),
            ),
          },
        })),
  );
  done();
};
