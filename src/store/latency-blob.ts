import type { Histogram } from '../domain/histogram.js';

/*
 * Sparse and small: for each bucket in order, the step from the bucket before and the count, both as LEB128 varints.
 * Merging runs twice for every result written, hence plain arrays of counts by bucket instead of maps.
 */
const buckets = 256;
const longestVarint = 8;

export function encodeLatency(histogram: Histogram): Uint8Array | null {
  if (histogram.size === 0) return null;
  const counts = new Float64Array(buckets);
  for (const [bucket, count] of histogram) counts[bucket] = count;
  return encode(counts, histogram.size * (2 + longestVarint));
}

/** Adds what `blob` holds to `target`. */
export function decodeLatencyInto(target: Histogram, blob: Uint8Array | null): void {
  if (blob === null) return;
  const counts = new Float64Array(buckets);
  addTo(counts, blob);
  counts.forEach((count, bucket) => {
    if (count !== 0) target.set(bucket, (target.get(bucket) ?? 0) + count);
  });
}

/** The histogram of both; registered with SQLite, so that an upsert can merge. */
export function mergeLatency(left: Uint8Array | null, right: Uint8Array | null): Uint8Array | null {
  if (left === null || right === null) return left ?? right;
  const counts = new Float64Array(buckets);
  addTo(counts, left);
  addTo(counts, right);
  // A sum is at most one byte longer than the longer of its two numbers.
  return encode(counts, 2 * (left.length + right.length));
}

function encode(counts: Float64Array, atMost: number): Uint8Array {
  const bytes = new Uint8Array(atMost);
  let length = 0;
  const push = (value: number): void => {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes[length++] = (rest % 0x80) | 0x80;
    bytes[length++] = rest;
  };
  let previous = 0;
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const count = counts[bucket] ?? 0;
    if (count === 0) continue;
    push(bucket - previous);
    push(count);
    previous = bucket;
  }
  return bytes.subarray(0, length);
}

function addTo(counts: Float64Array, blob: Uint8Array): void {
  let at = 0;
  const next = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = blob[at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  for (let bucket = 0; at < blob.length;) {
    bucket += next();
    counts[bucket] = (counts[bucket] ?? 0) + next();
  }
}
