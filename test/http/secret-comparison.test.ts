import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sameSecret } from '../../src/http/auth.js';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, text: readFileSync(join('src', name), 'utf8') }));

describe('comparison of secrets', () => {
  it('distinguishes equal and unequal secrets of any length', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(sameSecret(one, one)).toBe(true);
        expect(sameSecret(one, other)).toBe(one === other);
      }),
    );
  });

  it('is implemented in one place, in constant time', () => {
    const comparing = sources.filter(({ text }) => text.includes('timingSafeEqual'));
    expect(comparing.map(({ name }) => name)).toEqual([join('http', 'auth.ts')]);
    expect(comparing[0]?.text).toContain('return timingSafeEqual(digest(one), digest(other));');
  });
});

describe('security page', () => {
  it('names only existing tests', () => {
    const page = readFileSync('SECURITY.md', 'utf8');
    const named = [...page.matchAll(/`((?:test|bench)\/[\w./-]+)`/g)].map(([, name]) => name ?? '');
    expect(named.length).toBeGreaterThan(20);
    expect(
      named.filter((name) => !readdirSync(join(name, '..')).includes(name.split('/').at(-1) ?? '')),
    ).toEqual([]);
  });
});
