import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { errorResponses, HttpError, unknownModel } from '../http-error.js';
import { incidentId, incidentWith, unknownIncident } from './incident-routes.js';
import { exclusionBody, mostExclusions, windowOfExclusion, written } from '../shapes/exclusion-body.js';
import { exclusionSchema, exclusionShape, incidentSchema, incidentShape } from '../shapes/incident-shape.js';
import { storedChange } from '../stored-change.js';
import { readJson } from '../validation.js';
import { idParameter, viewOf } from './model-routes.js';
import type { RouteOptions } from '../port.js';
import { parameter, wholeNumber } from '../query.js';

/** Maximum notes of an incident. */
export const mostNotes = 100;

export const noteBody = z
  .strictObject({ text: written(2_000), author: written(200).nullable().default(null) }, 'must be an object')
  .describe('A note on an incident.');
const exclusionId = idParameter.extend({
  exclusion: parameter('must be the number of an exclusion', wholeNumber).describe(
    'Number of the exclusion.',
  ),
});
const exclusionList = z.object({ items: z.array(exclusionSchema) });
const tags = ['history'];

/** Routes for notes to incidents and for exclusions of time from the figures. */
export const annotationRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, { backend, report }, done) => {
  const { annotations } = backend;
  const kept = <T>(work: Promise<T>): Promise<T> => storedChange(work, report);
  readJson(app);

  app.post(
    '/api/v1/incidents/:id/notes',
    {
      schema: {
        summary: 'Add a note to an incident',
        tags,
        params: incidentId,
        body: noteBody,
        response: { 201: incidentSchema, ...errorResponses },
      },
    },
    async ({ params, body }, reply) => {
      const known = await incidentWith(backend, params.id);
      if (known !== null && known.notes.length >= mostNotes)
        throw new HttpError(409, 'too_many_notes', `an incident can have ${mostNotes} notes`);
      const incident = await kept(annotations.note(params.id, body));
      if (incident === null) throw unknownIncident();
      return reply.code(201).send(incidentShape(incident));
    },
  );

  app.get(
    '/api/v1/models/:id/exclusions',
    {
      schema: {
        summary: 'Excluded periods, oldest first',
        tags,
        params: idParameter,
        response: { 200: exclusionList, ...errorResponses },
      },
    },
    async ({ params }) => {
      const exclusions = await backend.store.exclusions(viewOf(backend, params.id).key);
      return { items: exclusions.map(exclusionShape) };
    },
  );

  app.post(
    '/api/v1/models/:id/exclusions',
    {
      schema: {
        summary: 'Exclude a past or future period from uptime and reports',
        description:
          'An excluded period counts as maintenance. Recorded results do not change, so deleting the exclusion restores them. In a period that was excluded in advance, checks continue and are listed, but open no incident.',
        tags,
        params: idParameter,
        body: exclusionBody,
        response: { 201: exclusionSchema, ...errorResponses },
      },
    },
    async ({ params, body }, reply) => {
      const { exclusions } = viewOf(backend, params.id);
      const window = windowOfExclusion(body);
      if (exclusions.length >= mostExclusions)
        throw new HttpError(
          409,
          'too_many_exclusions',
          `a model can have ${mostExclusions} exclusions; take some back`,
        );
      const exclusion = await kept(annotations.exclude(params.id, window));
      if (exclusion === null) throw unknownModel();
      return reply.code(201).send(exclusionShape(exclusion));
    },
  );

  app.delete(
    '/api/v1/models/:id/exclusions/:exclusion',
    {
      schema: {
        summary: 'Delete an exclusion',
        description: 'An exclusion in progress ends now: the time since its creation stays maintenance.',
        tags,
        params: exclusionId,
        response: { 204: z.null().describe('The exclusion is deleted.'), ...errorResponses },
      },
    },
    async ({ params }, reply) => {
      viewOf(backend, params.id);
      if (await kept(annotations.include(params.id, params.exclusion))) return reply.code(204).send(null);
      throw new HttpError(404, 'unknown_exclusion', 'the model has no such exclusion');
    },
  );
  done();
};
