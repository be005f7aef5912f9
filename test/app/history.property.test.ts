import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dayMs, hourMs } from '../../src/domain/period.js';
import { createMonitorMetrics } from '../../src/metrics/monitor.js';
import { workplace } from '../store/samples.js';
import { expectAgreement, expectNoted } from './reference/agreement.js';
import {
  beginnings,
  histories,
  settings,
  unsteadyHistories,
  type Command,
  type Settings,
} from './reference/commands.js';
import { beginLife } from './reference/life.js';
import { amount } from '../slow.js';

const place = workplace();
// In memory where there is such a place: thousands of transactions wait for no disk.
const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'modelpulse-'));
afterAll(() => rmSync(directory, { recursive: true }));
const metrics = createMonitorMetrics({ version: '0', missed: new Map() });
const retention = { checksMs: 2 * hourMs, failuresMs: 5 * hourMs, hoursMs: dayMs, daysMs: 1825 * dayMs };
const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const fractions = fc.array(fc.tuple(fraction, fraction), { minLength: 3, maxLength: 3 });

/** Leads a life to its end, with a look at it before and after raw results have gone. */
async function expectTold(
  begins: number,
  inForce: Settings,
  commands: readonly Command[],
  windows: readonly [number, number][],
  steady: boolean,
): Promise<void> {
  const path = join(mkdtempSync(join(directory, 'life-')), 'store.db');
  let kept = { checks: 0, hours: 0 };
  const life = await beginLife({
    open: () => place.open(path, { retention: () => retention }),
    metrics,
    begins,
    settings: inForce,
    pruned(now) {
      kept = {
        checks: Math.max(kept.checks, Math.floor((now - retention.checksMs) / hourMs) * hourMs),
        hours: Math.max(kept.hours, Math.floor((now - retention.hoursMs) / dayMs) * dayMs),
      };
    },
  });
  for (const command of commands) await life.live(command);
  for (const end of [[], [{ kind: 'prune' as const }]]) {
    for (const command of end) await life.live(command);
    const facts = await life.facts();
    if (steady) expectNoted(life, facts);
    const { store, now } = life;
    const { key, health, exclusions, results } = life.tracked.view;
    expect(health).toEqual(life.tracked.memory.health);
    await expectAgreement({ store, key, health, exclusions, totals: results, now }, facts, kept, windows);
  }
  await life.close();
  rmSync(dirname(path), { recursive: true });
}

describe('history of a model', () => {
  it('matches a reference implementation for any past', async () => {
    await fc.assert(
      fc.asyncProperty(beginnings, settings, histories, fractions, (begins, inForce, commands, windows) =>
        expectTold(begins, inForce, commands, windows, true),
      ),
      { numRuns: amount(150, 5) },
    );
  }, 600_000);

  it('matches it if a window is cut at the end of another one', async () => {
    const every = (everyMs: number) => ({ schedule: { kind: 'every', everyMs } }) as const;
    const inForce = { ...every(60_000), timeoutMs: 5_000, failures: 1, successes: 1, subject: 'one' };
    const nightly = { kind: 'recurring', cron: '0 1 * * *', timezone: 'UTC', durationMs: 7_200_000 } as const;
    const failed = { outcome: 'unhealthy', reason: 'timeout' } as const;
    const commands: Command[] = [
      { kind: 'maintain', rules: [nightly], once: [{ from: 0, to: 1_199_001 }] },
      { kind: 'configure', settings: every(420_000) },
      { kind: 'slots', said: [failed, { outcome: 'healthy', reason: 'ok' }] },
      // Until 01:00.
      { kind: 'stop', ms: 531_788 },
      { kind: 'maintain', rules: [], once: [] },
      { kind: 'blocked', ms: 1 },
    ];
    const nothing: [number, number] = [0, 0];
    await expectTold(Date.UTC(2026, 2, 29, 0, 40), inForce, commands, [nothing, nothing, nothing], true);
  }, 60_000);

  it('matches it if an exclusion ends between the clock, which was set back, and the end of a window', async () => {
    const inForce = {
      schedule: { kind: 'every', everyMs: 60_000 },
      timeoutMs: 5_000,
      failures: 1,
      successes: 1,
      subject: 'one',
    } as const;
    const commands: Command[] = [
      { kind: 'maintain', rules: [], once: [{ from: 0, to: 26_001 }] },
      { kind: 'slots', said: [{ outcome: 'unhealthy', reason: 'timeout' }] },
      { kind: 'clock', ms: -1 },
      { kind: 'maintain', rules: [], once: [] },
      { kind: 'exclude', from: -4_327_121, to: 1 },
    ];
    const nothing: [number, number] = [0, 0];
    await expectTold(1_774_741_800_000, inForce, commands, [nothing, nothing, nothing], false);
  }, 60_000);

  it('matches it if the clock was set forward and back', async () => {
    await fc.assert(
      fc.asyncProperty(
        beginnings,
        settings,
        unsteadyHistories,
        fractions,
        (begins, inForce, commands, windows) => expectTold(begins, inForce, commands, windows, false),
      ),
      { numRuns: amount(50, 3) },
    );
  }, 600_000);
});
