import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { createWriteTimer } from '../../src/app/write-timer.js';
import { monotonicMs, systemClock, type Clock } from '../../src/domain/clock.js';

const slow = { schedule: { kind: 'every', everyMs: 60_000 } } as const;
const quick = { schedule: { kind: 'every', everyMs: 1_000 } } as const;
const clock: Clock = {
  ...systemClock,
  monotonic: () => monotonicMs(performance.now()),
};

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function timerThatBegins(isShared = false) {
  const begun: number[] = [];
  const from = performance.now();
  const timer = createWriteTimer(
    clock,
    () => {
      begun.push(performance.now() - from);
      timer.begun();
    },
    isShared,
  );
  return { timer, begun };
}

it('is brought forward by a result of a shorter interval, never put off by a longer one', () => {
  const { timer, begun } = timerThatBegins();
  timer.gather(slow);
  jest.advanceTimersByTime(50);
  timer.gather(slow);
  jest.advanceTimersByTime(20);
  timer.gather(quick);
  timer.gather(slow);
  jest.advanceTimersByTime(300);
  expect(begun).toEqual([50, 150]);
});

it('tries again a second after the first of several failures, and goes on sooner once one succeeds', () => {
  const { timer, begun } = timerThatBegins();
  timer.retry();
  jest.advanceTimersByTime(500);
  timer.retry();
  jest.advanceTimersByTime(500);
  timer.goOn();
  jest.advanceTimersByTime(100);
  expect(begun).toEqual([1_000, 1_100]);
});

it('begins nothing once it is cleared', () => {
  const { timer, begun } = timerThatBegins();
  timer.gather(slow);
  timer.clear();
  jest.advanceTimersByTime(1_000);
  expect(begun).toEqual([]);
});

it('gathers for longer for a database that is shared, but not for short intervals', () => {
  const begunOf = (model: typeof slow | typeof quick): number[] => {
    const { timer, begun } = timerThatBegins(true);
    timer.gather(model);
    jest.advanceTimersByTime(50);
    timer.gather(model);
    jest.advanceTimersByTime(500);
    return begun;
  };
  expect(begunOf(slow)).toEqual([50, 450]);
  expect(begunOf(quick)).toEqual([50, 150]);
});
