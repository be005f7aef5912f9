import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createFairTurns } from '../../../src/checker/verdict/fair-turns.js';

/** Turns whose works take the time they say, and the order in which these were done. */
function timed() {
  let now = 0;
  const done: string[] = [];
  const turns = createFairTurns(() => now);
  const take = (owner: string, ms: number, then = (): unknown => undefined): Promise<void> =>
    turns.take(owner, async () => {
      now += ms;
      done.push(owner);
      then();
      await Promise.resolve();
    });
  return { take, done, turns };
}

describe('fair turns', () => {
  it('are in order of arrival for one owner', async () => {
    const { turns } = timed();
    const done: number[] = [];
    const work = (n: number) => turns.take('one', () => Promise.resolve(done.push(n)));
    await Promise.all([1, 2, 3, 4].map(work));
    expect(done).toEqual([1, 2, 3, 4]);
  });

  it('let an owner of short jobs run between the long jobs of others', async () => {
    const { take, done } = timed();
    const quick: Promise<void>[] = [];
    const slow = ['a', 'b', 'c'].flatMap((owner) => [1, 2, 3, 4].map(() => take(owner, 1_000)));
    // One more after each that was done.
    const again = (): unknown => quick.length < 6 && quick.push(take('quick', 1, again));
    again();
    await Promise.all(slow);
    await Promise.all(quick);
    // Once after all that came before it, then without waiting for any of them.
    expect(done.slice(0, 9)).toEqual(['a', 'b', 'c', ...Array.from({ length: 6 }, () => 'quick')]);
  });

  it('do not accumulate for an idle owner', async () => {
    const { take, done } = timed();
    const busy = Array.from({ length: 6 }, () => take('busy', 100));
    await busy[3];
    await Promise.all([...busy, ...Array.from({ length: 4 }, () => take('late', 100))]);
    expect(done).toEqual(
      ['busy', 'busy', 'busy', 'busy'].concat('late', 'busy', 'late', 'busy', 'late', 'late'),
    );
  });

  it('settle like their jobs, and continue after a failed one', async () => {
    const { turns } = timed();
    const failed = turns.take('one', () => Promise.reject(new Error('no')));
    const second = turns.take('one', () => Promise.resolve(2));
    await expect(failed).rejects.toThrow('no');
    expect(await second).toBe(2);
  });

  it('are given to every job, in any order of arrival', async () => {
    const work = fc.record({ owner: fc.constantFrom('a', 'b', 'c'), ms: fc.nat(2_000), after: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(fc.array(work, { maxLength: 30 }), async (works) => {
        const { take, done } = timed();
        const all: Promise<void>[] = [];
        for (const { owner, ms, after } of works) {
          for (let n = 0; n < after; n += 1) await Promise.resolve();
          all.push(take(owner, ms));
        }
        await Promise.all(all);
        expect(done.toSorted()).toEqual(works.map(({ owner }) => owner).toSorted());
      }),
    );
  });
});
