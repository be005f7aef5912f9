import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { formatDuration, parseDuration } from '../../domain/duration.js';
import { dayMs, hourMs, minuteMs } from '../../domain/period.js';
import type { Interval } from '../../domain/state.js';
import { happened } from './history-routes.js';
import { errorResponses, HttpError } from '../http-error.js';
import { idParameter, viewOf } from './model-routes.js';
import type { RouteOptions } from '../port.js';
import { parameter, windowOf, windowParameters } from '../query.js';
import { seriesSchema } from '../shapes/series-shape.js';

const mostBuckets = 10_000;
const usualBuckets = 400;
/** Default steps: the first that needs at most the usual number of buckets is used. */
const usualSteps = [minuteMs, 5 * minuteMs, 15 * minuteMs, hourMs, 6 * hourMs, dayMs, 7 * dayMs] as const;
const longestStep = 7 * dayMs;

function stepOf(text: string): number | null {
  const ms = parseDuration(/^\d+$/.test(text) ? `${text}s` : text);
  return ms !== null && ms >= 1_000 ? ms : null;
}

const seriesQuery = z.strictObject({
  ...windowParameters,
  step: parameter('must be a duration such as 5m, or seconds; at least 1s', stepOf)
    .optional()
    .meta({
      description: `Length of a bucket: a duration such as \`5m\`, or seconds; at most ${mostBuckets} buckets. Buckets start at multiples of it since 1970; the first and last are clipped to the window. Default: a step with at most ${usualBuckets} buckets.`,
      examples: ['5m', '1h', '1d'],
    }),
});

function countOf({ from, to }: Interval, stepMs: number): number {
  return Math.ceil(to / stepMs) - Math.floor(from / stepMs);
}

function chosenStep(window: Interval, asked: number | undefined): number {
  if (asked === undefined) {
    return usualSteps.find((stepMs) => countOf(window, stepMs) <= usualBuckets) ?? longestStep;
  }
  const count = countOf(window, asked);
  if (count <= mostBuckets) return asked;
  const seconds = Math.ceil((window.to - window.from) / (mostBuckets - 2) / 1_000);
  throw new HttpError(
    400,
    'bad_query',
    `step: ${formatDuration(asked)} makes ${count} buckets of this window; at most ${mostBuckets} are allowed, so at least ${seconds}s`,
  );
}

/** Route for the past of a model in steps. */
export const seriesRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, { backend }, done) => {
  app.get(
    '/api/v1/models/:id/series',
    {
      schema: {
        summary: 'Seconds per state, results, latency, tokens and cost over a window, by step',
        description: 'Default window: the last 24 h.',
        tags: ['history'],
        params: idParameter,
        querystring: seriesQuery,
        response: { 200: seriesSchema, ...errorResponses },
      },
    },
    async ({ params, query }, reply) => {
      const { key, model, stored, exclusions, cost } = viewOf(backend, params.id);
      const now = backend.now();
      const window = happened(stored, windowOf(query, now), now);
      const stepMs = chosenStep(window, query.step);
      const past = { key, stored, exclusions, currency: cost?.currency ?? null };
      const { text } = await backend.readLong({ kind: 'series', model: model.id, past, window, stepMs });
      void reply.type('application/json; charset=utf-8');
      // Serialized already, outside the event loop.
      return reply.send(text as never);
    },
  );
  done();
};
