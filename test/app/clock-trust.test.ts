import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createClockTrust } from '../../src/app/housekeeping.js';
import { monotonicMs } from '../../src/domain/clock.js';

const hour = 3_600_000;
const day = 24 * hour;
const log = pino({ level: 'silent' });

function clockAt(start: number) {
  const time = { wall: start, monotonic: 5 };
  return {
    wall: () => time.wall,
    monotonic: () => monotonicMs(time.monotonic),
    pass(ms: number) {
      time.wall += ms;
      time.monotonic += ms;
    },
    step(ms: number) {
      time.wall += ms;
    },
  };
}

describe('clock trust for retention', () => {
  it('is given while the clock runs steadily, also if nothing was recorded yet', () => {
    for (const newest of [null, 1000 * day - hour, 1001 * day]) {
      const clock = clockAt(1000 * day);
      const trusted = createClockTrust(clock, newest, log);
      for (let beat = 0; beat < 100; beat += 1) {
        clock.pass(hour);
        expect(trusted()).toBe(true);
      }
    }
  });

  it('is withheld for an hour if the clock is ahead of the newest result at the start', () => {
    const clock = clockAt(1000 * day);
    const trusted = createClockTrust(clock, clock.wall() - 10 * 365 * day, log);
    expect(trusted()).toBe(false);
    clock.pass(hour - 1);
    expect(trusted()).toBe(false);
    clock.pass(1);
    expect(trusted()).toBe(true);
  });

  it('is withheld for an hour after a jump, or until the clock is corrected', () => {
    const clock = clockAt(1000 * day);
    const trusted = createClockTrust(clock, clock.wall(), log);
    clock.step(365 * day);
    expect(trusted()).toBe(false);
    clock.pass(1_000);
    expect(trusted()).toBe(false);
    clock.step(-365 * day);
    expect(trusted()).toBe(true);
    clock.step(hour);
    expect(trusted()).toBe(true);
  });
});
