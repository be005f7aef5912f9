import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { createCalendar } from '../../src/calendar/calendar.js';
import { startOf } from '../../src/store/postgres/partitions.js';
import { withServer } from '../store/postgres/server.js';
import { fleetSite, shownBy, until, type FleetSite } from './fleet-site.js';
import type { RunningDaemon } from './process.js';
import { useSite } from './registry.js';

const everySeconds = 1;
const aheadMs = 30_000;
const preload = pathToFileURL(join(import.meta.dirname, 'wall-clock.child.mjs')).href;
const ahead = { NODE_OPTIONS: `--import=${preload}`, CLOCK_BACK_MS: String(-aheadMs) };

interface Result {
  readonly slot: number;
  readonly startedAt: number;
}

/** Results of each model by time, in Unix ms. */
async function resultsOf({ sql, ids }: FleetSite): Promise<Map<string, Result[]>> {
  const byModel = new Map(ids.map((id): [string, Result[]] => [id, []]));
  const rows = await sql(
    'SELECT id, day, slot, code >> 16 FROM check_result c JOIN model ON key = model ORDER BY day, slot',
  );
  for (const row of rows) {
    const [id = '', day, ms, delay] = row.split('|');
    const slot = startOf(Number(day)) + Number(ms);
    byModel.get(id)?.push({ slot, startedAt: slot + Number(delay) });
  }
  return byModel;
}

withServer('two instances whose clocks are 30 s apart', (server) => {
  const site = useSite();

  it('check each slot once and leave none out, as models pass to and fro', async () => {
    const shared = await fleetSite(site(), server(), { models: 12, everySeconds });
    const all = (): number => [...shared.asked.values()].reduce((sum, count) => sum + count, 0);
    /** Every model is checked twice more. */
    const checked = async (): Promise<void> => {
      const before = new Map(shared.asked);
      await until(
        () => Promise.resolve(shared.ids.map((id) => (shared.asked.get(id) ?? 0) - (before.get(id) ?? 0))),
        (more) => more.every((count) => count >= 2),
      );
    };
    const end = async ({ child, ended }: RunningDaemon): Promise<void> => {
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    };
    const handOver = async (from: RunningDaemon, environment?: NodeJS.ProcessEnv): Promise<RunningDaemon> => {
      const to = await shared.start(undefined, environment);
      await until(
        () => shownBy(to),
        (items) => items.length === 12 && items.every(({ state }) => state === 'healthy'),
      );
      await end(from);
      await checked();
      return to;
    };
    const first = await shared.start(undefined, ahead);
    expect(first.lines).toContainEqual(expect.objectContaining({ ahead_ms: expect.closeTo(-aheadMs, -4) }));
    await checked();
    const second = await handOver(first);
    await end(await handOver(second, ahead));

    const results = await resultsOf(shared);
    expect([...results.values()].reduce((sum, { length }) => sum + length, 0)).toBe(all());
    const calendar = createCalendar();
    const schedule = { kind: 'every', everyMs: everySeconds * 1_000 } as const;
    let unchecked = 0;
    for (const [id, found] of results) {
      const slots = found.map(({ slot }) => slot);
      expect(new Set(slots).size).toBe(slots.length);
      // The clock of the server, which is this machine's, is the one that counts.
      const apart = found.map(({ startedAt }, index) => (shared.askedAt.get(id)?.[index] ?? 0) - startedAt);
      expect(apart.filter((ms) => Math.abs(ms) > aheadMs / 4)).toEqual([]);
      const { count } = calendar.slotsBetween(schedule, id, slots[0]! - 1, slots.at(-1)!);
      const regular = slots.filter((slot) => calendar.nextSlot(schedule, id, slot - 1) === slot);
      unchecked += count - regular.length;
    }
    const [missed] = await shared.sql('SELECT coalesce(sum(count), 0) FROM missed');
    expect(Number(missed)).toBeGreaterThanOrEqual(unchecked);
    // As long as a share passes, not as long as the clocks differ.
    expect(unchecked / results.size).toBeLessThan(2 * 15);
  }, 120_000);
});
