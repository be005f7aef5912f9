import { sumOfCosts } from '../../domain/cost.js';
import { observe } from '../../domain/histogram.js';
import { clipTo, merge, subtract } from '../../domain/intervals.js';
import { blameFor } from '../../domain/reason.js';
import { emptyRollup } from '../../domain/rollup.js';
import { observeSpeed } from '../../domain/speed.js';
import type { Interval } from '../../domain/state.js';
import { outcomeCodes, reasonCodes } from '../codes.js';
import type { Counts, ModelKey } from '../port.js';
import type { CheckRow } from '../rows/check-row.js';
import { decodeSpeed } from '../rows/speed-blob.js';
import { takeRollup, type Tally } from '../tally.js';
import { coarsest, partsOf, snap, type Horizons } from '../window.js';
import type { Reading } from './reading.js';

/** A stretch of time, and where its results are counted. */
export interface Counted extends Interval {
  readonly tally: Tally;
}

/** What a store is asked for, so that it can count results. */
export interface CountSource {
  horizons(): Reading<Horizons>;
  /** Adds the stored rows of whole hours or days to the sum, without their durations. */
  addLevel(level: 'hours' | 'days', sum: Tally, key: ModelKey, part: Interval): Reading<void>;
  /** Adds the results of each stretch to its tally, with `addGroup`. */
  addRaw(key: ModelKey, stretches: readonly Counted[]): Reading<void>;
}

/** Results that are alike, and the durations that count as latencies: of healthy and degraded ones outside of maintenance. */
export interface ResultGroup {
  readonly outcome: number;
  readonly reason: number;
  readonly inMaintenance: boolean;
  readonly results: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cost: number | null;
}

/** Counts like `addResult`, so that an hour has the same counts from rollups and from results. */
export function addGroup(tally: Tally, group: ResultGroup): void {
  tally.inputTokens += group.inputTokens;
  tally.outputTokens += group.outputTokens;
  tally.cost = sumOfCosts(tally.cost, group.cost);
  if (group.inMaintenance) return;
  tally.outcomes[outcomeCodes.toWord(group.outcome)] += group.results;
  const blame = blameFor(reasonCodes.toWord(group.reason));
  if (blame !== null) tally.blames[blame] += group.results;
}

export function addLatencies(tally: Tally, durations: readonly number[]): void {
  for (const ms of durations) observe(tally.latency, ms);
}

/** A streamed result among those whose durations are latencies. */
export type SpeedRow = Pick<CheckRow, 'first_token' | 'input_tokens' | 'output_tokens' | 'speed'>;

export function addSpeed(tally: Tally, row: SpeedRow): void {
  const { first_token: firstTokenMs, input_tokens: inputTokens, output_tokens: outputTokens, speed } = row;
  if (speed === null) return;
  const usage = inputTokens === null || outputTokens === null ? null : { inputTokens, outputTokens };
  observeSpeed(tally.speed, { firstTokenMs, usage, speed: decodeSpeed(speed) });
}

/** Codes of the outcomes whose durations are latencies. */
export const goodOutcomes = (['healthy', 'degraded'] as const).map((outcome) => outcomeCodes.toCode(outcome));

function* addWindow(
  source: CountSource,
  tally: Tally,
  key: ModelKey,
  window: Interval,
  complete: Horizons,
): Reading<void> {
  const parts = partsOf(window, complete);
  for (const part of parts.days) yield* source.addLevel('days', tally, key, part);
  for (const part of parts.hours) yield* source.addLevel('hours', tally, key, part);
  yield* source.addRaw(
    key,
    parts.rest.map((part) => ({ ...part, tally })),
  );
}

/** Counts over a window: the middle from rollups, the ends from raw results where those are still complete. */
export function* readCounts(
  source: CountSource,
  key: ModelKey,
  { from, to }: Interval,
  without: readonly Interval[],
): Reading<Counts> {
  const complete = yield* source.horizons();
  const holes = merge(without);
  const late = { from: Math.min(to, Math.max(from, complete.checks)), to };
  const exact = clipTo(holes, late).length > 0 ? late : { from: to, to };
  const snapped = subtract({ from, to: exact.from }, holes).map((window) => snap(window, complete));
  const sum = emptyRollup();
  // The rest of an hour beside an exclusion counts as the whole hour, once.
  for (const window of merge(snapped)) yield* addWindow(source, sum, key, window, complete);
  // Where results are complete: the whole window minus the exclusions, which are fewer rows than the rest.
  yield* addWindow(source, sum, key, exact, complete);
  const excluded = emptyRollup();
  for (const hole of clipTo(holes, exact)) yield* addWindow(source, excluded, key, hole, complete);
  takeRollup(sum, excluded);
  const { outcomes, blames, inputTokens, outputTokens, cost, latency, speed } = sum;
  const resolution = coarsest(snapped.map((window) => window.resolution));
  return { outcomes, blames, inputTokens, outputTokens, cost, latency, speed, resolution };
}
