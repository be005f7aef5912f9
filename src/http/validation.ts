import type { FastifyInstance, FastifySchemaCompiler, FastifyServerOptions } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { HttpError } from './http-error.js';

/** Maximum problems in one answer. */
const mostNamed = 10;

function messagesOf(issue: z.core.$ZodIssue, schema: z.ZodType): string[] {
  if (issue.code !== 'unrecognized_keys') return [`${String(issue.path[0] ?? 'body')}: ${issue.message}`];
  const allowed = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  return issue.keys
    .slice(0, mostNamed)
    .map((key) => `${key}: no such parameter; allowed are ${allowed.join(', ')}`);
}

/** Parses parameters by their zod schema; the error lists all problems, up to `mostNamed`. */
export const compileValidator: FastifySchemaCompiler<z.ZodType> =
  ({ schema }) =>
  (data) => {
    const parsed = schema.safeParse(data);
    if (parsed.success) return { value: parsed.data };
    const message = parsed.error.issues
      .slice(0, mostNamed)
      .flatMap((issue) => messagesOf(issue, schema))
      .join('; ');
    return { error: new HttpError(400, 'bad_query', message) };
  };

/** For a server: those of JSON Schema, which Fastify takes else, cost 50 ms of the start. */
export const loadsNoCompilers = {
  compilersFactory: { buildValidator: () => compileValidator, buildSerializer: () => serializerCompiler },
  // Fastify declares only what compiles JSON Schema.
} as unknown as NonNullable<FastifyServerOptions['schemaController']>;

/** Parses every body of this plugin's routes as JSON, whatever its content type; an empty one is null. */
export function readJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body: string, done) => {
    try {
      done(null, body.trim() === '' ? null : JSON.parse(body));
    } catch {
      done(new HttpError(400, 'bad_json', 'the body is not JSON'));
    }
  });
}
