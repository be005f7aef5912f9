import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dayMs, hourMs } from '../../../src/domain/period.js';
import { createMonitorMetrics } from '../../../src/metrics/monitor.js';
import { histories, beginnings, settings, unsteadyHistories } from '../../app/reference/commands.js';
import type { Command, Settings } from '../../app/reference/commands.js';
import { beginLife } from '../../app/reference/life.js';
import { amount } from '../../slow.js';
import { modelNamed, useParts } from '../../app/parts.js';
import { Database } from '../../../src/store/sqlite/file/sqlite.js';
import { fullLife } from '../full-life.js';
import { start, workplace, type retention as longRetention } from '../samples.js';
import { replayed } from './replaying.js';

const place = workplace();
const createParts = useParts();
// In memory where there is such a place: thousands of transactions wait for no disk.
const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'modelpulse-'));
afterAll(() => rmSync(directory, { recursive: true }));
const metrics = createMonitorMetrics({ version: '0', missed: new Map() });
const retentions = fc.constantFrom(
  { checksMs: hourMs, failuresMs: 3 * hourMs, hoursMs: dayMs, daysMs: 1825 * dayMs },
  { checksMs: 2 * hourMs, failuresMs: 5 * hourMs, hoursMs: dayMs, daysMs: 2 * dayMs },
  { checksMs: 5 * hourMs, failuresMs: 5 * hourMs, hoursMs: dayMs, daysMs: 1825 * dayMs },
);

/** Leads a life to its end and prunes it; returns the results stored and those replayed. */
async function replayOf(
  begins: number,
  inForce: Settings,
  commands: readonly Command[],
  retention: typeof longRetention,
): Promise<{ stored: number; replayed: number }> {
  const folder = mkdtempSync(join(directory, 'life-'));
  const path = join(folder, 'store.db');
  const life = await beginLife({
    open: () => place.open(path, { retention: () => retention }),
    metrics,
    begins,
    settings: inForce,
    pruned: () => undefined,
  });
  for (const command of commands) await life.live(command);
  const whole = replayed(path);
  expect(whole).toMatchObject({ differences: [], different: 0 });
  await life.live({ kind: 'prune' });
  const pruned = replayed(path);
  expect(pruned).toMatchObject({ differences: [], different: 0 });
  const stored = await life.store.results(life.tracked.view.key, { from: 0, to: 1e15, limit: 100_000 });
  await life.close();
  rmSync(folder, { recursive: true });
  return { stored: stored.length, replayed: pruned.results };
}

const minute = 60_000;
const at = (minutes: number): number => start + minutes * minute;

async function recorded(): Promise<string> {
  const path = join(place.directory(), 'store.db');
  const store = place.open(path);
  await fullLife(store, createParts(store), start);
  await store.close();
  return path;
}

function changed(path: string, sql: string): ReturnType<typeof replayed> {
  const database = new Database(path);
  database.exec(sql);
  database.close();
  return replayed(path);
}

describe('replay', () => {
  it('covers all stored data from the first result of a model on', async () => {
    const path = await recorded();
    expect(replayed(path)).toEqual({
      results: 77,
      models: 2,
      since: start,
      different: 0,
      failed: 0,
      differences: [],
    });
  });

  it.each([
    [
      'a state',
      `UPDATE states SET state = 1 WHERE model = 1 AND starts = ${at(1)}`,
      [{ what: 'state', from: at(1), stored: 'degraded ok', replayed: 'healthy ok' }],
    ],
    [
      'a reason',
      `UPDATE states SET reason = 18 WHERE model = 1 AND starts = ${start}`,
      [{ what: 'state', from: start, stored: 'unknown server_error', replayed: 'unknown not_yet' }],
    ],
    [
      'a point less',
      `DELETE FROM states WHERE model = 1 AND starts = ${at(61)}`,
      [{ what: 'state', from: at(61), stored: 'healthy ok', replayed: 'unhealthy server_error' }],
    ],
    [
      'a point more',
      `INSERT INTO states VALUES (1, ${at(30)}, 3, 100)`,
      [{ what: 'state', from: at(30), stored: 'unknown not_watched', replayed: 'healthy ok' }],
    ],
    [
      'a gap less',
      'DELETE FROM gaps WHERE model = 1',
      [{ what: 'state', from: at(70), stored: 'unknown not_watched', replayed: 'healthy ok' }],
    ],
    [
      'a window less',
      'DELETE FROM maintenance WHERE model = 1',
      [{ what: 'state', from: at(40), stored: 'maintenance', replayed: 'healthy ok' }],
    ],
    [
      'other rules',
      `UPDATE epochs SET settings = json_set(settings, '$.failures', 9) WHERE model = 1`,
      [{ what: 'state', from: at(61), stored: 'unhealthy server_error', replayed: 'healthy ok' }],
    ],
    [
      'an incident that has no end',
      `UPDATE incidents SET closed_at = NULL WHERE opened_at = ${at(61)}`,
      [{ what: 'incident', from: at(61), stored: expect.stringMatching(/, 3 failed, open$/) as unknown }],
    ],
    [
      'an incident less',
      `DELETE FROM incidents WHERE opened_at = ${at(61)}`,
      [{ what: 'incident', from: at(61), stored: 'none' }],
    ],
  ] as const)('finds %s', async (_, sql, expected) => {
    const { differences, different } = changed(await recorded(), sql);
    expect(different).toBe(differences.length);
    expect(differences).toMatchObject(
      expect.arrayContaining(
        expected.map((each) => expect.objectContaining({ model: 'gpt', ...each }) as unknown),
      ),
    );
  });

  it.each([
    ['results that hours count', `DELETE FROM checks WHERE model = 1 AND slot = ${at(62)}`],
    [
      'epochs of a release with another reducer',
      `UPDATE epochs SET settings = json_set(json_remove(settings, '$.reducer'), '$.failures', 9) WHERE model = 1`,
    ],
    [
      'an epoch that cannot be read',
      `UPDATE epochs SET settings = '{}' WHERE model = 1 AND starts < ${at(70)}`,
    ],
    [
      'a time that the memory names',
      `DELETE FROM checks WHERE model = 1 AND slot = ${at(42)};
      UPDATE models SET health = json_set(health, '$.breaks', json('[{"from":${at(42)},"to":${at(43)}}]'))`,
    ],
  ])('skips the time of %s', async (_, sql) => {
    const path = await recorded();
    const { results } = replayed(path);
    const found = changed(path, sql);
    expect(found.differences).toEqual([]);
    expect(found.results).toBeLessThan(results);
  });

  it('skips the time of a result that the writer gave up because the store refused it', async () => {
    const path = join(place.directory(), 'store.db');
    const store = place.open(path);
    const parts = createParts(store);
    await parts.roster.replace([modelNamed('gpt')], start);
    const other = new Database(path);
    other.exec(
      `CREATE TRIGGER refused BEFORE INSERT ON checks WHEN NEW.slot = ${at(5)} BEGIN SELECT RAISE(ABORT, 'no'); END`,
    );
    other.close();
    const broken = { outcome: 'unhealthy', reason: 'server_error', httpStatus: 500 } as const;
    for (let n = 1; n < 10; n += 1) await parts.record('gpt', at(n), n > 3 && n < 7 ? broken : {});
    await parts.writer.flush();
    expect(parts.refusals).toMatchObject([{ what: 'result', slot: at(5) }]);
    expect(parts.roster.get('gpt')!.memory.breaks).toEqual([{ from: at(4), to: at(5) + 1 }]);
    await store.close();
    expect(replayed(path)).toMatchObject({ results: 4, different: 0 });
  });

  it('matches the stored timeline for any history and retention', async () => {
    await fc.assert(
      fc.asyncProperty(beginnings, settings, histories, retentions, async (...life) => {
        await replayOf(...life);
      }),
      { numRuns: amount(300, 8) },
    );
  }, 600_000);

  it('covers more than half of the results of many histories', async () => {
    let [stored, found] = [0, 0];
    // Always the same lives: of a few random ones retention may have cut most.
    const lives = fc.sample(fc.tuple(beginnings, settings, histories, retentions), { seed: 1, numRuns: 20 });
    for (const life of lives) {
      const counts = await replayOf(...life);
      stored += counts.stored;
      found += counts.replayed;
    }
    expect(found).toBeGreaterThan(stored / 2);
  }, 600_000);

  it('matches it if an exclusion ends before the newest slot, since the clock was set back', async () => {
    const inForce = { schedule: { kind: 'every', everyMs: minute }, timeoutMs: 5_000 } as const;
    const commands: Command[] = [
      { kind: 'exclude', from: 0, to: 3_626_888 },
      { kind: 'clock', ms: hourMs },
      { kind: 'slots', said: [{ outcome: 'unhealthy', reason: 'timeout' }] },
      { kind: 'include' },
      { kind: 'clock', ms: -hourMs },
      { kind: 'exclude', from: 0, to: minute },
    ];
    const retention = { checksMs: hourMs, failuresMs: 3 * hourMs, hoursMs: dayMs, daysMs: 1825 * dayMs };
    await replayOf(
      1_774_741_800_000,
      { ...inForce, failures: 1, successes: 1, subject: 'one' },
      commands,
      retention,
    );
  });

  it('matches the stored timeline if the clock was set forward and back', async () => {
    await fc.assert(
      fc.asyncProperty(beginnings, settings, unsteadyHistories, retentions, async (...life) => {
        await replayOf(...life);
      }),
      { numRuns: amount(150, 5) },
    );
  }, 600_000);
});
