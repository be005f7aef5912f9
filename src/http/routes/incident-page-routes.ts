import type { FastifyPluginCallback } from 'fastify';
import { readForms } from '../form-body.js';
import type { PageKit } from '../pages/page-kit.js';
import type { Report } from '../port.js';

export interface IncidentPageOptions {
  /** Loads and makes what the pages share, once. */
  readonly kit: () => Promise<PageKit>;
  readonly report: Report;
}

interface OfIncident {
  Params: { id: string };
}

/** The list of incidents, one incident, and the forms that add a note to it and say who cares for it. */
export const incidentPageRoutes: FastifyPluginCallback<IncidentPageOptions> = (app, options, done) => {
  const { kit, report } = options;
  readForms(app);

  app.get('/incidents', { schema: { hide: true } }, async (request, reply) => {
    const { answerIncidents } = await import('../pages/incidents-answer.js');
    return answerIncidents(await kit(), request, reply);
  });

  app.get<OfIncident>('/incidents/:id', { schema: { hide: true } }, async (request, reply) => {
    const { answerIncident } = await import('../pages/incident-answer.js');
    return answerIncident(await kit(), request, reply, { id: request.params.id });
  });

  app.post<OfIncident>('/incidents/:id/notes', { schema: { hide: true } }, async (request, reply) => {
    const { answerNote } = await import('../pages/note-answer.js');
    return answerNote(await kit(), request, reply, { id: request.params.id, report });
  });
  for (const [path, how] of [
    ['acknowledge', 'acknowledge'],
    ['acknowledge/delete', 'take back'],
  ] as const) {
    app.post<OfIncident>(`/incidents/:id/${path}`, { schema: { hide: true } }, async (request, reply) => {
      const { answerAcknowledgement } = await import('../pages/acknowledgement-answer.js');
      return answerAcknowledgement(await kit(), request, reply, { id: request.params.id, report, how });
    });
  }
  done();
};
