import { describe, expect, it } from '@jest/globals';
import { createLoginThrottle } from '../../src/http/login-throttle.js';

describe('throttle', () => {
  it('counts an IPv6 network as one address, and others apart', () => {
    const throttle = createLoginThrottle(() => 0);
    for (let host = 0; host < 10; host += 1) throttle.failed(`2001:db8:1:2::${host.toString(16)}`);
    expect(throttle.waitMs('2001:db8:1:2:ffff:1:2:3')).toBe(60_000);
    expect(throttle.waitMs('2001:db8:1:3::1')).toBe(0);
    for (let time = 0; time < 10; time += 1) throttle.failed('::ffff:10.0.0.1');
    expect([throttle.waitMs('::ffff:10.0.0.1'), throttle.waitMs('::ffff:10.0.0.2')]).toEqual([60_000, 0]);
  });

  it('refuses an address that guesses, no other one however many guess, and begins anew with the minute', () => {
    let now = 1_000;
    const throttle = createLoginThrottle(() => now);
    for (let host = 0; host < 100; host += 1)
      for (let guess = 0; guess < 10; guess += 1) throttle.failed(`10.0.${host}.1`);
    expect([throttle.waitMs('10.0.7.1'), throttle.waitMs('10.1.1.1')]).toEqual([60_000, 0]);
    now += 59_999;
    expect(throttle.waitMs('10.0.7.1')).toBe(1);
    now += 1;
    expect(throttle.waitMs('10.0.7.1')).toBe(0);
    // A clock that was set back by a day locks nobody out for a day.
    for (let time = 0; time < 10; time += 1) throttle.failed('10.1.1.1');
    now -= 86_400_000;
    expect(throttle.waitMs('10.1.1.1')).toBe(0);
  });
});
