import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { longestLifeMs, nextAttempt } from '../../../src/app/notify/attempts.js';
import { hourMs } from '../../../src/domain/period.js';

const minutes = (chance: number, retryAfterMs: number | null = null): (number | null)[] =>
  Array.from({ length: 10 }, (_, index) =>
    nextAttempt({ attempts: index + 1, since: 0 }, 0, { chance, retryAfterMs }),
  ).map((ms) => ms && ms / 60_000);

/** Times of the attempts on a message that is made at 0 and always fails. */
function lifeOf(answers: readonly { chance: number; retryAfterMs: number | null }[]): number[] {
  const times = [0];
  for (const answer of answers) {
    const next = nextAttempt({ attempts: times.length, since: 0 }, times.at(-1)!, answer);
    if (next === null) break;
    times.push(next);
  }
  return times;
}

it('attempts follow the schedule of Standard Webhooks, up to a tenth later, for three days', () => {
  const schedule = [5 / 60, 5, 30, 120, 300, 600, 840, 1_200, 1_440];
  expect(minutes(0)).toEqual([...schedule, null]);
  expect(minutes(1).slice(1, 4)).toEqual([5.5, 33, 132]);
  expect(minutes(0, 3_600_000).slice(0, 4)).toEqual([60, 60, 60, 120]);
});

it('a receiver lengthens a wait to a day at most, and no life beyond 84 hours', () => {
  expect(minutes(0, 90 * hourMs)[0]).toBe(1_440);
  expect(lifeOf(Array.from({ length: 20 }, () => ({ chance: 1, retryAfterMs: null })))).toHaveLength(10);
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          chance: fc.double({ min: 0, max: 1, noNaN: true }),
          retryAfterMs: fc.option(fc.nat(200 * hourMs)),
        }),
        { minLength: 20, maxLength: 20 },
      ),
      (answers) => {
        const times = lifeOf(answers);
        expect(times.length).toBeLessThanOrEqual(10);
        expect(times.at(-1)).toBeLessThanOrEqual(longestLifeMs);
      },
    ),
  );
});
