import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { errorResponses } from '../http-error.js';
import type { RouteOptions } from '../port.js';
import { acknowledgementBody, acknowledgementIn, nameMember } from '../shapes/acknowledgement-body.js';
import { incidentSchema, incidentShape } from '../shapes/incident-shape.js';
import { storedChange } from '../stored-change.js';
import { readJson } from '../validation.js';
import { incidentId, unknownIncident } from './incident-routes.js';

const takingBack = z.strictObject({
  by: nameMember.optional().describe('Who takes it back; default: the address of the client.'),
});

/** Routes that say who cares for an incident. */
export const acknowledgementRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, options, done) => {
  const { backend, report } = options;
  const { acknowledgements } = backend;
  readJson(app);

  app.post(
    '/api/v1/incidents/:id/acknowledge',
    {
      schema: {
        summary: 'Acknowledge or snooze an open incident',
        description:
          'Reminders of it stop, until the time of `until` where that is given; its end is still told. Replaces an earlier acknowledgement; the same one again changes nothing. Returns 409 for a closed incident.',
        tags: ['history'],
        params: incidentId,
        body: acknowledgementBody,
        response: { 200: incidentSchema, ...errorResponses },
      },
    },
    async ({ params, body, ip }) => {
      const acknowledgement = acknowledgementIn(body, backend.now());
      const known = await storedChange(acknowledgements.acknowledge(params.id, acknowledgement, ip), report);
      if (known === null) throw unknownIncident();
      return incidentShape(known);
    },
  );

  app.delete(
    '/api/v1/incidents/:id/acknowledge',
    {
      schema: {
        summary: 'Take an acknowledgement back',
        description:
          'Reminders go on. Has no effect on an incident that is not acknowledged. Returns 409 for a closed incident.',
        tags: ['history'],
        params: incidentId,
        querystring: takingBack,
        response: { 200: incidentSchema, ...errorResponses },
      },
    },
    async ({ params, query, ip }) => {
      const known = await storedChange(acknowledgements.takeBack(params.id, query.by ?? ip, ip), report);
      if (known === null) throw unknownIncident();
      return incidentShape(known);
    },
  );
  done();
};
