import { setImmediate } from 'node:timers/promises';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { states } from '../../domain/state.js';
import { shownState, type ModelView } from '../../domain/view.js';
import { errorResponses, unknownModel } from '../http-error.js';
import { listOf, pageOf } from '../shapes/fields.js';
import { modelSchema, modelShape } from '../shapes/model-shape.js';
import type { Backend, RouteOptions } from '../port.js';
import { hasLabels, labelParameter, limit, oneOf, several } from '../query.js';
import { resultSchema, resultShape } from '../shapes/result-shape.js';

export const idParameter = z.object({ id: z.string().describe('Id of the model, percent-encoded.') });

const listQuery = z.strictObject({
  state: several(oneOf(states))
    .optional()
    .describe('Only models in this state; several values match any of them.'),
  label: labelParameter
    .optional()
    .describe('Only models with this label, as `key:value`; several labels must all match.'),
  limit: limit(1000, 100),
  cursor: z.string('must be given once').optional().describe('The `next_cursor` of the previous page.'),
});

/** The model of the registry with this id. Throws HttpError 404 without one. */
export function viewOf(backend: Backend, id: string): ModelView {
  const view = backend.view(id);
  if (view === undefined) throw unknownModel();
  return view;
}

function selected(backend: Backend, query: z.output<typeof listQuery>, now: number): ModelView[] {
  const views = [...backend.views()].filter((view) => {
    const { model } = view;
    return (
      (query.cursor === undefined || model.id > query.cursor) &&
      hasLabels(model, query.label ?? []) &&
      (query.state?.includes(shownState(view, now).state) ?? true)
    );
  });
  return views.sort((a, b) => (a.model.id < b.model.id ? -1 : 1));
}

/** Models of a long list that are serialized before checks get a turn. */
const turn = 50;

/** Routes for the models of the registry. */
export const modelRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, { backend }, done) => {
  app.get(
    '/api/v1/models',
    {
      schema: {
        summary: 'All models, in the order of their ids',
        tags: ['models'],
        querystring: listQuery,
        response: { 200: listOf(modelSchema), ...errorResponses },
      },
    },
    async ({ query }, reply) => {
      const now = backend.now();
      const { items, next_cursor } = pageOf(
        selected(backend, query, now),
        query.limit,
        ({ model }) => model.id,
      );
      const shapes: z.output<typeof modelSchema>[] = [];
      for (const [index, view] of items.entries()) {
        if (index % turn === turn - 1) await setImmediate();
        shapes.push(z.encode(modelSchema, modelShape(view, now)));
      }
      // Each item was validated already; validating the whole list at once would delay checks.
      void reply.type('application/json; charset=utf-8').serializer(JSON.stringify);
      return { items: shapes, next_cursor };
    },
  );

  app.get(
    '/api/v1/models/:id',
    {
      schema: {
        summary: 'One model',
        tags: ['models'],
        params: idParameter,
        response: { 200: modelSchema, ...errorResponses },
      },
    },
    ({ params }) => modelShape(viewOf(backend, params.id), backend.now()),
  );

  app.post(
    '/api/v1/models/:id/check',
    {
      config: { waits: true },
      schema: {
        summary: 'Check now',
        description:
          'Returns when the result is recorded. If a check is running, returns the result of that check.',
        tags: ['models'],
        params: idParameter,
        response: { 200: resultSchema, ...errorResponses },
      },
    },
    async ({ params }) => {
      viewOf(backend, params.id);
      return resultShape(params.id, await backend.checkNow(params.id));
    },
  );

  const pause = {
    summary: 'Pause a model',
    description:
      'Stops the checks until /resume, also across restarts and reloads. The state is unknown with reason `paused`, as with `pause: true` in the configuration. Has no effect on a paused model.',
  };
  const resume = {
    summary: 'Resume a model paused by /pause',
    description:
      'Returns 409 while the configuration pauses the model. Has no effect on a model that is not paused.',
  };
  for (const [action, texts] of [
    ['pause', pause],
    ['resume', resume],
  ] as const) {
    app.post(
      `/api/v1/models/:id/${action}`,
      {
        schema: {
          ...texts,
          tags: ['models'],
          params: idParameter,
          response: { 200: modelSchema, ...errorResponses },
        },
      },
      async ({ params: { id } }) => {
        if (!(await backend.pauses[action](id))) throw unknownModel();
        return modelShape(viewOf(backend, id), backend.now());
      },
    );
  }
  done();
};
