import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mergeInto, type Histogram } from '../../src/domain/histogram.js';
import {
  createLatencyFunctions,
  decodeLatencyInto,
  encodeLatency,
  onlyBucket,
} from '../../src/store/latency-blob.js';

const histograms = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 2 ** 40 })))
  .map((pairs): Histogram => new Map(pairs));

function decoded(blob: Uint8Array | null): Histogram {
  const histogram: Histogram = new Map();
  decodeLatencyInto(histogram, blob);
  return histogram;
}

const { merge: mergeLatency, observe: observeLatency } = createLatencyFunctions();

describe('stored histogram', () => {
  it('decodes to the original', () => {
    fc.assert(fc.property(histograms, (each) => expect(decoded(encodeLatency(each))).toEqual(each)));
  });

  it('merges like the original histograms', () => {
    fc.assert(
      fc.property(histograms, histograms, (left, right) => {
        const both = new Map(left);
        mergeInto(both, right);
        expect(decoded(mergeLatency(encodeLatency(left), encodeLatency(right)))).toEqual(both);
      }),
    );
  });

  it('accepts an observation, and returns the bucket of a single one', () => {
    fc.assert(
      fc.property(histograms, fc.integer({ min: 0, max: 255 }), (histogram, bucket) => {
        const more = new Map(histogram);
        mergeInto(more, new Map([[bucket, 1]]));
        expect(decoded(observeLatency(encodeLatency(histogram), bucket))).toEqual(more);
        expect(onlyBucket(encodeLatency(new Map([[bucket, 1]]))!)).toBe(bucket);
        const [only] = histogram;
        const single = histogram.size === 1 && only![1] === 1 ? only![0] : null;
        const blob = encodeLatency(histogram);
        expect(blob && onlyBucket(blob)).toBe(single);
      }),
    );
  });

  it('is null without observations', () => {
    expect(encodeLatency(new Map())).toBeNull();
    expect(mergeLatency(null, null)).toBeNull();
  });
});
