import { expect, it } from '@jest/globals';
import { nextAttempt } from '../../../src/app/notify/attempts.js';

const minutes = (chance: number, retryAfterMs: number | null = null): (number | null)[] =>
  Array.from({ length: 10 }, (_, index) => nextAttempt(index + 1, 0, { chance, retryAfterMs })).map(
    (ms) => ms && ms / 60_000,
  );

it('attempts follow the schedule of Standard Webhooks, up to a tenth later, for three days', () => {
  const schedule = [5 / 60, 5, 30, 120, 300, 600, 840, 1_200, 1_440];
  expect(minutes(0)).toEqual([...schedule, null]);
  expect(minutes(1).slice(1, 4)).toEqual([5.5, 33, 132]);
  expect(minutes(0, 3_600_000).slice(0, 4)).toEqual([60, 60, 60, 120]);
});
