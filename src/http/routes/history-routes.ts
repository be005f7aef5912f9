import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Health } from '../../domain/health.js';
import { states, type Interval } from '../../domain/state.js';
import { clip, spentBetween, timelineBetween } from '../../store/history.js';
import { listOf, pageOf, stateReasonField, timeField } from '../shapes/fields.js';
import { errorResponses } from '../http-error.js';
import { idParameter, viewOf } from './model-routes.js';
import type { RouteOptions } from '../port.js';
import { limit, numberCursor, windowOf, windowParameters } from '../query.js';
import { isoTime } from '../time.js';
import { uptimeSchema, uptimeShape } from '../shapes/uptime-shape.js';

const uptimeQuery = z.strictObject(windowParameters);
const timelineQuery = z.strictObject({
  ...windowParameters,
  limit: limit(10_000, 10_000),
  cursor: numberCursor.optional(),
});

const timelineSchema = listOf(
  z.object({
    from: timeField,
    to: timeField.nullable().describe('Null if the interval continues.'),
    state: z.enum(states),
    reason: stateReasonField
      .nullable()
      .describe(
        'Reason the state started, or why it was unknown; null in maintenance, and if an earlier release did not store it.',
      ),
  }),
).extend({ from: timeField, to: timeField });

/** The past part of a window: not before the model was first seen, not after now. */
export function happened(health: Health, { from, to }: Interval, now: number): Interval {
  return clip(health, { from: Math.min(from, now), to: Math.min(to, now) });
}

/** Routes for uptime and states of a model over a window. */
export const historyRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, { backend }, done) => {
  const { store } = backend;

  app.get(
    '/api/v1/models/:id/uptime',
    {
      schema: {
        summary: 'Uptime, coverage, results and latency over a window',
        description: 'Default window: the last 24 h.',
        tags: ['history'],
        params: idParameter,
        querystring: uptimeQuery,
        response: { 200: uptimeSchema, ...errorResponses },
      },
    },
    async ({ params, query }) => {
      const view = viewOf(backend, params.id);
      const now = backend.now();
      const window = happened(view.stored, windowOf(query, now), now);
      const spent = await spentBetween(store, view, window);
      const counts = await store.counts(view.key, window.from, window.to, view.exclusions);
      return uptimeShape(view.model.id, window, spent, counts, view.cost?.currency ?? null);
    },
  );

  app.get(
    '/api/v1/models/:id/timeline',
    {
      schema: {
        summary: 'States over a window, oldest first',
        description: 'Default window: the last 24 h. The intervals have no gaps.',
        tags: ['history'],
        params: idParameter,
        querystring: timelineQuery,
        response: { 200: timelineSchema, ...errorResponses },
      },
    },
    async ({ params, query }) => {
      const view = viewOf(backend, params.id);
      const now = backend.now();
      const window = happened(view.stored, windowOf(query, now), now);
      const rest = { from: Math.max(window.from, query.cursor ?? 0), to: window.to };
      const found = await timelineBetween(store, view, rest, query.limit + 1);
      const { items, next_cursor } = pageOf(found, query.limit, ({ to }) => String(to));
      return {
        from: isoTime(window.from),
        to: isoTime(window.to),
        items: items.map(({ from, to, state, reason }) => ({
          from: isoTime(from),
          to: to === now ? null : isoTime(to),
          state,
          reason,
        })),
        next_cursor,
      };
    },
  );
  done();
};
