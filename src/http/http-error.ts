import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import * as z from 'zod';
import { StoreError } from '../store/store-error.js';
import { prefersPage } from './page-request.js';
import type { Report } from './port.js';

export const errorSchema = z.object({
  message: z.string().describe('Error message.'),
  code: z.string().describe('Error code, for programs.'),
});

/** Error responses of every route. */
export const errorResponses = { '4xx': errorSchema, '5xx': errorSchema };

/** A response with an error status: a fault of the caller, or a state that the caller must handle. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  constructor(
    readonly statusCode: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export function unknownModel(): HttpError {
  return new HttpError(404, 'unknown_model', 'no model of the registry has this id');
}

const codes: Readonly<Record<number, string>> = {
  408: 'request_timeout',
  413: 'body_too_large',
  414: 'address_too_long',
  431: 'headers_too_large',
};

/** An error as its answer tells it. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Shows a problem to a person. */
export type ShowProblem = (
  problem: Problem,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<FastifyReply>;

function problemOf(error: unknown): Problem {
  const status = statusOf(error);
  if (error instanceof HttpError || (error instanceof Error && status < 500)) {
    const code = error instanceof HttpError ? error.code : (codes[status] ?? 'bad_request');
    return { status, code, message: error.message };
  }
  if (error instanceof StoreError && (error.kind === 'unavailable' || error.kind === 'displaced')) {
    const message = 'the database fails or does not answer now; try again later';
    return { status: 503, code: 'store_unavailable', message };
  }
  return { status: 500, code: 'internal_error', message: 'internal error' };
}

/**
 * Sends `error` as `{message, code}`, or to a browser that opens a page as one. Internal errors are reported and answer a bare
 * 500, or 503 for a store failure.
 */
export function createErrorHandler(report: Report, show: ShowProblem) {
  return async (error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const where = `${request.method} ${request.routeOptions.url ?? 'no route'}`;
    const problem = problemOf(error);
    const { status, code, message } = problem;
    if (!(error instanceof HttpError) && status >= 500) report(error, where);
    // The route may have set this header for its success.
    void reply.removeHeader('content-disposition');
    if (prefersPage(request)) {
      try {
        return await show(problem, request, reply);
      } catch (failure) {
        report(failure, where);
      }
    }
    return reply.type('application/json; charset=utf-8').code(status).send({ message, code });
  };
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 ? status : 500;
}

/**
 * Answers 405 to other methods of a known route, and 404 to unknown paths. `routes` are the known ones, by their address.
 * `elsewhere` answers paths that change with the configuration; null for those that are none.
 */
export function refuseTheRest(
  app: FastifyInstance,
  routes: ReadonlyMap<string, RouteOptions>,
  elsewhere: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> | null = () => null,
): void {
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
  for (const [url, { config }] of routes) {
    const allowed = methods.filter((method) => app.hasRoute({ method, url }));
    const list = allowed.join(', ');
    app.route({
      url,
      method: methods.filter((method) => !allowed.includes(method)),
      schema: { hide: true },
      config: { page: config?.page === true },
      onRequest: (_request, reply, done) => {
        void reply.header('allow', list);
        done(new HttpError(405, 'method_not_allowed', `allowed here: ${list}`));
      },
      handler: () => undefined,
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const answer = elsewhere(request, reply);
    if (answer === null) throw new HttpError(404, 'unknown_route', 'there is no such route');
    return answer;
  });
}
