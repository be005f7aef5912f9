import { sumOfCosts } from '../domain/cost.js';
import { mergeInto, type Histogram } from '../domain/histogram.js';
import type { emptyRollup, Rollup } from '../domain/rollup.js';

/** A mutable rollup. */
export type Tally = ReturnType<typeof emptyRollup>;

function addAll<Word extends string>(
  target: Record<Word, number>,
  source: Readonly<Record<Word, number>>,
  sign = 1,
): void {
  for (const word in source) target[word] += sign * source[word];
}

/** Subtracts `part`, which is included in the tally. */
export function takeRollup(tally: Tally, part: Rollup): void {
  addAll(tally.outcomes, part.outcomes, -1);
  addAll(tally.blames, part.blames, -1);
  tally.inputTokens -= part.inputTokens;
  tally.outputTokens -= part.outputTokens;
  if (part.cost !== null) tally.cost = (tally.cost ?? 0) - part.cost;
  takeHistogram(tally.latency, part.latency);
  takeHistogram(tally.speed, part.speed);
}

function takeHistogram(from: Histogram, part: Histogram): void {
  for (const [bucket, count] of part) {
    const left = (from.get(bucket) ?? 0) - count;
    if (left > 0) from.set(bucket, left);
    else from.delete(bucket);
  }
}

export function addRollup(tally: Tally, rollup: Rollup): void {
  addAll(tally.durations, rollup.durations);
  addAll(tally.outcomes, rollup.outcomes);
  addAll(tally.blames, rollup.blames);
  tally.inputTokens += rollup.inputTokens;
  tally.outputTokens += rollup.outputTokens;
  tally.cost = sumOfCosts(tally.cost, rollup.cost);
  mergeInto(tally.latency, rollup.latency);
  mergeInto(tally.speed, rollup.speed);
}
