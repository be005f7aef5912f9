import { afterAll, afterEach, expect } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
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

/** What a server says of its answers, and the validators of those that were asked for. */
interface Described {
  readonly description: Description;
  readonly validatorOf: (pointer: string) => ValidateFunction;
}

/** That of the first server, for all servers of a file: routes do not depend on the options, and it takes long to make. */
let described: Described | null = null;
function describedBy(app: ReturnType<typeof createServer>): Described {
  if (described !== null) return described;
  const description = JSON.parse(JSON.stringify(app.swagger())) as Description;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(description, 'openapi');
  const validators = new Map<string, ValidateFunction>();
  const validatorOf = (pointer: string): ValidateFunction => {
    const known = validators.get(pointer) ?? ajv.compile({ $ref: `openapi#/${pointer}` });
    validators.set(pointer, known);
    return known;
  };
  described = { description, validatorOf };
  return described;
}

/** Fails unless the description has this answer and its schema allows it; `{id}` stands for one segment. */
function expectDescribed(
  { description, validatorOf }: Described,
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
  const validate = validatorOf(encoded.join('/'));
  validate(answer.json);
  expect(validate.errors).toBeNull();
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Started = readonly [running: Running, close: () => Promise<void>];

async function begin(backend: Backend, options: Partial<ServerOptions>): Promise<Started> {
  const reported: unknown[] = [];
  const app = createServer(backend, {
    version: '1.2.3',
    access: () => ({ token: null, readTokens: [], publicBadges: false }),
    hosts: () => ({ allowed: [], local: true }),
    report: (error) => reported.push(error),
    ...options,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const ask = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(url + path, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    const json: unknown = isJson && text !== '' ? JSON.parse(text) : null;
    const answer = { status: response.status, headers: response.headers, text, json };
    expectDescribed(describedBy(app), (init.method ?? 'get').toLowerCase(), path.split('?')[0] ?? '', answer);
    return answer;
  };
  return [{ url, reported, ask }, () => app.close()];
}

/** A server on a free port; it is closed after the test. */
export async function startServer(backend: Backend, options: Partial<ServerOptions> = {}): Promise<Running> {
  const [running, close] = await begin(backend, options);
  closing.push(close);
  return running;
}

/** One for all tests of a file that leave it as it is, closed at the end: each start takes a tenth of a second. */
export function useServer(backend: Backend, options: Partial<ServerOptions> = {}): () => Promise<Running> {
  let started: Promise<Started> | null = null;
  afterAll(async () => {
    const [, close] = (await started) ?? [];
    await close?.();
  });
  return async () => {
    started ??= begin(backend, options);
    const [running] = await started;
    return running;
  };
}
