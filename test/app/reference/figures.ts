import { dayMs, hourMs } from '../../../src/domain/period.js';
import type { Interval, State, StateDurations } from '../../../src/domain/state.js';
import type { Cell, Judged } from './past.js';

/** Time that people took out of the figures lies over what was seen; what touches is one where state and reason are the same. */
export function toldOf(cells: readonly Cell[], exclusions: readonly Interval[], window: Interval): Cell[] {
  const seen = cells.filter(({ from, to }) => from < window.to && to > window.from);
  const edges = [...seen, ...exclusions].flatMap(({ from, to }) => [from, to]);
  const times = [...new Set([window.from, window.to, ...edges])]
    .filter((time) => time >= window.from && time <= window.to)
    .sort((a, b) => a - b);
  const told: Cell[] = [];
  let at = 0;
  for (const [index, to] of times.slice(1).entries()) {
    const from = times[index]!;
    const excluded = exclusions.some((each) => each.from <= from && from < each.to);
    while ((seen[at]?.to ?? Infinity) <= from) at += 1;
    const cell = seen[at];
    if (cell === undefined || cell.from > from) continue;
    const state = excluded ? 'maintenance' : cell.state;
    const why = excluded ? null : cell.why;
    const last = told.at(-1);
    if (last?.state === state && last.why === why) told[told.length - 1] = { ...last, to };
    else told.push({ from, to, state, why });
  }
  return told;
}

/** ms in each state. */
export function durationsIn(told: readonly Cell[]): StateDurations {
  const sum: Record<State, number> = { healthy: 0, degraded: 0, unhealthy: 0, unknown: 0, maintenance: 0 };
  for (const { from, to, state } of told) sum[state] += to - from;
  return sum;
}

/** From when on each kind of history is whole. */
export interface Kept {
  readonly checks: number;
  readonly hours: number;
}

/** The hours or days around `window` where finer history is gone. */
function widen({ from, to }: Interval, kept: Kept): { window: Interval; unit: number } {
  const unitAt = (time: number): number => (time >= kept.checks ? 1 : time >= kept.hours ? hourMs : dayMs);
  const window = {
    from: Math.floor(from / unitAt(from)) * unitAt(from),
    to: Math.ceil(to / unitAt(to)) * unitAt(to),
  };
  return {
    window,
    unit: Math.max(window.from < from ? unitAt(from) : 1, window.to > to ? unitAt(to) : 1),
  };
}

/** Results in the window, each looked at alone, without those of maintenance and of excluded time. */
export function countsIn(
  results: readonly Judged[],
  exclusions: readonly Interval[],
  window: Interval,
  kept: Kept,
) {
  const edges = exclusions
    .flatMap(({ from, to }) => [from, to])
    .filter((at) => window.from < at && at < window.to);
  const times = [...new Set([window.from, ...edges, window.to])].sort((a, b) => a - b);
  const pieces = times
    .slice(1)
    .map((to, index) => ({ from: times[index]!, to }))
    .filter(({ from }) => !exclusions.some((each) => each.from <= from && from < each.to))
    // What is left between two exclusions that touch nothing else is one piece.
    .reduce<Interval[]>((joined, piece) => {
      const last = joined.at(-1);
      if (last?.to !== piece.from) return [...joined, piece];
      return [...joined.slice(0, -1), { from: last.from, to: piece.to }];
    }, [])
    .map((piece) => widen(piece, kept));
  const counted = results.filter(
    ({ slot, maintenance }) =>
      !maintenance && pieces.some((piece) => piece.window.from <= slot && slot < piece.window.to),
  );
  const outcomes = { healthy: 0, degraded: 0, unhealthy: 0, unknown: 0 };
  for (const { outcome } of counted) outcomes[outcome] += 1;
  const unit = Math.max(1, ...pieces.map((piece) => piece.unit));
  const resolution = unit === 1 ? 'exact' : unit === hourMs ? 'hour' : 'day';
  const latencies = counted.filter(
    ({ outcome, stalled }) => (outcome === 'healthy' || outcome === 'degraded') && stalled !== true,
  ).length;
  return { outcomes, latencies, resolution };
}
