import { afterEach, expect } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Backend } from '../../src/http/port.js';
import { createServer, type ServerOptions } from '../../src/http/server.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed body. */
  readonly json: unknown;
}

export interface Running {
  readonly url: string;
  readonly reported: unknown[];
  /** Asks, and checks every JSON answer against the server's own OpenAPI description. */
  readonly ask: (path: string, init?: RequestInit) => Promise<Answer>;
}

interface Description {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, unknown> }> }>>;
}

/** Fails unless the description has this answer and its schema allows it; `{id}` stands for one segment. */
function expectDescribed(
  { description, ajv }: { description: Description; ajv: Ajv2020 },
  method: string,
  path: string,
  answer: Answer,
): void {
  const matches = (known: string): boolean =>
    new RegExp(`^${known.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
  const route = Object.keys(description.paths).find(matches);
  const responses = route && description.paths[route]?.[method]?.responses;
  if (!responses) return;
  const status = responses[answer.status] ? String(answer.status) : `${String(answer.status)[0] ?? ''}XX`;
  expect(Object.keys(responses)).toContain(status);
  const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
  if (type !== 'application/json') return;
  const pointer = ['paths', route, method, 'responses', status, 'content', type, 'schema'];
  const encoded = pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')));
  const validate = ajv.compile({ $ref: `openapi#/${encoded.join('/')}` });
  validate(answer.json);
  expect(validate.errors).toBeNull();
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server on a free port; it is closed after the test. */
export async function startServer(backend: Backend, options: Partial<ServerOptions> = {}): Promise<Running> {
  const reported: unknown[] = [];
  const app = createServer(backend, {
    version: '1.2.3',
    access: () => ({ token: null, readTokens: [], publicBadges: false }),
    hosts: () => ({ allowed: [], local: true }),
    report: (error) => reported.push(error),
    ...options,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  closing.push(() => app.close());
  const description = JSON.parse(JSON.stringify(app.swagger())) as Description;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(description, 'openapi');
  const ask = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(url + path, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    const json: unknown = isJson && text !== '' ? JSON.parse(text) : null;
    const answer = { status: response.status, headers: response.headers, text, json };
    expectDescribed(
      { description, ajv },
      (init.method ?? 'get').toLowerCase(),
      path.split('?')[0] ?? '',
      answer,
    );
    return answer;
  };
  return { url, reported, ask };
}
