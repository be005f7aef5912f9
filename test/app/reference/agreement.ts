import { expect } from '@jest/globals';
import type { Health } from '../../../src/domain/health.js';
import { clipTo, merge, subtract } from '../../../src/domain/intervals.js';
import type { RecordedResult } from '../../../src/domain/result.js';
import { dayMs, hourMs } from '../../../src/domain/period.js';
import type { Interval } from '../../../src/domain/state.js';
import { stateAt } from '../../../src/domain/timeline.js';
import { uptimeOf } from '../../../src/domain/uptime.js';
import { durationsBetween, timelineBetween } from '../../../src/store/history.js';
import type { ModelKey, ModelTotals, StoreReader } from '../../../src/store/port.js';
import { countsIn, durationsIn, toldOf, type Kept } from './figures.js';
import type { Life, Period } from './life.js';
import { pastOf, type Facts, type Judged, type Past, type PastIncident } from './past.js';
import { windowTimes } from './wall-clock.js';

const everything = { from: 0, to: 1e15 };

/** Windows as rules have them in the time in which they were in force. */
function windowsBy(periods: readonly Period[], now: number): Interval[] {
  return merge(
    periods.flatMap(({ from, to, rules }) => {
      const until = Math.min(to, now);
      return rules
        .flatMap((rule) => windowTimes(rule, from, until))
        .map((window) => ({ from: Math.max(from, window.from), to: Math.min(until, window.to) }));
    }),
  );
}

/** Holds what was noted against what happened, while the clock went as it should. */
export function expectNoted(life: Life, facts: Facts): void {
  expect(facts.gaps).toEqual([...new Set(life.gaps)].sort((a, b) => a - b));
  const lifetime = { from: facts.firstSeen, to: life.now };
  const without = (windows: readonly Interval[], holes: readonly Interval[]) =>
    merge(windows).flatMap((window) => subtract(window, merge(holes)));
  const noted = facts.windows.flatMap((window) => clipTo([window], lifetime));
  const certain = windowsBy(life.inForce, life.now);
  const possible = windowsBy([...life.inForce, ...life.unfollowed], life.now);
  expect(without(certain, noted)).toEqual([]);
  expect(without(noted, [...possible, ...life.ahead])).toEqual([]);
}

/** What is asked about a model's past. */
export interface Asked {
  readonly store: Pick<StoreReader, 'points' | 'durations' | 'counts' | 'results' | 'incidents'>;
  readonly key: ModelKey;
  /** Memory, as it was stored last. */
  readonly health: Health;
  readonly exclusions: readonly Interval[];
  readonly totals: ModelTotals['results'];
  readonly now: number;
}

/** Holds everything that is told of the model's past against a past that was painted anew from what was seen. */
export async function expectAgreement(
  asked: Asked,
  facts: Facts,
  kept: Kept,
  fractions: readonly (readonly [number, number])[],
): Promise<void> {
  const { store, key, health, now } = asked;
  const until = Math.max(now, health.settled);
  const past = pastOf(facts, until + 1);

  const recent = await store.results(key, { ...everything, from: kept.checks, limit: 100_000 });
  const seen = ({ slot, outcome, maintenance }: Judged | RecordedResult) => ({ slot, outcome, maintenance });
  expect(recent.map(seen).reverse()).toEqual(
    past.results.filter(({ slot }) => slot >= kept.checks).map(seen),
  );
  const { state, reason } = stateAt(health, until);
  const { state: painted, why } = past.cells.at(-1)!;
  expect({ state, why: state === 'unknown' ? reason : null }).toEqual({ state: painted, why });

  const incidents = await store.incidents({ model: key, limit: 10_000 });
  const incidentOf = ({ openedAt, closedAt, reason, checksFailed, lastDetail }: PastIncident) => ({
    openedAt,
    closedAt,
    reason,
    checksFailed,
    lastDetail,
  });
  expect(incidents.map(incidentOf).reverse()).toEqual(past.incidents);

  const totals: Record<string, number> = {};
  for (const { outcome, reason, maintenance } of past.results) {
    if (!maintenance) totals[`${outcome} ${reason}`] = (totals[`${outcome} ${reason}`] ?? 0) + 1;
  }
  const shown = asked.totals.map(({ outcome, reason, count }) => [`${outcome} ${reason}`, count]);
  expect(Object.fromEntries(shown)).toEqual(totals);

  for (const window of windowsIn({ from: facts.firstSeen, to: until }, fractions)) {
    await expectSame(asked, past, window, kept);
  }
}

/** The whole, windows that begin and end anywhere in it, and the hours and days around those. */
function windowsIn(whole: Interval, fractions: readonly (readonly [number, number])[]): Interval[] {
  const at = (fraction: number): number => whole.from + Math.floor(fraction * (whole.to - whole.from));
  const windows = fractions.map(([a, b]) => ({ from: at(Math.min(a, b)), to: at(Math.max(a, b)) }));
  const aligned = [hourMs, dayMs].flatMap((unit) =>
    windows.map(({ from, to }) => ({
      from: Math.floor(from / unit) * unit,
      to: Math.ceil(to / unit) * unit,
    })),
  );
  return clipTo([whole, ...windows, ...aligned], whole);
}

async function expectSame(asked: Asked, past: Past, window: Interval, kept: Kept): Promise<void> {
  const { store, key, health } = asked;
  for (const exclusions of [[], asked.exclusions]) {
    const told = toldOf(past.cells, exclusions, window);
    const model = { key, stored: health, exclusions };
    const timeline = await timelineBetween(store, model, window);
    const shown = timeline.map(({ reason, ...each }) => ({
      ...each,
      why: each.state === 'unknown' ? reason : null,
    }));
    expect(shown).toEqual(told);
    const durations = durationsIn(told);
    expect(await durationsBetween(store, model, window)).toEqual(durations);
    const { healthy, degraded, unhealthy, unknown } = durations;
    const watched = healthy + degraded + unhealthy;
    const coverage = watched + unknown > 0 ? watched / (watched + unknown) : null;
    const uptime = coverage !== null && coverage >= 0.01 ? (healthy + degraded) / watched : null;
    expect(uptimeOf(durations)).toEqual({ uptime, coverage });
    const counts = await store.counts(key, window.from, window.to, exclusions);
    const { outcomes, resolution } = counts;
    const latencies = [...counts.latency.values()].reduce((sum, count) => sum + count, 0);
    expect({ outcomes, resolution, latencies }).toEqual(countsIn(past.results, exclusions, window, kept));
  }
}
