import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { monotonicMs } from '../../src/domain/clock.js';
import { callCounts } from '../../src/http/routes/health-routes.js';

afterEach(() => {
  jest.restoreAllMocks();
});

function counting() {
  let now = 5.5;
  const counts = new (callCounts(() => monotonicMs(now)))({});
  return {
    call(key: string) {
      let told = { current: 0, ttl: 0 };
      counts.incr(key, (_error, found) => (told = found!), 60_000, 2);
      return told;
    },
    pass(ms: number) {
      now += ms;
    },
  };
}

describe('call counts', () => {
  it('are kept for a minute, for each key separately', () => {
    const { call, pass } = counting();
    expect(call('a')).toEqual({ current: 1, ttl: 60_000 });
    pass(59_999);
    expect(call('a')).toEqual({ current: 2, ttl: 1 });
    expect(call('b')).toEqual({ current: 1, ttl: 60_000 });
    pass(1);
    expect(call('a')).toEqual({ current: 1, ttl: 60_000 });
    expect(call('b')).toEqual({ current: 2, ttl: 59_999 });
  });

  it('use elapsed time, regardless of the wall clock', () => {
    const wall = jest.spyOn(Date, 'now');
    const { call, pass } = counting();
    wall.mockReturnValue(Date.UTC(2027, 0, 10));
    call('a');
    wall.mockReturnValue(Date.UTC(2026, 11, 1));
    pass(60_000);
    expect(call('a')).toEqual({ current: 1, ttl: 60_000 });
  });
});
