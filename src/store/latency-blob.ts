import type { Histogram } from '../domain/histogram.js';
import { lastSpeedBucket } from '../domain/speed.js';
import { getVarint, putVarint } from './varint.js';

/*
 * A sparse and small format: for each bucket in order, the step from the bucket before and the count, both as LEB128
 * varints. Merging runs twice for every result written, so it works on bytes without intermediate objects.
 */
const longestPair = 2 + 8;
const longestBlob = (lastSpeedBucket + 1) * longestPair;

export function encodeLatency(histogram: Histogram): Uint8Array | null {
  if (histogram.size === 0) return null;
  const bytes = Buffer.allocUnsafe(histogram.size * longestPair);
  let length = 0;
  let previous = 0;
  for (const [bucket, count] of [...histogram].sort(([a], [b]) => a - b)) {
    length = putVarint(bytes, putVarint(bytes, length, bucket - previous), count);
    previous = bucket;
  }
  return bytes.subarray(0, length);
}

/** Adds the histogram in `blob` to `target`. */
export function decodeLatencyInto(target: Histogram, blob: Uint8Array | null): void {
  if (blob === null) return;
  const cursor = cursorOf(blob);
  while (cursor.count > 0) {
    const { bucket } = cursor;
    target.set(bucket, (target.get(bucket) ?? 0) + take(cursor));
  }
}

interface LatencyFunctions {
  /** The sum of both histograms. */
  merge(left: Uint8Array | null, right: Uint8Array | null): Uint8Array | null;
  /** The histogram with one more in the bucket. Passing a number from SQLite costs a fraction of passing a blob. */
  observe(histogram: Uint8Array | null, bucket: number): Uint8Array;
}

/** Functions to register with SQLite, so that an upsert can merge. The next call overwrites the result. */
export function createLatencyFunctions(): LatencyFunctions {
  const bytes = new Uint8Array(longestBlob);
  const merged = (a: Cursor, b: Cursor): Uint8Array => {
    let length = 0;
    let previous = 0;
    while (a.count > 0 || b.count > 0) {
      const bucket = Math.min(a.bucket, b.bucket);
      let count = 0;
      if (a.bucket === bucket) count += take(a);
      if (b.bucket === bucket) count += take(b);
      length = putVarint(bytes, putVarint(bytes, length, bucket - previous), count);
      previous = bucket;
    }
    return bytes.subarray(0, length);
  };
  return {
    merge: (left, right) =>
      left === null || right === null ? (left ?? right) : merged(cursorOf(left), cursorOf(right)),
    observe: (histogram, bucket) =>
      merged(cursorOf(histogram ?? nothing), { blob: nothing, at: 0, bucket, count: 1 }),
  };
}

const nothing = new Uint8Array(0);

/** The bucket of a histogram of one observation; null for another. */
export function onlyBucket(blob: Uint8Array): number | null {
  if (blob.length > 3 || blob.at(-1) !== 1) return null;
  const cursor = cursorOf(blob);
  return cursor.count === 1 && cursor.at === blob.length ? cursor.bucket : null;
}

/** A position in a blob; at its end the count is 0 and the bucket is behind all others. */
interface Cursor {
  readonly blob: Uint8Array;
  at: number;
  bucket: number;
  count: number;
}

function cursorOf(blob: Uint8Array): Cursor {
  const cursor = { blob, at: 0, bucket: 0, count: 0 };
  advance(cursor);
  return cursor;
}

function advance(cursor: Cursor): void {
  if (cursor.at >= cursor.blob.length) {
    cursor.bucket = Infinity;
    cursor.count = 0;
    return;
  }
  cursor.bucket += getVarint(cursor);
  cursor.count = getVarint(cursor);
}

function take(cursor: Cursor): number {
  const { count } = cursor;
  advance(cursor);
  return count;
}
