import type { BucketCounts } from './view.js';

/** Upper bounds in seconds for a whole check. */
export const durationBounds = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 60, 120] as const;
/** Upper bounds in seconds for the first token. */
export const firstTokenBounds = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 30] as const;

/** Empty counts over ascending upper bounds. */
export function createBuckets(bounds: readonly number[]): BucketCounts {
  return { bounds, counts: new Float64Array(bounds.length + 1), sum: 0 };
}

/** Counts one observation; a bound includes itself, as Prometheus' `le` does. */
export function observeSeconds(buckets: BucketCounts, seconds: number): void {
  const found = buckets.bounds.findIndex((bound) => seconds <= bound);
  const index = found === -1 ? buckets.bounds.length : found;
  buckets.counts[index] = (buckets.counts[index] ?? 0) + 1;
  buckets.sum += seconds;
}
