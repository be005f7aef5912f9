import { sumOfCosts } from './cost.js';
import { keysOf } from './table.js';
import { mergeInto, observe, type Histogram } from './histogram.js';
import { observeSpeed } from './speed.js';
import { blameFor, type Blame, type Outcome } from './reason.js';
import { dayMs, hourMs } from './period.js';
import type { RecordedResult } from './result.js';
import type { Span } from './timeline.js';
import type { Interval, State, StateDurations } from './state.js';

/** Totals of one model over a span of time, or a change to them; two add up to one. */
export interface Rollup {
  /** ms per state; negative in a change that replaces earlier time. */
  readonly durations: StateDurations;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Results that were not `ok`, by blame. */
  readonly blames: Readonly<Record<Blame, number>>;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Sum of the costs that are known, in billionths of the currency of the model; null without one. */
  readonly cost: number | null;
  /** Durations of healthy and degraded results. */
  readonly latency: Histogram;
  /** First tokens, throughput and gaps of healthy and degraded results, as `observeSpeed` adds them. */
  readonly speed: Histogram;
}

interface Sum extends Rollup {
  durations: Record<State, number>;
  outcomes: Record<Outcome, number>;
  blames: Record<Blame, number>;
  inputTokens: number;
  outputTokens: number;
  cost: number | null;
}

/** Changes by the start of their UTC hour. */
export type HourlyChanges = Map<number, Sum>;

export function emptyRollup(): Sum {
  return {
    durations: { healthy: 0, degraded: 0, unhealthy: 0, unknown: 0, maintenance: 0 },
    outcomes: { healthy: 0, degraded: 0, unhealthy: 0, unknown: 0 },
    blames: { provider: 0, account: 0, config: 0, network: 0, monitor: 0 },
    inputTokens: 0,
    outputTokens: 0,
    cost: null,
    latency: new Map(),
    speed: new Map(),
  };
}

function hourOf(changes: HourlyChanges, time: number): Sum {
  const hour = Math.floor(time / hourMs) * hourMs;
  const known = changes.get(hour);
  if (known !== undefined) return known;
  const sum = emptyRollup();
  changes.set(hour, sum);
  return sum;
}

/** Adds the span, split at full hours: an object for each, so not for a span that may take months. */
export function addSpan(
  changes: HourlyChanges,
  { from, to, state, sign }: Pick<Span, 'from' | 'to' | 'state' | 'sign'>,
): void {
  for (let start = from; start < to;) {
    const end = Math.min(to, (Math.floor(start / hourMs) + 1) * hourMs);
    hourOf(changes, start).durations[state] += sign * (end - start);
    start = end;
  }
}

/** The whole units of an interval, Unix ms; null where it has none. */
export function wholeUnits({ from, to }: Interval, unitMs: number): Interval | null {
  const whole = { from: Math.ceil(from / unitMs) * unitMs, to: Math.floor(to / unitMs) * unitMs };
  return whole.from < whole.to ? whole : null;
}

/** Adds the ends of a span; returns the whole hours between them undivided, for they may be those of years; null for none. */
export function addEnds(changes: HourlyChanges, span: Span): Span | null {
  const whole = wholeUnits(span, hourMs);
  if (whole === null) {
    addSpan(changes, span);
    return null;
  }
  addSpan(changes, { ...span, to: whole.from });
  addSpan(changes, { ...span, from: whole.to });
  return { ...span, ...whole };
}

/** Rows of hours and days that the span changes, at most. The hours of whole days of a final one have none: they are as their day. */
export function rowsOfSpan({ from, to, final }: Span): number {
  const days = Math.ceil((to - from) / dayMs) + 1;
  return days + (final ? 2 * (dayMs / hourMs) : (to - from) / hourMs);
}

/** Counts a result in the hour of its slot; during maintenance only its tokens and cost. */
export function addResult(changes: HourlyChanges, result: RecordedResult): void {
  const sum = hourOf(changes, result.slot);
  sum.inputTokens += result.usage?.inputTokens ?? 0;
  sum.outputTokens += result.usage?.outputTokens ?? 0;
  sum.cost = sumOfCosts(sum.cost, result.costNanos ?? null);
  if (result.maintenance) return;
  sum.outcomes[result.outcome] += 1;
  const blame = blameFor(result.reason);
  if (blame !== null) sum.blames[blame] += 1;
  const good = result.outcome === 'healthy' || result.outcome === 'degraded';
  // Rounded as in the store, so that recomputing from stored results gives the same.
  if (good && result.durationMs !== null) observe(sum.latency, Math.round(result.durationMs));
  if (good) observeSpeed(sum.speed, result);
}

/** Adds `source` to `target`. */
export function addChanges(target: HourlyChanges, source: HourlyChanges): void {
  for (const [hour, change] of source) {
    const sum = hourOf(target, hour);
    for (const state of keysOf(change.durations)) sum.durations[state] += change.durations[state];
    for (const outcome of keysOf(change.outcomes)) sum.outcomes[outcome] += change.outcomes[outcome];
    for (const blame of keysOf(change.blames)) sum.blames[blame] += change.blames[blame];
    sum.inputTokens += change.inputTokens;
    sum.outputTokens += change.outputTokens;
    sum.cost = sumOfCosts(sum.cost, change.cost);
    mergeInto(sum.latency, change.latency);
    mergeInto(sum.speed, change.speed);
  }
}
