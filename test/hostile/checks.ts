import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { dialectFor } from '../../src/checker/ask/dialects.js';
import { createExpectations } from '../../src/checker/verdict/expectation.js';
import { finish } from '../../src/checker/verdict/finish.js';
import { judge } from '../../src/checker/verdict/judge.js';
import { createProber } from '../../src/checker/prober.js';
import { secretsOf } from '../../src/checker/secrets/model-secrets.js';
import { createRedaction } from '../../src/checker/secrets/redact.js';
import { createRemoteChecker } from '../../src/checker/remote-checker.js';
import { readStream } from '../../src/checker/verdict/stream-reading.js';
import type { Check } from '../../src/domain/check.js';
import { listenHttp, type Listening } from '../checker/server.js';
import type { Surroundings } from './life.js';
import { wireOf, type Hostile } from './replies.js';
import { monotonicMs } from '../../src/domain/clock.js';

/** What the model of this id answers now. */
export type Replies = (id: string) => Hostile;

function chunksOf({ body, cuts }: Hostile): Buffer[] {
  const points = [0, ...cuts.map((cut) => Math.min(cut, body.length)).sort((a, b) => a - b), body.length];
  return points.slice(1).map((end, index) => body.subarray(points[index], end));
}

/** The check from the moment at which the reply is there: its reading, its verdict, its result. */
export const judging =
  (replies: Replies, { clock, sleep }: Surroundings): Check =>
  async (model, signal, key = 0) => {
    const attempt = { model, startedAt: clock.wall(), redact: createRedaction(secretsOf(model)) };
    const dialect = dialectFor(model.provider, model.probe)!;
    const sent = replies(model.id);
    const reading = dialect.stream === undefined ? null : readStream(dialect.stream);
    const began = clock.monotonic();
    await sleep(sent.durationMs, signal);
    if (sent.status < 300) for (const chunk of chunksOf(sent)) reading?.push(chunk);
    reading?.end();
    const durationMs = clock.monotonic() - began;
    const headers: IncomingHttpHeaders = sent.headers;
    const reply = { status: sent.status, headers, body: sent.body, overLimit: false };
    const done = {
      reply,
      fault: null,
      durationMs,
      firstTokenMs: reading?.spoke === true ? durationMs / 3 : null,
      speed:
        reading?.spoke === true
          ? {
              firstTextMs: durationMs / 3,
              firstReasoningMs: null,
              contentMs: durationMs / 2,
              gapMs: durationMs / 4,
            }
          : null,
      phases: { dns: durationMs / 7, download: durationMs / 9 },
      certificateExpiresAt: null,
      intercepted: false,
    };
    const found = judge(reply, { model, dialect, meets: createExpectations(), reading });
    return { ...finish(attempt, done, found, clock), keyIndex: key };
  };

/** Where all providers are: the first part of the path, or the name in the configuration, is the id of the model. */
export interface Providers extends Listening {
  replies: Replies;
}

export async function listenForAll(): Promise<Providers> {
  const server = await listenHttp((request, response) => {
    void text(request).then((body) => {
      const named = request.url?.startsWith('/redteam')
        ? (JSON.parse(body) as { endpoint_configuration: { id: string } }).endpoint_configuration.id
        : request.url!.split('/')[1]!;
      response.socket?.end(wireOf(providers.replies(named)));
    });
  });
  const providers: Providers = {
    ...server,
    replies: () => {
      throw new Error('nobody is asked yet');
    },
  };
  return providers;
}

/** Elapsed time is real, as the sockets are. */
const wallOf = ({ clock }: Surroundings) => ({
  wall: () => clock.wall(),
  monotonic: () => monotonicMs(performance.now()),
});

/** The whole check over a socket, and what ends it. */
export function probing(surroundings: Surroundings): { readonly check: Check; close(): void } {
  return createProber({
    clock: wallOf(surroundings),
    userAgent: 'modelpulse/test',
    reuseConnections: false,
    env: {},
  });
}

/** The check through another health API. */
export function asking(surroundings: Surroundings, port: number): { readonly check: Check; close(): void } {
  return createRemoteChecker({
    clock: wallOf(surroundings),
    userAgent: 'modelpulse/test',
    url: `http://127.0.0.1:${port}`,
    apiKey: 'health-api-key-0001',
    timeoutMs: 60_000,
    env: {},
  });
}
