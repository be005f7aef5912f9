import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { acceptedEncoding } from '../accepted-encoding.js';
import { HttpError } from '../http-error.js';
import type { PageKit } from '../pages/page-kit.js';

export interface PageRouteOptions {
  /** Loads and makes what the pages share, once. */
  readonly kit: () => Promise<PageKit>;
}

/** Marks the routes that are registered after this as pages. */
export function markPages(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, page: true };
  });
}

const yearSeconds = 31_536_000;

/** The overview and the static files. What a page needs is loaded with its first request. */
export const pageRoutes: FastifyPluginCallback<PageRouteOptions> = (app, { kit }, done) => {
  app.get('/', { schema: { hide: true } }, async (request, reply) => {
    const { answerOverview } = await import('../pages/overview-page.js');
    return answerOverview(await kit(), request, reply);
  });

  app.get<{ Params: { name: string } }>(
    '/assets/:name',
    { schema: { hide: true }, config: { open: true } },
    async ({ params, headers }, reply) => {
      const { assets } = await kit();
      const asset = assets.files.get(params.name);
      if (asset === undefined) throw new HttpError(404, 'unknown_asset', 'there is no such file');
      const packing = acceptedEncoding(headers['accept-encoding'], ['br', 'gzip']);
      void reply.headers({
        'content-type': asset.type,
        'cache-control': `public, max-age=${yearSeconds}, immutable`,
        vary: 'accept-encoding',
      });
      if (packing !== null) void reply.header('content-encoding', packing);
      return reply.send(packing === 'br' ? asset.brotli : packing === 'gzip' ? asset.gzip : asset.plain);
    },
  );
  done();
};
