import type { State } from '../../../domain/state.js';
import { costAt, figureNames, sumNames } from '../../rows/rollup-row.js';

/** The figures that a statement has parameters for; the others are 0 or, for latencies, null. */
export interface Given {
  /** By index in `figureNames`. */
  sum(at: number): boolean;
  /** The histogram of speeds. */
  readonly speed: boolean;
  /** As a blob; or as a blob for a new row and, in one more parameter, the bucket to increment. */
  readonly latency: 'none' | 'blob' | 'bucket';
}

const everything: Given = { sum: () => true, latency: 'blob', speed: true };
/** Null means that nothing is known. */
const addCost = 'cost = coalesce(cost + excluded.cost, cost, excluded.cost), ';
const addLatency = {
  none: 'latency = latency',
  blob: 'latency = merge_latency(latency, excluded.latency)',
  bucket: 'latency = observe_latency(latency, ?)',
} as const;

/** Adds one row to the row of `table` for (model, span); parameters: model, span, then those of `rollupValues` in `given`. */
export function upsertRollup(table: 'hours' | 'days', given = everything): string {
  const places = sumNames.map((_name, at) => (given.sum(at) ? '?' : '0'));
  const sums = sumNames.filter((_name, at) => given.sum(at));
  const addSpeed = given.speed ? 'speed = merge_latency(speed, excluded.speed), ' : '';
  const cost = given.sum(costAt);
  return `INSERT INTO ${table} (model, span, ${figureNames.join(', ')})
    VALUES (?, ?, ${places.join(', ')}, ${cost ? '?' : 'NULL'}, ${given.latency === 'none' ? 'NULL' : '?'}, ${given.speed ? '?' : 'NULL'})
    ON CONFLICT (model, span) DO UPDATE SET ${addSpeed}${cost ? addCost : ''}
      ${sums.map((column) => `${column} = ${column} + excluded.${column}, `).join('')}${addLatency[given.latency]}`;
}

/** Adds ms of a state to each row of `table` from a span to before another; parameters: the two spans, model, ms. */
export function upsertMany(table: 'hours' | 'days', state: State): string {
  const column = `${state}_ms`;
  const values = sumNames.map((name) => (name === column ? '?' : '0'));
  return `WITH RECURSIVE spans (span, until) AS (
      SELECT ?, ? UNION ALL SELECT span + 1, until FROM spans WHERE span + 1 < until)
    INSERT INTO ${table} (model, span, ${sumNames.join(', ')}, latency)
    SELECT ?, span, ${values.join(', ')}, NULL FROM spans WHERE true
    ON CONFLICT (model, span) DO UPDATE SET ${column} = ${column} + excluded.${column}`;
}
