import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { modelMemory } from '../../../src/cli/model-memory.js';
import { checkRollups, rebuildRollups } from '../../../src/store/transfer/rebuild.js';
import type { Rebuilt, WrongRow } from '../../../src/store/transfer/rebuilding.js';
import type { ReplayFailure } from '../../../src/store/transfer/replay.js';
import { modelNamed, useParts } from '../../app/parts.js';
import { contentOf } from '../content.js';
import { fullLife } from '../full-life.js';
import { happenings, lead } from '../random-life.js';
import { migrationsDir, retention, start, workplace } from '../samples.js';
import { Database } from '../../../src/store/sqlite/file/sqlite.js';
import { amount } from '../../slow.js';

const place = workplace();
const createParts = useParts();
const short = { ...retention, checksMs: 2 * 3_600_000, failuresMs: 5 * 3_600_000, hoursMs: 86_400_000 };

function compared(
  path: string,
  compare = checkRollups,
): Rebuilt & { found: WrongRow[]; failures: ReplayFailure[] } {
  const found: WrongRow[] = [];
  const failures: ReplayFailure[] = [];
  const options = {
    path,
    migrationsDir,
    memory: modelMemory,
    found: (row: WrongRow) => found.push(row),
    differs: () => undefined,
    fails: (failure: ReplayFailure) => failures.push(failure),
  };
  return { ...compare(options), found, failures };
}

function change(path: string, ...sql: string[]): void {
  const database = new Database(path);
  for (const each of sql) database.exec(each);
  database.close();
}

async function recorded(): Promise<string> {
  const path = join(place.directory(), 'store.db');
  const store = place.open(path);
  await fullLife(store, createParts(store), start);
  await store.close();
  return path;
}
const hour = start / 3_600_000;

describe('hours and days', () => {
  it('match results and states for any history', async () => {
    await fc.assert(
      fc.asyncProperty(happenings, async (life) => {
        const path = join(place.directory(), 'store.db');
        const store = place.open(path, { retention: () => short });
        await lead(store, createParts(store), life);
        expect(compared(path)).toMatchObject({ wrong: 0, found: [], givenUp: 0 });
        await store.close();
      }),
      { numRuns: amount(40, 4) },
    );
  }, 60_000);

  it('that were changed are found by column, and corrected', async () => {
    const columns = [
      ['healthy_ms', 'healthy_ms + 1'],
      ['unknown_ms', '7'],
      ['healthy', 'healthy + 1'],
      ['healthy', 'healthy - 1'],
      ['provider', '99'],
      ['input_tokens', '0'],
      ['latency', "x'0101'"],
      ['latency', 'NULL'],
    ] as const;
    const path = await recorded();
    const whole = contentOf(path);
    for (const table of ['hours', 'days']) {
      for (const [column, value] of columns) {
        change(
          path,
          `UPDATE ${table} SET ${column} = ${value} WHERE model = 1 AND span = (SELECT min(span) FROM ${table})`,
        );
        const { found, wrong } = compared(path);
        expect(found).toMatchObject([{ model: 'gpt', table, from: start, mismatches: [{ column }] }]);
        expect(wrong).toBe(1);
        expect(contentOf(path)).not.toEqual(whole);
        expect(compared(path, rebuildRollups).wrong).toBe(1);
        expect(contentOf(path)).toEqual(whole);
      }
    }
  });

  it('that are missing are restored, and extra ones are removed', async () => {
    const path = await recorded();
    const whole = contentOf(path);
    change(path, 'DELETE FROM hours', 'DELETE FROM days');
    expect(compared(path, rebuildRollups).wrong).toBe(5);
    expect(contentOf(path)).toEqual(whole);
    change(
      path,
      `INSERT INTO hours SELECT model, span + 9, ${Array.from({ length: 16 }, () => 1).join(', ')}, NULL, NULL, NULL
      FROM hours WHERE model = 1 AND span = ${hour}`,
    );
    expect(compared(path, rebuildRollups).found).toMatchObject([
      { table: 'hours', from: start + 9 * 3_600_000 },
    ]);
    expect(compared(path).wrong).toBe(0);
  });

  it('of a day in one state are all there, or none where nothing was checked', async () => {
    const path = join(place.directory(), 'store.db');
    const store = place.open(path);
    const parts = createParts(store);
    const schedule = { kind: 'every', everyMs: 6 * 3_600_000 } as const;
    await parts.roster.replace([modelNamed('gpt', { schedule })], start);
    for (const hours of [6, 12, 18, 24, 30, 36, 42, 48, 54, 60, 300])
      await parts.record('gpt', start + hours * 3_600_000);
    await store.close();
    const whole = contentOf(path);
    const days = whole.hours!.map((row) => Math.floor((Number((row as number[])[1]) - hour) / 24));
    expect(new Set(days)).toEqual(new Set([0, 1, 2, 12]));
    expect(compared(path).wrong).toBe(0);
    // In its hour nothing was checked: the others of the day tell that it is missing.
    change(path, `DELETE FROM hours WHERE span = ${hour + 27}`);
    expect(compared(path, rebuildRollups).found).toMatchObject([
      { table: 'hours', from: start + 27 * 3_600_000, mismatches: [{ column: 'healthy_ms' }] },
    ]);
    expect(contentOf(path)).toEqual(whole);
    // All at once, though most hours have no result.
    change(path, `DELETE FROM hours WHERE span < ${hour + 48}`);
    compared(path, rebuildRollups);
    expect(compared(path).wrong).toBe(0);
    expect(contentOf(path)).toEqual(whole);
  });

  it('keep the counts of deleted results if both levels agree', async () => {
    const path = await recorded();
    change(path, `DELETE FROM checks WHERE model = 1 AND slot < ${start + 5 * 60_000}`);
    expect(compared(path)).toMatchObject({ wrong: 0, givenUp: 1 });
    const whole = contentOf(path);
    expect(compared(path, rebuildRollups)).toMatchObject({ wrong: 0, givenUp: 1 });
    expect(contentOf(path)).toEqual(whole);
    change(path, `UPDATE hours SET healthy = healthy + 1 WHERE model = 1 AND span = ${hour}`);
    expect(compared(path)).toMatchObject({ wrong: 2, givenUp: 0 });
  });

  it('keep the counts of results and hours removed by retention', async () => {
    const path = await recorded();
    change(
      path,
      `UPDATE horizons SET since = ${start + 3_600_000} WHERE name = 'checks'`,
      `DELETE FROM checks WHERE slot < ${start + 3_600_000}`,
    );
    expect(compared(path)).toMatchObject({ wrong: 0, givenUp: 0 });
    change(path, `UPDATE hours SET degraded = 5 WHERE model = 1 AND span = ${hour}`);
    expect(compared(path).found).toMatchObject([{ table: 'days', mismatches: [{ column: 'degraded' }] }]);
    change(path, `UPDATE horizons SET since = ${start + 86_400_000} WHERE name IN ('checks', 'hours')`);
    expect(compared(path)).toMatchObject({ wrong: 0 });
  });

  it('of the other models are compared where the results of one cannot be replayed', async () => {
    const path = await recorded();
    const whole = compared(path);
    expect(whole.failures).toEqual([]);
    change(
      path,
      `INSERT INTO checks SELECT model, ${start}, outcome, reason, flags, delay, duration, first_token, http,
      input_tokens, output_tokens, key_index, speed, cost FROM checks WHERE model = 1 ORDER BY slot LIMIT 1`,
    );
    change(path, `UPDATE hours SET unhealthy = unhealthy + 1 WHERE model = 1 AND span = ${hour}`);
    change(
      path,
      `UPDATE days SET unhealthy = unhealthy + 1 WHERE model = 1 AND span = ${Math.floor(hour / 24)}`,
    );
    const { failures, replayed } = compared(path);
    expect(failures).toEqual([{ model: 'gpt', message: `slot ${start} is not after ${start}` }]);
    expect(replayed).toMatchObject({ failed: 1, different: 0, models: whole.replayed.models - 1 });
  });

  it('are compared while a daemon uses the file, but not corrected', async () => {
    const path = await recorded();
    place.open(path);
    expect(compared(path).wrong).toBe(0);
    expect(() => compared(path, rebuildRollups)).toThrow(expect.objectContaining({ kind: 'locked' }));
    expect(() => compared(`${path}.none`, rebuildRollups)).toThrow(
      expect.objectContaining({ kind: 'missing' }),
    );
  });
});
