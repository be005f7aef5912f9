import type { Histogram } from '../../domain/histogram.js';
import { emptyRollup, type Rollup } from '../../domain/rollup.js';
import { states } from '../../domain/state.js';
import { addRow, countNames, countsOf, histogramNames, type RollupRow } from './rollup-row.js';
import type { Tally } from '../tally.js';

/** A column of a stored hour or day that differs from its recount. */
export interface Mismatch {
  readonly column: string;
  readonly stored: string;
  readonly expected: string;
}

/** A stored row as a rollup. */
export function rollupOf(row: RollupRow): Tally {
  const rollup = emptyRollup();
  addRow(rollup, row);
  for (const state of states) rollup.durations[state] = Number(row[`${state}_ms`]);
  return rollup;
}

/** True when the cost, each count and each bucket of a histogram of `more` is at least that of `less`. Durations are not compared. */
export function countsAtLeast(more: Rollup, less: Rollup): boolean {
  const least = countsOf(less);
  if (countsOf(more).some((figure, index) => figure < (least[index] ?? 0))) return false;
  if (less.cost !== null && (more.cost ?? -1) < less.cost) return false;
  return histogramNames.every((name) =>
    [...less[name]].every(([bucket, count]) => (more[name].get(bucket) ?? 0) >= count),
  );
}

/** True when all counts and buckets of histograms are equal. Durations are not compared. */
export function countsEqual(a: Rollup, b: Rollup): boolean {
  return countsAtLeast(a, b) && countsAtLeast(b, a);
}

/** True when the ms of each state are equal. */
export function durationsEqual(a: Rollup, b: Rollup): boolean {
  return states.every((state) => a.durations[state] === b.durations[state]);
}

function histogramText(histogram: Histogram): string {
  if (histogram.size === 0) return 'none';
  return [...histogram]
    .sort(([a], [b]) => a - b)
    .map(([bucket, count]) => `${bucket}:${count}`)
    .join(' ');
}

/** Every column in which the two differ. */
export function mismatchesOf(stored: Rollup, expected: Rollup): Mismatch[] {
  const found: Mismatch[] = [];
  const compare = (column: string, was: string, is: string): void => {
    if (was !== is) found.push({ column, stored: was, expected: is });
  };
  for (const state of states) {
    compare(`${state}_ms`, String(stored.durations[state]), String(expected.durations[state]));
  }
  const [were, are] = [countsOf(stored), countsOf(expected)];
  countNames.forEach((column, index) => compare(column, String(were[index]), String(are[index])));
  compare('cost', String(stored.cost ?? 'none'), String(expected.cost ?? 'none'));
  for (const name of histogramNames)
    compare(name, histogramText(stored[name]), histogramText(expected[name]));
  return found;
}
