import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { modelMemory } from '../../src/cli/model-memory.js';
import { dayMs, hourMs, minuteMs } from '../../src/domain/period.js';
import type { Outcome, Reason } from '../../src/domain/reason.js';
import { addChanges, addSpan, type HourlyChanges } from '../../src/domain/rollup.js';
import { durationsBetween } from '../../src/store/history.js';
import type { ModelWrite, Store } from '../../src/store/port.js';
import { openHistoryReader } from '../../src/store/sqlite/history-reader.js';
import { checkRollups } from '../../src/store/transfer/rebuild.js';
import { modelNamed, useParts, type Parts } from '../app/parts.js';
import { contentOf } from './content.js';
import { migrationsDir, start, workplace } from './samples.js';
import { amount } from '../slow.js';

const place = workplace();
const createParts = useParts();

const findings = fc.constantFrom<[Outcome, Reason]>(
  ['healthy', 'ok'],
  ['unhealthy', 'timeout'],
  ['unhealthy', 'timeout'],
  ['unknown', 'invalid_request'],
);
/** From 0 to 1; doubles would mostly be one of both. */
const fraction = fc
  .noBias(fc.integer({ min: 0, max: 1_000_000 }))
  .map((millionths) => millionths / 1_000_000);
/** From an hour to 400 days without a result, as often hours as days. */
const absence = fc
  .tuple(fraction, fc.nat(hourMs))
  .map(([share, ms]) => Math.floor(hourMs * (400 * 24) ** share) + ms);
const move = fc.record({
  found: findings,
  afterMs: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: absence },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }).map((hours) => hours * hourMs) },
  ),
  /** The result lies at the first ms of a day. */
  atMidnight: fc.boolean(),
  /** What happens in the time without results, from one part of it to another; maintenance may outlast it. */
  meanwhile: fc.constantFrom('nothing', 'pause', 'maintenance', 'prune', 'gap'),
  part: fc.tuple(
    fraction,
    fraction.map((share) => 1.5 * share),
  ),
});
const life = fc.record({
  everyMs: fc.constantFrom(minuteMs, hourMs, 6 * hourMs, 2 * dayMs, 9 * dayMs),
  /** So many changes that windows over them are summed from rows. */
  flaps: fc.boolean(),
  moves: fc.array(move, { minLength: 2, maxLength: 6 }),
});
type Life = typeof life extends fc.Arbitrary<infer Value> ? Value : never;
const window = fc.tuple(fc.oneof(fraction, fc.constant(0)), fraction);

type Step = readonly [...Life['moves'][number]['found'], Life['moves'][number]['meanwhile']];

/** A model that is checked every two days, so that results are dated back over whole days. */
const seldom = (...steps: readonly Step[]): [Life, [number, number][]] => [
  {
    everyMs: 2 * dayMs,
    flaps: false,
    moves: steps.map(([outcome, reason, meanwhile]) => ({
      found: [outcome, reason],
      afterMs: 0,
      atMidnight: false,
      meanwhile,
      part: [0.5, 1.2],
    })),
  },
  [[0, 1]],
];
/** A failure is confirmed over a single unknown result; a row of unknown results is confirmed while no run is open. */
const datedBack = [
  seldom(
    ['healthy', 'ok', 'nothing'],
    ['unhealthy', 'timeout', 'nothing'],
    ['unknown', 'invalid_request', 'nothing'],
    ['unhealthy', 'timeout', 'nothing'],
  ),
  seldom(
    ['healthy', 'ok', 'nothing'],
    ['healthy', 'ok', 'maintenance'],
    ['unknown', 'invalid_request', 'nothing'],
    ['unknown', 'invalid_request', 'nothing'],
  ),
];

/** Passes each hour of every span to the store by itself, as it was before spans were kept whole. */
function hourly(store: Store): Store {
  const divided = (write: ModelWrite): ModelWrite => {
    const rollups: HourlyChanges = new Map();
    addChanges(rollups, write.rollups as HourlyChanges);
    for (const span of write.wholeHours) addSpan(rollups, span);
    return { ...write, rollups, wholeHours: [] };
  };
  return { ...store, write: ({ models, missed }) => store.write({ models: models.map(divided), missed }) };
}

/** Leads the model `gpt` through the life; returns the time that it has got to. */
async function lead(store: Store, parts: Parts, { everyMs, flaps, moves }: Life): Promise<number> {
  let now = start + 50 * minuteMs;
  parts.clock.now = now;
  const { added } = await parts.roster.replace(
    [modelNamed('gpt', { schedule: { kind: 'every', everyMs } })],
    now,
  );
  parts.windows.replace([], now, added);
  const gpt = parts.roster.get('gpt')!;
  for (let count = 0; flaps && count < 70; count += 1) {
    now += minuteMs;
    await parts.record('gpt', now, count % 2 === 0 ? { outcome: 'degraded', reason: 'slow' } : {});
  }
  for (const { found, afterMs, atMidnight, meanwhile, part } of moves) {
    const due = now + everyMs + afterMs;
    const next = atMidnight ? Math.ceil(due / dayMs) * dayMs : due;
    const at = (share: number): number => now + 1 + Math.floor(share * (next - now - 3));
    const from = at(Math.min(...part));
    const to = at(Math.min(1, Math.max(...part)));
    switch (meanwhile) {
      case 'pause':
        parts.roster.pauseByHand(gpt, true, from);
        parts.roster.pauseByHand(gpt, false, to + 1);
        break;
      case 'maintenance': {
        const rule = {
          kind: 'fixed' as const,
          from,
          to: at(Math.max(...part)) + 1,
          models: ['*'],
          reason: null,
        };
        parts.windows.replace([rule], now, []);
        parts.windows.sweep(to);
        break;
      }
      case 'gap':
        parts.recorder.miss(gpt, { lastSlot: to, unwatched: from }, 'down', 1);
        break;
      case 'prune':
        while (await store.prune(from));
        break;
      case 'nothing':
    }
    now = next;
    const [outcome, reason] = found;
    await parts.record('gpt', now, { outcome, reason });
  }
  await parts.writer.flush();
  return now;
}

async function led(one: Life, how: (store: Store) => Store) {
  const path = join(place.directory(), 'store.db');
  const store = how(place.open(path));
  const parts = createParts(store);
  const now = await lead(store, parts, one);
  const { key, stored } = parts.roster.get('gpt')!.view;
  return { path, store, key, stored, now, reader: openHistoryReader(path, migrationsDir) };
}

it('after any absence all figures are those of a store that has a row for each hour', async () => {
  let skipped = 0;
  await fc.assert(
    fc.asyncProperty(life, fc.array(window, { minLength: 4, maxLength: 4 }), async (one, fractions) => {
      const [plain, divided] = [await led(one, (store) => store), await led(one, hourly)];
      const [{ hours: some, ...others }, { hours: all, ...expected }] = [
        contentOf(plain.path),
        contentOf(divided.path),
      ];
      expect(others).toEqual(expected);
      const rows = new Set(all!.map((row) => JSON.stringify(row)));
      expect(some!.filter((row) => !rows.has(JSON.stringify(row)))).toEqual([]);
      skipped += all!.length - some!.length;

      const span = plain.now - plain.stored.firstSeen;
      const windows = fractions.map(([a, b]) => ({
        from: plain.stored.firstSeen + Math.floor(Math.min(a, b) * span),
        to: plain.stored.firstSeen + Math.floor(Math.max(a, b) * span),
      }));
      const exclusions = windows.slice(0, 1);
      for (const asked of windows) {
        for (const without of [[], exclusions]) {
          const figures = async ({ store, reader, key, stored }: typeof plain) => ({
            durations: await durationsBetween(store, { key, stored, exclusions: without }, asked),
            counts: await store.counts(key, asked.from, asked.to, without),
            days: reader.series({ key, stored, exclusions: without }, asked, dayMs),
            hours: reader.series(
              { key, stored, exclusions: without },
              { ...asked, from: Math.max(asked.from, asked.to - 9 * dayMs) },
              3 * hourMs,
            ),
          });
          expect(await figures(plain)).toEqual(await figures(divided));
        }
      }
      for (const { path, reader, store } of [plain, divided]) {
        const wrong: unknown[] = [];
        const note = (found: unknown): void => void wrong.push(found);
        checkRollups({ path, migrationsDir, memory: modelMemory, found: note, differs: note, fails: note });
        expect(wrong).toEqual([]);
        reader.close();
        await store.close();
      }
    }),
    { numRuns: amount(40, 4), examples: datedBack, endOnFailure: true },
  );
  // Of a few random lives all may be short: only many show that rows were skipped at all.
  expect(skipped).toBeGreaterThanOrEqual(amount(1_000, 0));
}, 300_000);
