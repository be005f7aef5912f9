import { expect, it } from '@jest/globals';
import { createLoginThrottle } from '../../src/http/login-throttle.js';

it('refuses an address after ten wrong tokens in a minute, and no other one, however many guess', () => {
  let now = 1_000_000;
  const throttle = createLoginThrottle(() => now);
  for (let host = 0; host < 100; host += 1)
    for (let guess = 0; guess < 10; guess += 1) throttle.failed(`192.0.2.${host}`);
  expect(throttle.waitMs('192.0.2.7')).toBe(60_000);
  expect(throttle.waitMs('198.51.100.1')).toBe(0);
  now += 60_000;
  expect(throttle.waitMs('192.0.2.7')).toBe(0);
});

it('counts an IPv6 network of 64 bits as one address', () => {
  const throttle = createLoginThrottle(() => 0);
  for (let host = 1; host <= 10; host += 1) throttle.failed(`2001:db8:1:2::${host}`);
  expect(throttle.waitMs('2001:db8:1:2:ffff::1')).toBeGreaterThan(0);
  expect(throttle.waitMs('2001:db8:1:3::1')).toBe(0);
});
