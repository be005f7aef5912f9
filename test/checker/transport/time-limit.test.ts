import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createConnectivity } from '../../../src/checker/connectivity.js';
import { createProber } from '../../../src/checker/prober.js';
import { systemClock } from '../../../src/domain/clock.js';
import type { Model } from '../../../src/domain/model.js';
import type { CheckResult } from '../../../src/domain/result.js';
import { modelAt } from '../model.js';
import { listenMute } from '../mute.js';
import { completion, listenHttp, listenTcp, type Listening } from '../server.js';
import { throughGate } from '../watching.js';
import { inFull } from '../../slow.js';

const timeoutMs = 700;
/** What a busy machine may add. */
const marginMs = 2_000;

const releases: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

async function opened(server: Promise<Listening>): Promise<number> {
  const { port, close } = await server;
  releases.push(close);
  return port;
}

/** A file from which nothing can be read until somebody writes to it. */
function pipe(): string {
  const folder = mkdtempSync(join(tmpdir(), 'modelpulse-'));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  releases.push(async () => {
    const writer = await open(path, 'w');
    await writer.close();
    rmSync(folder, { recursive: true });
  });
  return path;
}

const silentLookup: LookupFunction = () => undefined;
const answering = (): Promise<number> =>
  opened(listenHttp((_request, response) => response.end(completion('New Delhi'))));
const mute = (): Promise<number> => opened(listenTcp(() => undefined));
const dripping = (head: string, drop: string, everyMs = 20): Promise<number> =>
  opened(
    listenTcp((socket) => {
      socket.write(head);
      const timer = setInterval(() => socket.write(drop), everyMs);
      socket.on('close', () => clearInterval(timer));
    }),
  );
const unreached = async (): Promise<number> => {
  const { port, close } = await listenMute('127.0.0.1');
  releases.push(close);
  return port;
};
const tokenAt = (url: string): Partial<Model['endpoint']> => ({
  apiKeys: [],
  jwt: { method: 'POST', url, headers: {}, body: null, responseKey: null },
});
const custom = (responseFormat: string): Partial<Model> => ({
  provider: 'custom',
  custom: { payload: { text: '{prompt}' }, responseFormat },
});
const endless = custom('def f: f; f');

/** Where an attempt hangs: whatever it waits for, once. */
const hangs: readonly (readonly [string, () => Promise<Model>])[] = [
  [
    'a file of its TLS settings',
    async () =>
      modelAt(`https://127.0.0.1:${await answering()}`, {
        endpoint: { tls: { insecure: false, caFile: pipe() } },
      }),
  ],
  ['the look-up of its name', async () => modelAt(`http://model.test:${await answering()}`)],
  [
    'the look-up of its token endpoint',
    async () =>
      modelAt(`http://127.0.0.1:${await answering()}`, { endpoint: tokenAt('http://login.test/token') }),
  ],
  [
    'a file for its token endpoint',
    async () =>
      modelAt(`http://127.0.0.1:${await answering()}`, {
        endpoint: { ...tokenAt('https://127.0.0.1:1/token'), tls: { insecure: false, caFile: pipe() } },
      }),
  ],
  [
    'its token',
    async () =>
      modelAt(`http://127.0.0.1:${await answering()}`, {
        endpoint: tokenAt(`http://127.0.0.1:${await mute()}/token`),
      }),
  ],
  ['a connection', async () => modelAt(`http://127.0.0.1:${await unreached()}`)],
  [
    'a connection through a proxy',
    async () => modelAt('https://model.test', { endpoint: { proxy: `http://127.0.0.1:${await mute()}` } }),
  ],
  ['the handshake', async () => modelAt(`https://127.0.0.1:${await mute()}`)],
  ['the headers', async () => modelAt(`http://127.0.0.1:${await mute()}`)],
  [
    'the end of the headers',
    async () => modelAt(`http://127.0.0.1:${await dripping('HTTP/1.1 200 OK\r\n', 'x-a: b\r\n')}`),
  ],
  [
    'the status',
    async () => modelAt(`http://127.0.0.1:${await dripping('', 'HTTP/1.1 102 Processing\r\n\r\n', 100)}`),
  ],
  ['the body', async () => modelAt(`http://127.0.0.1:${await dripping('HTTP/1.1 200 OK\r\n\r\n', ' ')}`)],
  ['its jq program', async () => modelAt(`http://127.0.0.1:${await answering()}`, endless)],
];

function createChecks() {
  const prober = createProber({
    clock: systemClock,
    userAgent: 'test',
    reuseConnections: false,
    lookup: silentLookup,
    env: {},
  });
  releases.push(() => {
    prober.close();
  });
  return prober.check;
}

async function timed(check: Promise<CheckResult>): Promise<readonly [CheckResult, number]> {
  const started = performance.now();
  return [await check, performance.now() - started];
}

describe.each(hangs)('check that waits for %s', (_name, model) => {
  it('ends at its timeout, and when aborted', async () => {
    const check = createChecks();
    const timedOut = { ...(await model()), timeoutMs };
    // The first request of all loads its client.
    const [result, took] = await timed(check(timedOut, new AbortController().signal));
    expect(result.outcome).not.toBe('healthy');
    expect(took).toBeLessThan(timeoutMs + marginMs);
    const stopping = new AbortController();
    const ending = check({ ...timedOut, timeoutMs: 60_000 }, stopping.signal);
    setTimeout(() => stopping.abort(), 100);
    const [stopped, tookUntilStopped] = await timed(ending);
    expect(stopped.reason).toBe('internal_error');
    expect(tookUntilStopped).toBeLessThan(100 + marginMs);
  });
});

describe('check behind others', () => {
  inFull('waits for its turn with jq no longer than its timeout', async () => {
    const check = createChecks();
    const port = await answering();
    const { signal } = new AbortController();
    const others = Array.from({ length: 6 }, () =>
      check(modelAt(`http://127.0.0.1:${port}`, { ...endless, timeoutMs: 20_000 }), signal),
    );
    const good = modelAt(`http://127.0.0.1:${port}`, { ...custom('.choices[0].message.content'), timeoutMs });
    const [result, took] = await timed(check(good, signal));
    expect(result).toMatchObject({ reason: 'internal_error', outcome: 'unknown' });
    expect(took).toBeLessThan(timeoutMs + marginMs);
    for (const { reason } of await Promise.all(others)) expect(reason).toBe('malformed_response');
  });

  it('gets its own deadline for a token shared with a check of shorter timeout', async () => {
    const check = createChecks();
    let asked = 0;
    const login = await opened(
      listenHttp((_request, response) => {
        asked += 1;
        if (asked > 1) response.end('abc');
      }),
    );
    const model = modelAt(`http://127.0.0.1:${await answering()}`, {
      endpoint: tokenAt(`http://127.0.0.1:${login}/token`),
    });
    const { signal } = new AbortController();
    const [first, second] = await Promise.all([
      check({ ...model, timeoutMs: 300 }, signal),
      check({ ...model, timeoutMs: 10_000 }, signal),
    ]);
    expect([first.reason, second.reason]).toEqual(['timeout', 'ok']);
  });
});

describe('connectivity probe after an unreachable check', () => {
  it.each([700, 2_000])(
    'ends within a timeout of %i ms for four checks at once, and blames the monitor',
    async (limit) => {
      const targets = [`tcp://127.0.0.1:${await unreached()}`];
      const connectivity = createConnectivity({ clock: systemClock, env: {}, changed: () => undefined });
      releases.push(() => {
        connectivity.close();
      });
      connectivity.configure({ connectivity: { targets, everyMs: 60_000 }, models: [], remote: null });
      const check = throughGate(connectivity, createChecks());
      const model = modelAt(`http://127.0.0.1:${await unreached()}`, { timeoutMs: limit });
      const checks = Array.from({ length: 4 }, () => timed(check(model, new AbortController().signal)));
      for (const [result, took] of await Promise.all(checks)) {
        expect(took).toBeLessThan(limit + marginMs);
        expect(result.reason).toBe('no_connectivity');
      }
    },
  );
});
