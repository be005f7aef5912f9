import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { errorResponses, HttpError } from '../http-error.js';
import type { RouteOptions } from '../port.js';
import { readJson } from '../validation.js';
import type { ToolSource } from '../mcp/source.js';

/** What the tools of MCP need beside the backend. */
export interface ToolSettings {
  readonly explain: ToolSource['explain'];
  /** Read at each request, since a reload may change it. */
  readonly mayCheck: () => boolean;
}

export interface McpRouteOptions extends RouteOptions {
  readonly version: string;
  readonly tools: ToolSettings;
}

const message = z.looseObject({ jsonrpc: z.literal('2.0') });

/** The Model Context Protocol over HTTP, without sessions. What it needs is loaded with the first request. */
export const mcpRoutes: FastifyPluginCallbackZod<McpRouteOptions> = (app, options, done) => {
  const { backend, report, version, tools } = options;
  readJson(app);
  app.post(
    '/mcp',
    {
      config: { reads: true, waits: true },
      schema: {
        summary: 'Model Context Protocol',
        description:
          'Streamable HTTP without sessions: each request is answered with JSON. A read token is enough, but for `check_now`, which also needs `mcp.check_now`.',
        tags: ['operation'],
        body: z.unknown().describe('A message of JSON-RPC 2.0; a list of them is refused.'),
        response: { 200: message, 202: z.null().describe('The message needs no answer'), ...errorResponses },
      },
    },
    async (request, reply) => {
      const { body, headers } = request;
      if (body === null || typeof body !== 'object' || Array.isArray(body))
        throw new HttpError(400, 'bad_json', 'the body is one message of JSON-RPC 2.0');
      const mayCheck = tools.mayCheck() && request.reader?.right === 'all';
      const { answerMessage } = await import('../mcp/answer-message.js');
      const { status, text } = await answerMessage(body, headers, {
        source: { backend, explain: tools.explain, mayCheck },
        version,
        report: (error, tool) => report(error, `POST /mcp ${tool}`),
      });
      void reply.code(status as 200);
      if (text === '') return reply.send(undefined as never);
      return reply
        .type('application/json; charset=utf-8')
        .serializer(String)
        .send(text as never);
    },
  );
  done();
};
