import type { FastifyInstance } from 'fastify';
import { HttpError } from './http-error.js';

/** Lets the routes of this plugin read a body as JSON, whatever type it says it has; an empty one is null. */
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
