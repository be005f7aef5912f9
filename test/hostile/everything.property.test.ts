import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Check } from '../../src/domain/check.js';
import type { Model } from '../../src/domain/model.js';
import type { Backend } from '../../src/http/port.js';
import { modelAt } from '../checker/model.js';
import { startServer, type Running } from '../http/running-server.js';
import { hasOpenMetricsParser, parseOpenMetrics } from '../metrics/open-metrics.js';
import { start, workplace } from '../store/samples.js';
import { asking, judging, listenForAll, probing, type Replies } from './checks.js';
import {
  expectExposed,
  expectRolledUp,
  expectServed,
  expectStored,
  expectSummed,
  expectTold,
  textOf,
  toldOf,
} from './facts.js';
import { beginLife, type Life, type Surroundings } from './life.js';
import {
  askedModels,
  everyMs,
  hostileModels,
  recheckAfterMs,
  stepsOf,
  type Asked,
  type Step,
} from './moves.js';
import { fromHealthApis, fromProviders, good, goodFromHealthApi, type Hostile } from './replies.js';
import { amount, some } from '../slow.js';
import { readMemory } from '../../src/app/memory.js';

const place = workplace();
// In memory where there is such a place: thousands of transactions wait for no disk.
const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'modelpulse-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Cases are replies, each with what time does meanwhile; some thousands of them take a minute. */
const stepsOfLife = 25;
const casesOfLife = stepsOfLife * hostileModels;
const runs = (cases: number): number => Math.ceil(amount(cases, cases / 80) / casesOfLife);
const calm = { kind: 'pass', ms: everyMs, lateMs: 0 } as const;

interface Way {
  readonly replies: fc.Arbitrary<Hostile>;
  readonly best: Hostile;
  /** Begins the checks of a life, with what ends them. */
  readonly begin: (surroundings: Surroundings) => { readonly check: Check; close(): void };
  /** Where models are. */
  readonly baseUrl: string;
  /** Set before each step. */
  setReplies(replies: Replies): void;
}

function modelsFor(asked: readonly Asked[], baseUrl: string): readonly Model[] {
  const model = (id: string, { provider, probe }: Asked): Model =>
    modelAt(`${baseUrl}/${id}`, {
      id,
      provider,
      probe,
      schedule: { kind: 'every', everyMs },
      confirm: { failures: 2, recheckAfterMs, successes: 2 },
      endpoint: { apiKeys: ['sk-test-1234567890abcdef', 'sk-test-fedcba0987654321'] },
      endpointConfiguration: { id },
    });
  return [
    model('good', { provider: 'openai_compatible', probe: 'chat' }),
    ...asked.map((each, index) => model(`hostile-${index}`, each)),
  ];
}

/** Leads a life, and holds all that is told and kept of it against what its checks found. */
async function expectWhole(
  way: Way,
  running: Running,
  use: (life: Life) => void,
  asked: readonly Asked[],
  steps: readonly Step[],
) {
  const path = join(mkdtempSync(join(directory, 'life-')), 'store.db');
  const models = modelsFor(asked, way.baseUrl);
  const store = place.open(path);
  let end = (): void => undefined;
  const life = await beginLife({
    store,
    path,
    models,
    start,
    checkIn(surroundings) {
      const { check, close } = way.begin(surroundings);
      end = close;
      return check;
    },
  });
  use(life);
  try {
    for (const { moves, replies } of steps) {
      way.setReplies((id) => (id === 'good' ? way.best : replies[Number(id.split('-')[1])]!));
      for (const move of moves) await life.go(move);
      expect(life.errors).toEqual([]);
    }
    // A clock that was set is believed again.
    way.setReplies(() => way.best);
    for (let step = 0; step < 8; step += 1) await life.go(calm);
    const { ask, reported } = running;
    const rows = new Map<string, Awaited<ReturnType<typeof expectStored>>>();
    for (const { id } of models) rows.set(id, await expectStored(life, store, id));
    expect(new Set(toldOf(life, 'good').map(({ reason }) => reason))).toEqual(new Set(['ok']));
    expectTold(life);
    await expectExposed(life.backend, rows);
    await expectServed(ask, 'good', rows.get('good')!);
    const [hostile] = asked.map((_each, index) => `hostile-${index}`);
    await expectServed(ask, hostile!, rows.get(hostile!)!);
    const exposition = await textOf(life.backend, 'openmetrics');
    await life.end();
    // A daemon starts only with a memory that its schema accepts.
    for (const { id, health } of await store.models()) expect(readMemory(health, id)).not.toBeNull();
    for (const { id } of models) {
      const all = await expectStored(life, store, id);
      await expectSummed(store, id, all);
    }
    expectRolledUp(path);
    expect([life.errors, reported]).toEqual([[], []]);
    return exposition;
  } finally {
    end();
    // What a store refuses would be tried again and again.
    await life.writer.drain();
    await store.close();
    rmSync(dirname(path), { recursive: true });
  }
}

/** Stands for what `current` returns at each use, of which a server keeps functions and members. */
function whoeverIs<Thing extends object>(current: () => Thing): Thing {
  return new Proxy(current(), {
    get(_first, name) {
      const member = (): unknown => Reflect.get(current(), name);
      const now = member();
      if (typeof now === 'function')
        return (...args: unknown[]): unknown => (member() as (...args: unknown[]) => unknown)(...args);
      return typeof now === 'object' && now !== null ? whoeverIs(member as () => object) : now;
    },
  });
}

async function expectAlways(way: Way, cases: number): Promise<void> {
  let life = await beginNothing(way);
  const running = await startServer(whoeverIs<Backend>(() => life.backend));
  let exposition = '';
  await fc.assert(
    fc.asyncProperty(askedModels, stepsOf(way.replies, stepsOfLife), async (asked, steps) => {
      exposition = await expectWhole(way, running, (next) => (life = next), asked, steps);
    }),
    { numRuns: runs(cases), endOnFailure: true },
  );
  if (hasOpenMetricsParser) parseOpenMetrics(exposition);
}

async function beginNothing(way: Way): Promise<Life> {
  const path = join(mkdtempSync(join(directory, 'life-')), 'store.db');
  return beginLife({
    store: place.open(path),
    path,
    models: [],
    start,
    checkIn: (one) => way.begin(one).check,
  });
}

describe('any input with any clock', () => {
  it('is stored and shown as judged, without delays', async () => {
    let replies: Replies = () => good;
    await expectAlways(
      {
        replies: fromProviders,
        best: good,
        baseUrl: 'http://127.0.0.1:1',
        begin: (surroundings) => ({
          check: judging((id) => replies(id), surroundings),
          close: () => undefined,
        }),
        setReplies: (next) => (replies = next),
      },
      8_000,
    );
  }, 600_000);

  const others = [
    ['a provider', fromProviders, good],
    ['another health API', fromHealthApis, goodFromHealthApi],
  ] as const;
  it.each(some(others, 1))(
    'is stored and shown as judged over sockets, from %s',
    async (who, replies, best) => {
      const providers = await listenForAll();
      const begin = who === 'a provider' ? probing : (one: Surroundings) => asking(one, providers.port);
      try {
        await expectAlways(
          {
            replies,
            best,
            baseUrl: `http://127.0.0.1:${providers.port}`,
            begin,
            setReplies: (next) => (providers.replies = next),
          },
          1_000,
        );
      } finally {
        await providers.close();
      }
    },
    600_000,
  );
});
