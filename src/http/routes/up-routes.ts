import type { FastifyReply } from 'fastify';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { upAt, type UpPolicy } from '../../domain/up.js';
import type { ModelView } from '../../domain/view.js';
import { errorResponses, HttpError } from '../http-error.js';
import { inTurns } from '../pages/loop-turns.js';
import type { RouteOptions } from '../port.js';
import { hasLabels, labelParameter, oneOf } from '../query.js';
import { idParameter, viewOf } from './model-routes.js';

export interface UpRouteOptions extends RouteOptions {
  /** Read at each request, since a reload may change it. */
  readonly policy: () => UpPolicy;
}

const upQuery = z.strictObject({
  label: labelParameter
    .optional()
    .describe('Models with this label, as `key:value`; several must all match.'),
  need: oneOf(['any', 'all'])
    .default('any')
    .describe('How many of the models must be up; `any` is at least one.'),
});

const line = (description: string) => ({ description, content: { 'text/plain': { schema: z.string() } } });
const response = {
  200: line('Up: one line, such as `up healthy` or `up 2 of 3`'),
  503: line('Down: one line, such as `down unhealthy` or `down 0 of 3`'),
  ...errorResponses,
};
const description =
  'Needs no token with `up.access: public`. A healthy or degraded model is up; what unknown, maintenance and paused mean is configured in the section `up`.';

/** Models in one turn of the event loop: a ms or two. */
const modelsAtOnce = 1_000;

/** Answers that routers understand: the status says whether requests may be sent. */
export const upRoutes: FastifyPluginCallbackZod<UpRouteOptions> = (app, { backend, policy }, done) => {
  const isUp = (view: ModelView) => upAt(view, policy(), backend.now());
  const answer = (reply: FastifyReply, up: boolean, what: string): string => {
    void reply
      .code(up ? 200 : 503)
      .type('text/plain; charset=utf-8')
      .serializer(String);
    return `${up ? 'up' : 'down'} ${what}\n`;
  };

  app.get(
    '/up/:id',
    {
      config: { up: true },
      schema: {
        summary: 'Whether a router may use a model',
        description,
        tags: ['routing'],
        params: idParameter,
        response,
      },
    },
    ({ params }, reply) => {
      const { up, state } = isUp(viewOf(backend, params.id));
      return answer(reply, up, state);
    },
  );

  app.get(
    '/up',
    {
      config: { up: true },
      schema: {
        summary: 'Whether a router may use the models with a label',
        description: `${description} Without a label all models are meant; 404 when none matches.`,
        tags: ['routing'],
        querystring: upQuery,
        response,
      },
    },
    async ({ query: { label = [], need } }, reply) => {
      let [count, all] = [0, 0];
      for await (const some of inTurns([...backend.views()], modelsAtOnce)) {
        for (const view of some) {
          if (!hasLabels(view.model, label)) continue;
          all += 1;
          if (isUp(view).up) count += 1;
        }
      }
      if (all === 0) throw new HttpError(404, 'unknown_model', 'no model of the registry matches');
      return answer(reply, need === 'any' ? count > 0 : count === all, `${count} of ${all}`);
    },
  );
  done();
};
