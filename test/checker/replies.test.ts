import { readFileSync, readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createProber } from '../../src/checker/prober.js';
import { providerFor } from '../../src/config/model/providers.js';
import { systemClock } from '../../src/domain/clock.js';
import type { Probe } from '../../src/domain/model.js';
import { challengeAnswer } from '../../src/simulator/challenge-answer.js';
import { questionIn } from '../../src/simulator/answer.js';
import { modelAt } from './model.js';
import { some } from '../slow.js';

interface Case {
  readonly id: string;
  readonly provider: string;
  readonly probe: Probe;
  readonly model?: string;
  readonly expect_model?: readonly string[];
  /** Set for a fresh question. */
  readonly query?: 'challenge';
  /** Checks before that one, which got the right answer or the same reply. */
  readonly earlier?: number;
  /** The jq program of a custom API; null for none. */
  readonly response_format?: string | null;
  /** `{{name}}` in a body stands for a time, or for what was asked and its answer. */
  readonly reply: {
    readonly status: number;
    readonly headers: Record<string, string>;
    readonly body?: string;
    /** In the place of `body`: what is written, each so long after the one before. */
    readonly chunks?: readonly { readonly after_ms: number; readonly text: string }[];
    /** Of `body`, where it is no text. */
    readonly encoding?: 'base64';
  };
  readonly expect: {
    readonly reason: string;
    readonly outcome?: string;
    readonly alternatives?: string[];
    readonly query_expect?: 'none';
    /** All of it. */
    readonly detail?: string;
  };
}

const folder = new URL('../fixtures/replies/', import.meta.url);
const files = readdirSync(folder).filter((name) => name !== 'seed-request.json');
const casesIn = (file: string): Case[] =>
  (JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { cases: Case[] }).cases;

/** The answer to the first question of a case; null before it. */
let firstAnswer: string | null = null;

const names = /\{\{(now|hour ago|first answer|question|answer)\}\}/;
const hourAgo = Math.floor(Date.now() / 1_000) - 3_600;

/** The body with what its names stand for. */
function filled(body: string, asked: string): string {
  if (!names.test(body)) return body;
  const question = questionIn(JSON.parse(asked) as Record<string, unknown>);
  const answer = challengeAnswer(question) ?? '';
  firstAnswer ??= answer;
  const values: Readonly<Record<string, string>> = {
    now: String(Math.floor(Date.now() / 1_000)),
    'hour ago': String(hourAgo),
    'first answer': firstAnswer,
    ...{ question, answer },
  };
  return body.replaceAll(new RegExp(names, 'g'), (_, name: string) => values[name] ?? '');
}

let replaying: Case['reply'];
let server: Server;
const prober = createProber({
  clock: systemClock,
  userAgent: 'modelpulse/test',
  reuseConnections: false,
  env: {},
});

beforeAll(async () => {
  server = createServer((request, response) => {
    let asked = '';
    request.on('data', (chunk: Buffer) => (asked += chunk.toString()));
    request.on('end', () => {
      const { status, headers, body = '', chunks = [], encoding } = replaying;
      response.writeHead(status, headers);
      void (async () => {
        for (const { after_ms, text } of chunks) {
          await delay(after_ms);
          response.write(text);
        }
        response.end(Buffer.from(filled(body, asked), encoding ?? 'utf8'));
      })();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
afterAll(async () => {
  prober.close();
  await new Promise((closed) => server.close(closed));
});

describe.each(files)('replies in %s', (file) => {
  it.each(
    some(
      casesIn(file).map((one) => [one.id, one] as const),
      25,
    ),
  )('reads %s', async (_id, one) => {
    const { port } = server.address() as AddressInfo;
    const { provider, probe, model: modelName = 'm', expect: wanted } = one;
    replaying = one.reply;
    const { paths } = providerFor(provider, { model: modelName });
    const model = modelAt(`http://127.0.0.1:${port}`, {
      provider,
      probe,
      modelName,
      endpoint: { paths },
      ...(one.query && { query: one.query, expect: {} }),
      ...(wanted.query_expect === 'none' && { expect: {} }),
      ...(one.response_format !== undefined && {
        custom: { payload: { q: '{prompt}' }, responseFormat: one.response_format },
      }),
      ...(one.expect_model && { expect: { contains: ['New Delhi'], model: one.expect_model } }),
    });
    firstAnswer = null;
    const { signal } = new AbortController();
    for (let check = 0; check < (one.earlier ?? 0); check += 1) await prober.check(model, signal);
    const { reason, outcome, detail } = await prober.check(model, signal);
    expect({ reason, outcome, detail }).toEqual({
      reason: wanted.alternatives?.includes(reason) ? reason : wanted.reason,
      outcome: wanted.outcome ?? outcome,
      detail: wanted.detail ?? detail,
    });
  });
});

it('each case has a unique name', () => {
  const names = files.flatMap(casesIn).map(({ id }) => id);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
