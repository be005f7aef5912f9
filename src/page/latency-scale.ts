import { tookText } from '../domain/duration.js';

/** A logarithmic scale of latencies in ms. */
export interface LatencyScale {
  /** Round values from bottom to top, ends included. */
  readonly ticks: readonly number[];
  /** From 0 at the top to 1 at the bottom. */
  place(ms: number): number;
}

/** 1 and 3 of each power of ten: half of it on a scale of logarithms. */
const rounds = Array.from(
  { length: 15 },
  (_, index) => (index % 2 === 0 ? 1 : 3) * 10 ** Math.floor(index / 2),
);
const usual = { low: 100, high: 3_000 } as const;

/** A scale that holds all values, from one round value to another. */
export function latencyScale(values: readonly number[]): LatencyScale {
  const known = values.filter((value) => value > 0 && Number.isFinite(value));
  const least = known.reduce((a, b) => Math.min(a, b), Infinity);
  const most = known.reduce((a, b) => Math.max(a, b), 0);
  const lowest = rounds.findLastIndex((round) => round <= (known.length === 0 ? usual.low : least));
  // At least three steps, also at the upper end.
  const from = Math.min(rounds.length - 4, Math.max(0, lowest));
  const found = rounds.findIndex((round) => round >= (known.length === 0 ? usual.high : most));
  const to = Math.max(from + 3, found < 0 ? rounds.length - 1 : found);
  const ticks = rounds.slice(from, to + 1);
  const low = Math.log(ticks[0] ?? 1);
  const range = Math.log(ticks.at(-1) ?? 10) - low;
  return {
    ticks,
    place: (ms) => Math.min(1, Math.max(0, 1 - (Math.log(Math.max(1, ms)) - low) / range)),
  };
}

/** `300 ms`, `10 s`. */
export function roundText(ms: number): string {
  return ms < 1_000 ? tookText(ms) : `${ms / 1_000} s`;
}
