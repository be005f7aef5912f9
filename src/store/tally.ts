import { mergeInto } from '../domain/histogram.js';
import type { emptyRollup, Rollup } from '../domain/rollup.js';

/** A rollup that can still be added to. */
export type Tally = ReturnType<typeof emptyRollup>;

function addAll<Word extends string>(
  target: Record<Word, number>,
  source: Readonly<Record<Word, number>>,
): void {
  for (const word in source) target[word] += source[word];
}

export function addRollup(tally: Tally, rollup: Rollup): void {
  addAll(tally.durations, rollup.durations);
  addAll(tally.outcomes, rollup.outcomes);
  addAll(tally.blames, rollup.blames);
  tally.inputTokens += rollup.inputTokens;
  tally.outputTokens += rollup.outputTokens;
  mergeInto(tally.latency, rollup.latency);
}
