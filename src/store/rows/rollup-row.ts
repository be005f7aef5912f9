import { sumOfCosts } from '../../domain/cost.js';
import { blames, outcomes } from '../../domain/reason.js';
import type { Rollup } from '../../domain/rollup.js';
import { states } from '../../domain/state.js';
import { decodeLatencyInto, encodeLatency } from '../latency-blob.js';
import type { Tally } from '../tally.js';

/** Columns of counts, without latencies. */
export const countNames: readonly string[] = [...outcomes, ...blames, 'input_tokens', 'output_tokens'];
/** All columns of sums that are never null, in the order of the table. */
export const sumNames: readonly string[] = [...states.map((state) => `${state}_ms`), ...countNames];

/** Columns of histograms. */
export const histogramNames = ['latency', 'speed'] as const;
/** All columns after model and span, in the order of `rollupValues`. The cost and the histograms are null where nothing is known. */
export const figureNames: readonly string[] = [...sumNames, 'cost', ...histogramNames];
/** The place of the cost in these, of which 0 is not the same as null. */
export const costAt = sumNames.length;

/** The columns that `addRow` reads. */
export const countColumns = [...countNames, 'cost', ...histogramNames].join(', ');

/** SELECT expressions that sum counts and costs over rows, without durations and latencies. */
export const sumsOfCounts = [
  ...countNames.map((column) => `total(${column}) AS ${column}`),
  'sum(cost) AS cost',
].join(', ');

function pushCounts(values: { push(...counts: number[]): number }, rollup: Rollup): void {
  for (const outcome of outcomes) values.push(rollup.outcomes[outcome]);
  for (const blame of blames) values.push(rollup.blames[blame]);
  values.push(rollup.inputTokens, rollup.outputTokens);
}

/** All counts except latencies, in the order of `countNames`. */
export function countsOf(rollup: Rollup): number[] {
  const counts: number[] = [];
  pushCounts(counts, rollup);
  return counts;
}

/** Parameters of a row: `place`, then the figures in the order of the columns. */
export function rollupValues(
  place: readonly (number | null)[],
  rollup: Rollup,
): (number | Uint8Array | null)[] {
  const values: (number | Uint8Array | null)[] = [...place];
  for (const state of states) values.push(rollup.durations[state]);
  pushCounts(values, rollup);
  values.push(rollup.cost);
  for (const name of histogramNames) values.push(encodeLatency(rollup[name]));
  return values;
}

export interface RollupRow extends Readonly<Record<string, number | Uint8Array | null>> {
  readonly latency: Uint8Array | null;
  readonly speed: Uint8Array | null;
}

/** Adds a stored row except its durations, for which the time line is exact. */
export function addRow(tally: Tally, row: RollupRow): void {
  for (const outcome of outcomes) tally.outcomes[outcome] += Number(row[outcome]);
  for (const blame of blames) tally.blames[blame] += Number(row[blame]);
  tally.inputTokens += Number(row.input_tokens);
  tally.outputTokens += Number(row.output_tokens);
  const { cost } = row;
  tally.cost = sumOfCosts(tally.cost, cost === null || cost === undefined ? null : Number(cost));
  for (const name of histogramNames) decodeLatencyInto(tally[name], row[name]);
}
