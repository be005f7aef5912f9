import { expect, it } from '@jest/globals';
import { createDatabaseClock } from '../../src/app/database-clock.js';
import { monotonicMs } from '../../src/domain/clock.js';

const noon = Date.UTC(2026, 2, 1, 12);

/** A machine whose clock is `behindMs` behind the database's, which it asks with an answer after `answeredMs`. */
function machine(behindMs: number) {
  let elapsed = 0;
  const said: string[] = [];
  const say = (fields: unknown): void => void said.push(JSON.stringify(fields));
  const raw = { wall: () => noon + elapsed - behindMs, monotonic: () => monotonicMs(elapsed) };
  const { clock, see } = createDatabaseClock(raw, { warn: say, info: say });
  return {
    said,
    /** What the clock is ahead of the database's. */
    ahead: () => clock.wall() - (noon + elapsed),
    ask(answeredMs = 2, drift = 0) {
      const askedAt = raw.monotonic();
      const databaseMs = noon + elapsed + 1 + drift;
      elapsed += answeredMs;
      see({ databaseMs, askedAt });
    },
  };
}

it('leaves a clock that is right as it is', () => {
  const { ask, ahead, said } = machine(200);
  ask();
  ask(5_000);
  expect([ahead(), said]).toEqual([-200, []]);
});

it.each([30_000, -30_000, 3 * 3_600_000, 300])('corrects a clock that is %d ms behind', (behindMs) => {
  const { ask, ahead, said } = machine(behindMs);
  ask();
  expect(Math.abs(ahead())).toBeLessThanOrEqual(2);
  ask();
  ask(40);
  expect(Math.abs(ahead())).toBeLessThanOrEqual(2);
  expect(said).toHaveLength(1);
});

it('believes no answer more than its way allows', () => {
  const { ask, ahead } = machine(20_000);
  ask();
  // A suspension of half a minute between the question and its answer.
  ask(30_000);
  expect(Math.abs(ahead())).toBeLessThanOrEqual(2);
});

it('goes back to a clock that is set right', () => {
  const { ask, ahead, said } = machine(100);
  ask(2, 5_000);
  expect(ahead()).toBeGreaterThan(4_000);
  ask();
  expect([ahead(), said.length]).toEqual([-100, 2]);
});

it('does not take a time that is none', () => {
  const { ask, ahead } = machine(0);
  ask(2, -noon);
  ask(2, Number.NaN);
  expect(ahead()).toBe(0);
});
