import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cosineOf, normOf, seenVector, sketchOf } from '../../src/domain/vector.js';
import { noVersions, withVersions } from '../../src/domain/version.js';

/** A vector of normal numbers, the same for the same seed. */
function vectorOf(seed: number, size: number): number[] {
  let state = seed * 2_654_435_761 + 1;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
  return Array.from(
    { length: size },
    () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next()),
  );
}

const cosine = (one: readonly number[], other: readonly number[]): number =>
  one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0) / (normOf(one) * normOf(other));

const size = fc.constantFrom(1, 3, 256, 512, 513, 768, 1_536, 3_072, 4_096);
const finite = fc.double({ min: -1e30, max: 1e30, noNaN: true });

describe('sketch of a vector', () => {
  it('takes at most 1 KiB, and is the same for the same vector at any length', () => {
    fc.assert(
      fc.property(fc.nat(1_000), size, fc.constantFrom(1, 1e-30, 1e30), (seed, count, scale) => {
        const values = vectorOf(seed, count).map((value) => value * scale);
        const sketch = sketchOf(values);
        expect(Buffer.from(sketch, 'base64').length).toBe(2 * Math.min(count, 512));
        expect(cosineOf(sketch, sketchOf(values))).toBeCloseTo(1, 6);
      }),
    );
  });

  it('keeps the cosine of near vectors within a third of its distance from 1', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000),
        size,
        fc.double({ min: 0.01, max: 0.2, noNaN: true }),
        (seed, count, noise) => {
          fc.pre(count >= 256);
          const values = vectorOf(seed, count);
          const other = vectorOf(seed + 5_000, count).map(
            (value, index) => (values[index] ?? 0) + value * noise,
          );
          const exact = 1 - cosine(values, other);
          const found = 1 - (cosineOf(sketchOf(values), sketchOf(other)) ?? 0);
          expect(Math.abs(found - exact)).toBeLessThan(exact / 3 + 1e-4);
        },
      ),
    );
  });

  it('is finite for any numbers, and tells nothing of vectors of another size or of any other text', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 600 }), fc.string(), (values, text) => {
        const sketch = sketchOf(values);
        const same = cosineOf(sketch, sketch);
        expect(same === null || Math.abs(same - 1) < 1e-6).toBe(true);
        const other = cosineOf(sketch, text);
        expect(other === null || Math.abs(other) <= 1 + 1e-9).toBe(true);
      }),
    );
  });
});

describe('version change by a vector', () => {
  const model = { query: 'q', expect: { similarToFirst: 0.99 } };
  const seen = (values: readonly number[], query = 'q') => ({
    responseModel: null,
    systemFingerprint: null,
    ...seenVector(values, { ...model, query }),
  });
  const told = (...all: readonly ReturnType<typeof seen>[]) => {
    let versions = noVersions;
    return all.map((one) => {
      const step = withVersions(versions, one);
      versions = step.versions;
      return step.changes.map(({ what }) => what);
    });
  };

  it('is told once for each vector that is like none of the last ones for the text', () => {
    const [a, b] = [vectorOf(1, 768), vectorOf(2, 768)];
    const near = a.map((value, index) => value + (b[index] ?? 0) * 0.05);
    expect(told(seen(a), seen(near), seen(b), seen(a), seen(b), seen(near))).toEqual([
      [],
      [],
      ['embedding'],
      [],
      [],
      [],
    ]);
  });

  it('is told for a vector of another size, not for another text', () => {
    expect(told(seen(vectorOf(1, 768)), seen(vectorOf(1, 256)))).toEqual([[], ['embedding']]);
    expect(told(seen(vectorOf(1, 768)), seen(vectorOf(2, 768), 'other'))).toEqual([[], []]);
  });

  it('is not told without the expectation', () => {
    expect(seenVector([1, 2], { query: 'q', expect: {} })).toEqual({});
  });
});
