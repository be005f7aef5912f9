import { blames, outcomes } from '../../domain/reason.js';
import type { Rollup } from '../../domain/rollup.js';
import { states } from '../../domain/state.js';
import { decodeLatencyInto, encodeLatency } from '../latency-blob.js';
import type { Tally } from '../tally.js';

/** Columns of what is counted but for latencies. */
export const countNames: readonly string[] = [...outcomes, ...blames, 'input_tokens', 'output_tokens'];
/** All columns after model and span but the latencies, in the order of the table. */
export const sumNames: readonly string[] = [...states.map((state) => `${state}_ms`), ...countNames];

/** The columns that `addRow` reads. */
export const countColumns = [...countNames, 'latency'].join(', ');

/** What SELECT needs to sum all of several rows but durations and latencies. */
export const sumsOfCounts = countNames.map((column) => `total(${column}) AS ${column}`).join(', ');

/** Adds one row to what `table` has for (model, span); parameters: model, span, then `rollupValues`. */
export function upsertRollup(table: 'hours' | 'days'): string {
  return `INSERT INTO ${table} (model, span, ${sumNames.join(', ')}, latency)
    VALUES (?, ?, ${sumNames.map(() => '?').join(', ')}, ?)
    ON CONFLICT (model, span) DO UPDATE SET
      ${sumNames.map((column) => `${column} = ${column} + excluded.${column}`).join(', ')},
      latency = merge_latency(latency, excluded.latency)`;
}

/** Everything that is counted but latencies, in the order of `countNames`. */
export function countsOf(rollup: Rollup): number[] {
  return [
    ...outcomes.map((outcome) => rollup.outcomes[outcome]),
    ...blames.map((blame) => rollup.blames[blame]),
    rollup.inputTokens,
    rollup.outputTokens,
  ];
}

/** In the order of the columns. */
export function rollupValues(rollup: Rollup): (number | Uint8Array | null)[] {
  const durations = states.map((state) => rollup.durations[state]);
  return [...durations, ...countsOf(rollup), encodeLatency(rollup.latency)];
}

export interface RollupRow extends Readonly<Record<string, number | Uint8Array | null>> {
  readonly latency: Uint8Array | null;
}

/** Adds all of a stored row but its durations, which the time line answers exactly. */
export function addRow(tally: Tally, row: RollupRow): void {
  for (const outcome of outcomes) tally.outcomes[outcome] += Number(row[outcome]);
  for (const blame of blames) tally.blames[blame] += Number(row[blame]);
  tally.inputTokens += Number(row.input_tokens);
  tally.outputTokens += Number(row.output_tokens);
  decodeLatencyInto(tally.latency, row.latency);
}
