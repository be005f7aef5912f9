/**
 * A mergeable latency histogram: logarithmic buckets of ratio `gamma` from 1 ms up, so that its quantiles are within
 * `relativeError` of the exact ones (DDSketch, Masson et al., VLDB 2019). Keys are bucket numbers 0 to 255.
 */
export type Histogram = Map<number, number>;

export const relativeError = 0.04;
const gamma = (1 + relativeError) / (1 - relativeError);
const logGamma = Math.log(gamma);
const lastBucket = 255;

/** Bucket of a duration in ms; bucket b > 0 holds (gamma^(b-1), gamma^b]. */
function bucketOf(ms: number): number {
  if (ms <= 1) return 0;
  return Math.min(lastBucket, Math.ceil(Math.log(ms) / logGamma));
}

/** Duration in ms that represents a bucket: the point with equal relative error to both ends. */
function bucketValue(bucket: number): number {
  return bucket === 0 ? 1 : (2 * gamma ** bucket) / (gamma + 1);
}

/** `first` is the number of the first bucket, where several histograms share a map. */
export function observe(histogram: Histogram, ms: number, first = 0): void {
  const bucket = first + bucketOf(ms);
  histogram.set(bucket, (histogram.get(bucket) ?? 0) + 1);
}

export function mergeInto(target: Histogram, source: Histogram): void {
  for (const [bucket, count] of source) target.set(bucket, (target.get(bucket) ?? 0) + count);
}

/** The q-quantile (0 to 1, nearest rank) in ms; null when nothing was observed. */
export function quantile(histogram: Histogram, q: number): number | null {
  let total = 0;
  for (const count of histogram.values()) total += count;
  if (total === 0) return null;
  let left = Math.max(1, Math.ceil(q * total));
  for (const bucket of [...histogram.keys()].sort((a, b) => a - b)) {
    left -= histogram.get(bucket) ?? 0;
    if (left <= 0) return bucketValue(bucket);
  }
  return null;
}
