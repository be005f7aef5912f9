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
import { retention as longRetention, workplace } from '../samples.js';
import { replayed } from './replaying.js';

const place = workplace();
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

describe('a replay', () => {
  it('agrees with the stored time line, whatever happened and wherever retention cut', async () => {
    let [stored, found] = [0, 0];
    await fc.assert(
      fc.asyncProperty(beginnings, settings, histories, retentions, async (...life) => {
        const counts = await replayOf(...life);
        stored += counts.stored;
        found += counts.replayed;
      }),
      { numRuns: amount(300, 20) },
    );
    expect(found).toBeGreaterThan(stored / 2);
  }, 600_000);

  it('agrees where the clock was set, forward and back', async () => {
    await fc.assert(
      fc.asyncProperty(beginnings, settings, unsteadyHistories, retentions, async (...life) => {
        await replayOf(...life);
      }),
      { numRuns: amount(150, 10) },
    );
  }, 600_000);
});
