import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { errorResponses } from '../http-error.js';
import type { RouteOptions } from '../port.js';
import { vendorPageSchema, vendorPageShape } from '../shapes/vendor-shape.js';

/** Routes for the status pages of vendors. */
export const vendorRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, { backend }, done) => {
  app.get(
    '/api/v1/vendors',
    {
      schema: {
        summary: 'Status pages of vendors, and what they say now',
        description: 'Those that models of the registry belong to; none without `vendor_status`.',
        tags: ['vendors'],
        response: { 200: z.object({ items: z.array(vendorPageSchema) }), ...errorResponses },
      },
    },
    () => ({ items: (backend.vendors?.pages() ?? []).map(vendorPageShape) }),
  );
  done();
};
