import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createDeadline, describeExpiry, type Expiry } from '../../../src/checker/transport/deadline.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function started(totalMs: number) {
  const expiries: string[] = [];
  return {
    expiries,
    deadline: createDeadline(totalMs, (expiry: Expiry) => expiries.push(describeExpiry(expiry))),
  };
}

describe('deadline', () => {
  it('allows ten seconds for a connection', () => {
    const { expiries } = started(60_000);
    jest.advanceTimersByTime(10_001);
    expect(expiries).toEqual(['no connection within 10 s']);
  });

  it('allows the whole timeout for headers', () => {
    const { expiries, deadline } = started(60_000);
    deadline.connected();
    jest.advanceTimersByTime(60_001);
    expect(expiries).toEqual(['no response headers within 60 s']);
  });

  it('allows thirty seconds of silence in a body', () => {
    const { expiries, deadline } = started(120_000);
    deadline.connected();
    deadline.headersArrived();
    jest.advanceTimersByTime(29_000);
    deadline.bytesArrived();
    jest.advanceTimersByTime(29_999);
    expect(expiries).toEqual([]);
    jest.advanceTimersByTime(2);
    expect(expiries).toEqual(['response body idle for 30 s']);
  });

  it('ends a body that never pauses', () => {
    const { expiries, deadline } = started(45_000);
    deadline.headersArrived();
    for (let second = 0; second < 45; second += 1) {
      deadline.bytesArrived();
      jest.advanceTimersByTime(1_000);
    }
    jest.advanceTimersByTime(1);
    expect(expiries).toEqual(['response not complete within 45 s in total']);
  });

  it('does not expire once stopped', () => {
    const { expiries, deadline } = started(1_000);
    deadline.stop();
    jest.advanceTimersByTime(120_000);
    expect(expiries).toEqual([]);
  });
});
