import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { madeOnce } from '../domain/made-once.js';
import { errorSchema } from './http-error.js';
import { exclusionSchema, incidentSchema } from './shapes/incident-shape.js';
import { modelSchema } from './shapes/model-shape.js';
import { resultSchema } from './shapes/result-shape.js';
import { seriesSchema } from './shapes/series-shape.js';
import { uptimeSchema } from './shapes/uptime-shape.js';

const named = {
  Error: errorSchema,
  Exclusion: exclusionSchema,
  Incident: incidentSchema,
  Model: modelSchema,
  Result: resultSchema,
  Series: seriesSchema,
  Uptime: uptimeSchema,
};

/** Headers that belong to a connection, or that follow from the body. */
const ownHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'date',
  'transfer-encoding',
]);

/** The page at /docs, of which nothing is loaded before its first reader. */
function showDocs(app: FastifyInstance): void {
  const page = madeOnce(async (): Promise<FastifyInstance> => {
    const { createDocsPage } = await import('./docs-page.js');
    return createDocsPage(app.swagger);
  });
  const show = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { url = '/docs' } = request.raw;
    const shown = await (await page()).inject({ method: 'GET', url, headers: request.headers });
    if (shown.statusCode === 404) {
      reply.callNotFound();
      return reply;
    }
    const headers = Object.entries(shown.headers).filter(([name]) => !ownHeaders.has(name));
    return reply.code(shown.statusCode).headers(Object.fromEntries(headers)).send(shown.rawPayload);
  };
  for (const url of ['/docs', '/docs/*']) app.get(url, { schema: { hide: true } }, show);
}

/** Documents every route registered after this from its schemas: OpenAPI at /api/v1/openapi.json, HTML at /docs. */
export function describeRoutes(app: FastifyInstance, version: string): void {
  const schemaRegistry = z.registry<{ id?: string | undefined }>();
  for (const [id, schema] of Object.entries(named)) schemaRegistry.add(schema, { id });
  const zodToJsonConfig: Parameters<typeof createJsonSchemaTransform>[0]['zodToJsonConfig'] = {
    // Descriptions are in zod's global registry, which the transform does not read when names come from another
    // registry.
    override: ({ zodSchema, jsonSchema }) => {
      if (!('$ref' in jsonSchema)) Object.assign(jsonSchema, z.globalRegistry.get(zodSchema));
    },
  };
  const transformObject = createJsonSchemaTransformObject({ schemaRegistry, zodToJsonConfig });
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'modelpulse',
        version,
        description: 'Times are ISO 8601 in UTC, durations seconds; windows include `from` and exclude `to`.',
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          basic: { type: 'http', scheme: 'basic', description: 'Any user name; the token as password.' },
        },
      },
      security: [{ bearer: [] }, { basic: [] }],
    },
    transform: createJsonSchemaTransform({ schemaRegistry, zodToJsonConfig }),
    transformObject: (document) => {
      // The schemas stand in `components`, as the registry was given.
      const { components, ...rest } = transformObject(document) as { components: { schemas: object } };
      // These schemas occur only in answers, so their variants for requests are dropped.
      const answered = Object.entries(components.schemas).filter(([name]) => name in named);
      return { ...rest, components: { ...components, schemas: Object.fromEntries(answered) } };
    },
  });
  showDocs(app);
  app.get('/api/v1/openapi.json', { schema: { hide: true } }, () => app.swagger());
}
