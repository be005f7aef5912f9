import type { IncomingHttpHeaders } from 'node:http';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { memberOf } from '../../domain/json.js';
import type { Backend } from '../port.js';
import { HttpError } from '../http-error.js';
import { sourceOf } from './backend-source.js';
import { createToolServer } from './server.js';
import type { ToolSource } from './source.js';

/** Headers that the transport reads; others, such as the token, stay here. */
const readHeaders = ['accept', 'content-type', 'mcp-protocol-version', 'mcp-session-id'] as const;

/** What the transport says of a message that it refuses. */
function refusalIn(text: string): string {
  const message = memberOf(memberOf(JSON.parse(text), 'error'), 'message');
  return typeof message === 'string' ? message : 'the message is refused';
}

/** Answers one message with a server and a transport of its own, as the SDK asks of servers without sessions. */
export async function answerMessage(
  message: object,
  headers: IncomingHttpHeaders,
  options: {
    readonly source: {
      readonly backend: Backend;
      readonly explain: ToolSource['explain'];
      readonly mayCheck: boolean;
    };
    readonly version: string;
    readonly report: (error: unknown, tool: string) => void;
  },
): Promise<{ readonly status: number; readonly text: string }> {
  const { backend, explain, mayCheck } = options.source;
  const server = createToolServer(sourceOf(backend, explain, mayCheck), options);
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  try {
    await server.connect(transport);
    const known = new Headers();
    for (const name of readHeaders) {
      const value = headers[name];
      if (typeof value === 'string') known.set(name, value);
    }
    const request = new Request('http://localhost/mcp', { method: 'POST', headers: known });
    const answer = await transport.handleRequest(request, { parsedBody: message });
    const text = await answer.text();
    if (answer.status >= 400) throw new HttpError(answer.status, 'bad_message', refusalIn(text));
    return { status: answer.status, text };
  } finally {
    await server.close();
  }
}
