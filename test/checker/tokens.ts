import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createProber } from '../../src/checker/prober.js';
import type { Jwt, Model } from '../../src/domain/model.js';
import type { CheckResult } from '../../src/domain/result.js';
import { modelAt } from './model.js';
import { withServer } from './probing.js';
import { completion, listenHttp } from './server.js';
import { monotonicMs } from '../../src/domain/clock.js';

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How the token endpoint answers. */
export type Answer = (response: ServerResponse, asked: Asked) => void;

export const text =
  (status: number, body: string): Answer =>
  (response) =>
    void response.writeHead(status).end(body);
export const json = (body: unknown): Answer => text(200, JSON.stringify(body));

/** A token without a signature that ends at Unix seconds `exp`. */
export const token = (exp?: number): string =>
  [{ alg: 'none' }, { sub: 'modelpulse', exp }, 'signature']
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');

interface Place {
  /** What the token endpoint was asked. */
  readonly asked: Asked[];
  /** The credentials the model was asked with. */
  readonly carried: (string | undefined)[];
  readonly clock: { now: number };
  check(changes?: Partial<Model>, signal?: AbortSignal): Promise<CheckResult>;
}

/** A prober at a time the test sets, and a server that gives out tokens and answers as a model with `refusal`. */
export async function withTokens(
  answer: Answer,
  run: (place: Place) => Promise<void>,
  configured: Partial<Jwt> = {},
  refusal: (credential: string) => { readonly status: number; readonly text: string } | 'never' | null = () =>
    null,
): Promise<void> {
  const asked: Asked[] = [];
  const carried: (string | undefined)[] = [];
  const server = listenHttp((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method, url, headers } = request;
      if (url?.startsWith('/token') === true) {
        asked.push({ method, url, headers, body });
        answer(response, asked.at(-1)!);
        return;
      }
      carried.push(headers.authorization);
      const refused = refusal(headers.authorization ?? '');
      if (refused === 'never') return;
      response.writeHead(refused?.status ?? 200).end(refused?.text ?? completion('New Delhi'));
    });
  });
  await withServer(server, async (port) => {
    const clock = { now: Date.parse('2026-01-01T00:00:00Z') };
    const prober = createProber({
      clock: { wall: () => clock.now, monotonic: () => monotonicMs(performance.now()) },
      userAgent: 'modelpulse/test',
      reuseConnections: false,
      env: {},
    });
    const jwt: Jwt = {
      method: 'POST',
      url: `http://127.0.0.1:${port}/token?tenant=a`,
      headers: {},
      body: '{"user":"u","password":"p"}',
      responseKey: null,
      ...configured,
    };
    const model = modelAt(`http://127.0.0.1:${port}`, { timeoutMs: 2_000, endpoint: { apiKeys: [], jwt } });
    const check: Place['check'] = (changes = {}, signal = new AbortController().signal) =>
      prober.check({ ...model, ...changes }, signal);
    await run({ asked, carried, clock, check });
    prober.close();
  });
}
