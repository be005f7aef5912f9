import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { addedText } from '../../store/rows/incident-row.js';
import type { StoredIncident } from '../../store/port.js';
import { errorResponses, HttpError } from '../http-error.js';
import { incidentSchema, incidentShape } from '../shapes/incident-shape.js';
import { vendorSides } from '../vendor-sides.js';
import { listOf, pageOf } from '../shapes/fields.js';
import { viewOf } from './model-routes.js';
import type { Backend, RouteOptions } from '../port.js';
import {
  limit,
  namedIn,
  numberCursor,
  oneOf,
  ordered,
  parameter,
  wholeNumber,
  windowParameters,
} from '../query.js';

const incidentsQuery = z.strictObject({
  model: z.string('must be given once').optional().describe('Only incidents of this model.'),
  open: oneOf(['true', 'false'])
    .optional()
    .describe('Only open (`true`) or only closed (`false`) incidents; default: both.'),
  ...windowParameters,
  limit: limit(1000, 100),
  cursor: numberCursor.optional(),
});

export const incidentId = z.object({
  id: parameter('must be the number of an incident', wholeNumber).describe('Number of the incident.'),
});

/** The incident with this id, or null. */
export async function incidentWith({ store }: Backend, id: number): Promise<StoredIncident | null> {
  const [newest] = await store.incidents({ limit: 1, order: 'stored', before: id + 1 });
  return newest?.id === id ? newest : null;
}

export function unknownIncident(): HttpError {
  return new HttpError(404, 'unknown_incident', 'there is no such incident');
}

/** Characters of notes and exclusions after which a page ends: longer pages would block the event loop. */
const mostAddedText = 1024 * 1024;

/** Routes for the incidents of all models. */
export const incidentRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, { backend }, done) => {
  app.get(
    '/api/v1/incidents',
    {
      schema: {
        summary: 'Incidents that overlap a window, newest first',
        description:
          'Without a window, incidents of any age. A page also ends when its notes and exclusions reach a million characters.',
        tags: ['history'],
        querystring: incidentsQuery,
        response: { 200: listOf(incidentSchema), ...errorResponses },
      },
    },
    async ({ query }) => {
      const { model, open, cursor } = query;
      const { from, to } = namedIn(query, backend.now()) ?? query;
      if (from !== undefined && to !== undefined) ordered({ from, to });
      const found = await backend.store.incidents({
        limit: query.limit + 1,
        order: 'stored',
        mostText: mostAddedText,
        ...(model !== undefined && { model: viewOf(backend, model).key }),
        ...(open !== undefined && { open: open === 'true' }),
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(cursor !== undefined && { before: cursor }),
      });
      const { items, next_cursor } = pageOf(found, query.limit, ({ id }) => String(id));
      const full = found.reduce((sum, incident) => sum + addedText(incident), 0) > mostAddedText;
      const last = items.at(-1);
      const sides = await vendorSides(backend, items);
      return {
        items: items.map((incident) => incidentShape(incident, sides.get(incident.id))),
        next_cursor: next_cursor ?? (full && last !== undefined ? String(last.id) : null),
      };
    },
  );

  app.get(
    '/api/v1/incidents/:id',
    {
      schema: {
        summary: 'One incident',
        tags: ['history'],
        params: incidentId,
        response: { 200: incidentSchema, ...errorResponses },
      },
    },
    async ({ params }) => {
      const incident = await incidentWith(backend, params.id);
      if (incident === null) throw unknownIncident();
      const sides = await vendorSides(backend, [incident]);
      return incidentShape(incident, sides.get(incident.id));
    },
  );
  done();
};
