import { describe, expect, it } from '@jest/globals';
import { fencesOf } from '../../src/app/fenced.js';
import type { Tracked } from '../../src/app/tracked.js';
import type { Fencing } from '../../src/app/writer-port.js';

/** A batch of models with these fences of one shard, in this order. */
function fencesFor(...fences: (number | string)[]) {
  const taken = fences.map((fence) => ({ tracked: { fence } as unknown as Tracked }));
  const fencing = {
    fenceOf: (tracked: unknown) => ({ shard: 4, fence: (tracked as { fence: number }).fence }),
  } as unknown as Fencing;
  return fencesOf(taken, fencing).fences;
}

describe('the fences of a batch', () => {
  it('have the oldest one of a shard, in any order', () => {
    const oldest = [{ shard: 4, fence: 9 }];
    expect(fencesFor(9, 10)).toEqual(oldest);
    expect(fencesFor(10, 9)).toEqual(oldest);
    expect(fencesFor(100, 9, 10)).toEqual(oldest);
  });

  it('are none where the store is one process’ own', () => {
    expect(fencesOf([], null)).toEqual({});
  });
});
