import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { errorResponses } from './http-error.js';
import { incidentSchema, incidentShape } from './incident-shape.js';
import { listOf, pageOf } from './list.js';
import { viewOf } from './model-routes.js';
import type { RouteOptions } from './port.js';
import { from, limit, numberCursor, oneOf, ordered, to } from './query.js';

const incidentsQuery = z.strictObject({
  model: z.string('must be given once').optional().describe('Only incidents of this model.'),
  open: oneOf(['true', 'false'])
    .optional()
    .describe('Only open ones, or only closed ones; both if not given.'),
  from: from.optional(),
  to: to.optional(),
  limit: limit(1000, 100),
  cursor: numberCursor.optional(),
});

/** The incidents of all models. */
export const incidentRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, { backend }, done) => {
  app.get(
    '/api/v1/incidents',
    {
      schema: {
        summary: 'Incidents that overlap a window, newest first',
        description: 'Those of any age without a window.',
        tags: ['history'],
        querystring: incidentsQuery,
        response: { 200: listOf(incidentSchema), ...errorResponses },
      },
    },
    async ({ query }) => {
      const { model, open, from, to, cursor } = query;
      if (from !== undefined && to !== undefined) ordered({ from, to });
      const found = await backend.store.incidents({
        limit: query.limit + 1,
        ...(model !== undefined && { model: viewOf(backend, model).key }),
        ...(open !== undefined && { open: open === 'true' }),
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(cursor !== undefined && { before: cursor }),
      });
      const { items, next_cursor } = pageOf(found, query.limit, ({ id }) => String(id));
      return { items: items.map(incidentShape), next_cursor };
    },
  );
  done();
};
