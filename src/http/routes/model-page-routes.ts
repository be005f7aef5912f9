import type { FastifyPluginCallback } from 'fastify';
import type { ModelForm } from '../../page/model-view.js';
import { readForms } from '../form-body.js';
import type { PageKit } from '../pages/page-kit.js';
import type { Report } from '../port.js';

export interface ModelPageRouteOptions {
  /** Loads and makes what the pages share, once. */
  readonly kit: () => Promise<PageKit>;
  readonly report: Report;
}

const forms: readonly (readonly [path: string, form: ModelForm])[] = [
  ['check', 'check'],
  ['pause', 'pause'],
  ['resume', 'resume'],
  ['notes', 'note'],
  ['exclusions', 'exclusion'],
  ['exclusions/:exclusion/delete', 'include'],
];

/** The page of one model, the way to its incident, and its forms, which other origins may not send. */
export const modelPageRoutes: FastifyPluginCallback<ModelPageRouteOptions> = (app, { kit, report }, done) => {
  readForms(app);
  app.get<{ Params: { id: string } }>('/models/:id', { schema: { hide: true } }, async (request, reply) => {
    const { answerModel } = await import('../pages/model-page.js');
    return answerModel(await kit(), request, reply, { id: request.params.id });
  });
  app.get<{ Params: { id: string } }>(
    '/models/:id/incident',
    { schema: { hide: true } },
    async (request, reply) => {
      const { answerIncidentOf } = await import('../pages/incident-of-model.js');
      return answerIncidentOf(await kit(), request, reply, request.params.id);
    },
  );
  for (const [path, form] of forms) {
    const config = form === 'check' ? { waits: true } : {};
    app.post(`/models/:id/${path}`, { config, schema: { hide: true } }, async (request, reply) => {
      const { answerModelForm } = await import('../pages/model-form-handling.js');
      return answerModelForm(await kit(), request, reply, { form, report });
    });
  }
  done();
};
