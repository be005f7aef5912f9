import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { madeOnce } from '../../domain/made-once.js';
import { errorResponses } from '../http-error.js';
import { labelParameter, limit } from '../query.js';
import type { Routing } from '../routing.js';
import { routingSchema } from '../shapes/routing-shape.js';
import type { UpRouteOptions } from './up-routes.js';

const routingQuery = z.strictObject({
  label: labelParameter
    .optional()
    .describe('Only models with this label, as `key:value`; several must all match.'),
  limit: limit(1000, 100),
});

/** The usable models, for routers that choose by themselves. What it needs is loaded with the first request. */
export const routingRoutes: FastifyPluginCallbackZod<UpRouteOptions> = (app, { backend, policy }, done) => {
  const routing = madeOnce(async (): Promise<Routing> => {
    const { createRouting } = await import('../routing.js');
    return createRouting(backend, policy);
  });

  app.get(
    '/api/v1/routing',
    {
      schema: {
        summary: 'The usable models, best first',
        description:
          'Healthy before degraded before those that the section `up` counts as up, then the lower p50, then the more remaining requests. With an ETag; the answer holds for 5 s.',
        tags: ['routing'],
        querystring: routingQuery,
        response: {
          200: routingSchema,
          304: z.null().describe('The same as the answer with the ETag of `If-None-Match`'),
          ...errorResponses,
        },
      },
    },
    async ({ query, headers }, reply) => {
      const { text, etag } = await (await routing()).list(query.label ?? [], query.limit);
      void reply.headers({ etag, 'cache-control': 'private, max-age=5' });
      const known = (headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
      if (known.includes(etag.slice(2)) || known.includes('*'))
        return reply.code(304).send(undefined as never);
      return reply
        .type('application/json; charset=utf-8')
        .serializer(String)
        .send(text as never);
    },
  );
  done();
};
