import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLoginThrottle } from '../../src/http/login-throttle.js';
import { ownPath } from '../../src/http/own-path.js';
import { prefersPage } from '../../src/http/page-request.js';

const server = 'http://own.example';
/** Pieces of which attempts to lead elsewhere are made. */
const piece = fc.constantFrom(
  ...['/', '\\', '.', '..', '%2e', '%2f', '\t', '\n', '\r', '@', ':', '#', '?', 'http:', 'javascript:', 'x'],
  ...['evil.example', '\u0000', '\u202e', '／', '。', ' ', '&', '=', ';'],
);

describe('own path', () => {
  it('is resolved by a browser to this server, whatever is asked for', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 12 }).map((parts) => `/${parts.join('')}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const path = ownPath(text);
        expect(path).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/);
        expect(new URL(path, `${server}/login`).origin).toBe(server);
        // Once more changes nothing.
        expect(ownPath(path)).toBe(path);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps paths and queries', () => {
    for (const path of ['/', '/?q=a&state=unhealthy', '/models/a%2Fb', '/incidents/12'])
      expect(ownPath(path)).toBe(path);
    for (const path of [
      null,
      undefined,
      '',
      'x',
      '/login',
      '/login?next=/login',
      '/logout',
      `/${'x'.repeat(3_000)}`,
    ])
      expect(ownPath(path)).toBe('/');
  });
});

describe('throttle', () => {
  it('counts an IPv6 network as one address, and others apart', () => {
    const throttle = createLoginThrottle(() => 0);
    for (let host = 0; host < 10; host += 1) throttle.failed(`2001:db8:1:2::${host.toString(16)}`);
    expect(throttle.waitMs('2001:db8:1:2:ffff:1:2:3')).toBe(60_000);
    expect(throttle.waitMs('2001:db8:1:3::1')).toBe(0);
    for (let time = 0; time < 10; time += 1) throttle.failed('::ffff:10.0.0.1');
    expect([throttle.waitMs('::ffff:10.0.0.1'), throttle.waitMs('::ffff:10.0.0.2')]).toEqual([60_000, 0]);
  });

  it('refuses all when very many addresses guess, and begins anew with the minute', () => {
    let now = 1_000;
    const throttle = createLoginThrottle(() => now);
    for (let host = 0; host < 200; host += 1) throttle.failed(`10.0.${host}.1`);
    expect(throttle.waitMs('10.1.1.1')).toBe(60_000);
    now += 59_999;
    expect(throttle.waitMs('10.1.1.1')).toBe(1);
    now += 1;
    expect(throttle.waitMs('10.1.1.1')).toBe(0);
    // A clock that was set back by a day locks nobody out for a day.
    for (let time = 0; time < 10; time += 1) throttle.failed('10.1.1.1');
    now -= 86_400_000;
    expect(throttle.waitMs('10.1.1.1')).toBe(0);
  });
});

describe('page for a person', () => {
  it.each([
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
    ['text/html', true],
    ['TEXT/HTML;charset=utf-8', true],
    ['application/json, text/html', true],
    ['application/json, text/html;q=0.5', false],
    ['text/html;q=0', false],
    ['text/html;q=x', false],
    ['*/*', false],
    ['application/json', false],
    ['text/htmlx', false],
    [undefined, false],
  ])('is what %p asks for: %p', (accept, expected) => {
    expect(prefersPage({ headers: { accept }, url: '/models/a' })).toBe(expected);
    expect(prefersPage({ headers: { accept }, url: '/api/v1/models' })).toBe(false);
  });

  it('has any address that is not one of programs', () => {
    const at = (url: string) => prefersPage({ headers: { accept: 'text/html' }, url });
    expect(
      ['/', '/api', '/apiary', '/metrics', '/metrics?x', '/-/reload', '/probes', '/docs'].map(at),
    ).toEqual([true, false, true, false, false, false, true, true]);
  });
});
