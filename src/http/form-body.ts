import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { HttpError } from './http-error.js';

/** Fields of a form by name. */
export type FormFields = ReadonlyMap<string, string>;

/** The longest form is a note: 2,000 characters, each up to 9 bytes when encoded. */
const mostBytes = 32 * 1024;
const mostFields = 16;

/** Fields of a urlencoded body; the first of several of one name, with the line breaks that a text area was given. */
export function fieldsOf(body: string): FormFields {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    if (fields.size >= mostFields) break;
    if (!fields.has(name)) fields.set(name, value.replaceAll('\r\n', '\n'));
  }
  return fields;
}

/** Parses the bodies of this plugin's routes as urlencoded forms; other types answer 415. An empty body has no fields. */
export function readForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: mostBytes },
    (_request, body: string, done) => {
      done(null, fieldsOf(body));
    },
  );
  app.addContentTypeParser(
    '*',
    { parseAs: 'string', bodyLimit: mostBytes },
    (_request, body: string, done) => {
      if (body.trim() === '') done(null, fieldsOf(''));
      else done(new HttpError(415, 'no_form', 'a form is sent as application/x-www-form-urlencoded'));
    },
  );
}

/** The fields of a request whose body `readForms` has parsed. */
export function formOf(body: unknown): FormFields {
  return body instanceof Map ? (body as FormFields) : new Map();
}

/** The fields as a schema takes them; the error names each by its label. */
export function checkedForm<T extends z.ZodType>(
  schema: T,
  fields: Readonly<Record<string, unknown>>,
  labels: Readonly<Record<string, string>>,
): z.output<T> {
  const parsed = schema.safeParse(fields);
  if (parsed.success) return parsed.data;
  const messages = parsed.error.issues.map(({ path, message }) => {
    const name = String(path[0] ?? '');
    return `${labels[name] ?? name}: ${message}`;
  });
  throw new HttpError(400, 'bad_form', messages.join('; '));
}
