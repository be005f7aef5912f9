import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ownPath } from '../../src/http/own-path.js';
import { prefersPage } from '../../src/http/page-request.js';
import { amount } from '../slow.js';

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
      { numRuns: amount(2_000, 300) },
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
