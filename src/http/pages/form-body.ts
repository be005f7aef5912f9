import type { FastifyInstance } from 'fastify';
import { HttpError } from '../http-error.js';

/** The fields of a form by name; of several with one name the first. */
export type FormFields = ReadonlyMap<string, string>;

/** Bytes of a form: a note of 2,000 characters, each of which takes up to nine encoded bytes, and a name. */
const mostBytes = 24 * 1024;
const mostFields = 32;

const typeOf = (header: string | undefined): string =>
  (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

/** Reads `name=value&...`. Throws HttpError for more fields than a form of these pages has. */
export function formFields(body: string): FormFields {
  const fields = new Map<string, string>();
  let count = 0;
  for (const [name, value] of new URLSearchParams(body)) {
    count += 1;
    if (count > mostFields) throw new HttpError(400, 'bad_form', `a form has at most ${mostFields} fields`);
    if (!fields.has(name)) fields.set(name, value);
  }
  return fields;
}

/** Parses every body of this plugin's routes as a form; other types are refused. */
export function readForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    '*',
    { parseAs: 'string', bodyLimit: mostBytes },
    (request, body: string, done) => {
      if (typeOf(request.headers['content-type']) !== 'application/x-www-form-urlencoded') {
        done(new HttpError(415, 'unsupported_type', 'send application/x-www-form-urlencoded'));
        return;
      }
      try {
        done(null, formFields(body));
      } catch (error) {
        done(error instanceof Error ? error : new HttpError(400, 'bad_form', 'the body is no form'));
      }
    },
  );
}

/** The fields of a request whose plugin called `readForms`; a request without a body has none. */
export function fieldsOf(body: unknown): FormFields {
  return body instanceof Map ? (body as FormFields) : new Map<string, string>();
}
