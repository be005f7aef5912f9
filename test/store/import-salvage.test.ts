import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { modelMemory } from '../../src/cli/model-memory.js';
import { createAnnotations } from '../../src/app/operator.js';
import type { Memory } from '../../src/app/memory.js';
import { stateAt } from '../../src/domain/timeline.js';
import { exportHistory } from '../../src/store/transfer/export.js';
import { importHistory } from '../../src/store/transfer/import.js';
import type { Store } from '../../src/store/port.js';
import { useParts, type Parts } from '../app/parts.js';
import { contentOf } from './content.js';
import { fullLife } from './full-life.js';
import { happenings, lead, type Happening } from './random-life.js';
import { durationsIn, migrationsDir, start, workplace } from './samples.js';
import { amount } from '../slow.js';
import { wrongIn } from './transfer/replaying.js';

const place = workplace();
const createParts = useParts();
const minute = 60_000;
const broken = { outcome: 'unhealthy', reason: 'server_error', detail: 'still', usage: null } as const;

async function take(from: string, into: string) {
  const text = [...exportHistory(from, migrationsDir, [])].join('');
  async function* lines(): AsyncGenerator<string[]> {
    yield await Promise.resolve(text.trimEnd().split('\n'));
  }
  return importHistory({ path: into, migrationsDir, memory: modelMemory }, lines());
}
const forever = { from: 0, to: Number.MAX_SAFE_INTEGER };

interface Fork {
  readonly old: string;
  readonly fresh: string;
}

/** A daemon's file goes aside in use and a fresh one is begun, as for a damaged one. */
async function fork(
  before: (store: Store, parts: Parts) => Promise<unknown>,
  lostMs: number,
  after: (parts: Parts, store: Store) => Promise<void>,
): Promise<Fork> {
  const directory = place.directory();
  const paths = { old: join(directory, 'old.db'), fresh: join(directory, 'fresh.db') };
  const [old, fresh] = [place.open(paths.old), place.open(paths.fresh)];
  let current: Store = old;
  const either = new Proxy(old, { get: (_, name) => Reflect.get(current, name) as unknown });
  const parts = createParts(either);
  await before(old, parts);
  current = fresh;
  await parts.roster.rebase((parts.clock.now += lostMs));
  await after(parts, fresh);
  await parts.writer.flush();
  await Promise.all([old.close(), fresh.close()]);
  return paths;
}

const forkInIncident = () =>
  fork(
    (store, parts) => fullLife(store, parts, start),
    30 * minute,
    async (parts, store) => {
      for (const n of [1, 2]) await parts.record('gpt', parts.clock.now + n * minute, broken);
      const [open] = await store.incidents({ open: true, limit: 1 });
      await store.addNote(open!.id, { at: parts.clock.now, author: 'Ada', text: 'called them' });
      for (const n of [1, 2]) await parts.record('gpt', parts.clock.now + n * minute);
    },
  );

describe('import of a file that was moved aside', () => {
  it('places its history before that of the new file, with unknown time in between', async () => {
    const { old, fresh } = await forkInIncident();
    const [oldGpt] = await place.open(old).models();
    const taken = await take(old, fresh);
    // Of `other` only the beginning of the new file is known since.
    expect(taken.map(({ how }) => how)).toEqual(['before', 'before']);
    const store = place.open(fresh);
    const gpt = (await store.models()).find(({ id }) => id === 'gpt')!;
    const memory = gpt.health as Memory;
    const end = (oldGpt!.health as Memory).health.settled;
    const points = await store.points(gpt.key, 0, forever.to);
    expect([gpt.firstSeen, memory.health.firstSeen, points[0]!.from]).toEqual([start, start, start]);
    expect(points.find(({ from }) => from >= end)).toEqual({
      from: end,
      state: 'unknown',
      reason: 'not_watched',
    });
    expect(points.find(({ from }) => from > end)).toMatchObject({
      from: end + 30 * minute,
      state: 'unknown',
    });
    const seconds = await durationsIn(store, gpt.key, start, memory.health.settled);
    expect(Object.values(seconds).reduce((sum, ms) => sum + ms)).toBe(memory.health.settled - start);
    expect((await store.results(gpt.key, { ...forever, limit: 1_000 })).length).toBe(76 + 4);
    const counted = gpt.totals.results.reduce((sum, { count }) => sum + count, 0);
    const { outcomes } = await store.counts(gpt.key, start, forever.to);
    expect(counted).toBe(Object.values(outcomes).reduce((sum, count) => sum + count));
    expect(stateAt(memory.health, memory.health.settled).state).toBe('healthy');
    expect(wrongIn(fresh)).toBe(0);
  });

  it('adds its notes to an incident that continued, which stays one incident', async () => {
    const { old, fresh } = await forkInIncident();
    await take(old, fresh);
    const incidents = await place.open(fresh).incidents({ limit: 10 });
    expect(incidents.map(({ closedAt }) => closedAt === null)).toEqual([false, false]);
    const [goneOn] = [...incidents].sort((a, b) => b.openedAt - a.openedAt);
    expect(goneOn).toMatchObject({
      openedAt: start + 73 * minute,
      checksFailed: 9,
      notes: [
        { author: null, text: 'we look into it' },
        { author: 'Ada', text: 'called them' },
      ],
    });
  });

  it('does not duplicate planned exclusions that continued in the new file', async () => {
    const ahead = { from: start + 100 * minute, to: start + 300 * minute, reason: 'move' };
    const { old, fresh } = await fork(
      async (store, parts) => {
        await fullLife(store, parts, start);
        const { roster, clock, windows } = parts;
        const excluded: Parameters<typeof createAnnotations>[0]['excluded'] = (tracked) => {
          windows.excluded(tracked, clock.now);
          return Promise.resolve();
        };
        await createAnnotations({ store, clock, roster, excluded }).exclude('gpt', ahead);
      },
      30 * minute,
      async (parts) => {
        parts.windows.sweep(parts.clock.now);
        await parts.record('gpt', parts.clock.now + minute);
      },
    );
    await take(old, fresh);
    const merged = place.open(fresh);
    const [model] = await merged.models();
    const exclusions = await merged.exclusions(model!.key);
    expect(exclusions.map(({ reason }) => reason)).toEqual(['agreed', 'move']);
    expect(wrongIn(fresh)).toBe(0);
  });

  it('changes nothing when repeated', async () => {
    const { old, fresh } = await forkInIncident();
    await take(old, fresh);
    const content = contentOf(fresh);
    expect((await take(old, fresh)).map(({ how }) => how)).toEqual(['there', 'there']);
    expect(contentOf(fresh)).toEqual(content);
  });

  it('ends its open incident if the new file does not contain it', async () => {
    const directory = place.directory();
    const [old, fresh] = [join(directory, 'old.db'), join(directory, 'fresh.db')];
    const first = place.open(old);
    await fullLife(first, createParts(first), start);
    await first.close();
    const second = place.open(fresh);
    const seen: Happening[] = [{ kind: 'result', afterMs: minute, found: ['healthy', 'ok'], ms: 10 }];
    await lead(second, createParts(second), seen, start + 24 * 60 * minute);
    await second.close();
    await take(old, fresh);
    const [last] = await place.open(fresh).incidents({ limit: 1 });
    expect(last).toMatchObject({ openedAt: start + 73 * minute, closedAt: start + 79 * minute });
  });

  it('keeps hours and days consistent with results and states for any history', async () => {
    await fc.assert(
      fc.asyncProperty(
        happenings,
        happenings,
        fc.integer({ min: 1, max: 3 * 60 * minute }),
        async (one, two, lostMs) => {
          const { old, fresh } = await fork(
            (store, parts) => lead(store, parts, one),
            lostMs,
            async (parts) => {
              for (const each of two) {
                if (each.kind !== 'result') continue;
                const [outcome, reason] = each.found;
                await parts.record('gpt', parts.clock.now + each.afterMs, {
                  outcome,
                  reason,
                  durationMs: each.ms,
                });
              }
            },
          );
          expect((await take(old, fresh))[0]!.how).toBe('before');
          expect(wrongIn(fresh)).toBe(0);
          const content = contentOf(fresh);
          expect((await take(old, fresh))[0]!.how).toBe('there');
          expect(contentOf(fresh)).toEqual(content);
        },
      ),
      { numRuns: amount(20, 3) },
    );
  }, 60_000);
});
