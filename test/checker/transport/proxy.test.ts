import { describe, expect, it } from '@jest/globals';
import { proxyFor } from '../../../src/checker/transport/proxy.js';

describe('proxyFor', () => {
  const env = { HTTPS_PROXY: 'http://secure:3128', HTTP_PROXY: 'plain:3128' };
  const through = (address: string, exceptions = '', configured: string | null = null): string | null =>
    proxyFor(new URL(address), configured, { ...env, NO_PROXY: exceptions });

  it('selects the proxy by scheme, and prefers the proxy of the model', () => {
    expect(through('https://api.test')).toBe('http://secure:3128');
    expect(through('http://api.test')).toBe('http://plain:3128');
    expect(through('https://api.test', '*', 'http://own:1')).toBe('http://own:1');
    expect(proxyFor(new URL('https://api.test'), null, { https_proxy: 'http://lower:1' })).toBe(
      'http://lower:1',
    );
    expect(proxyFor(new URL('https://api.test'), null, {})).toBeNull();
  });

  it.each([
    ['https://api.test', '*'],
    ['https://api.test', 'other.test, api.test'],
    ['https://eu.api.test', 'api.test'],
    ['https://eu.api.test', '.api.test'],
    ['https://eu.api.test', '*.api.test'],
    ['https://API.test.', 'api.TEST'],
    ['https://api.test', 'api.test:443'],
    ['https://api.test:8443', 'api.test:8443'],
    ['http://10.1.2.3', '10.0.0.0/8'],
    ['http://10.1.2.3', '10.1.2.3'],
    ['http://[fd00::1]', 'fd00::/8'],
    ['http://[fd00::1]:8080', '[fd00::1]:8080'],
  ])('reaches %s directly with NO_PROXY %s', (address, exceptions) => {
    expect(through(address, exceptions)).toBeNull();
  });

  it.each([
    ['https://myapi.test', 'api.test'],
    ['https://api.test.evil', 'api.test'],
    ['https://api.test', 'api.test:8443'],
    ['http://11.1.2.3', '10.0.0.0/8'],
    ['http://10.1.2.3', '10.0.0.0/nonsense'],
    ['http://210.1.2.3', '10.1.2.3'],
    ['https://api.test', ' , ,:443,.'],
  ])('reaches %s through the proxy with NO_PROXY %s', (address, exceptions) => {
    expect(through(address, exceptions)).not.toBeNull();
  });

  it.each(['socks5://127.0.0.1:1080', 'socks5h://user:password@proxy'])(
    'refuses %s in a variable',
    (proxy) => {
      expect(() => proxyFor(new URL('https://a.example'), null, { HTTPS_PROXY: proxy })).toThrow(
        /^HTTPS_PROXY names a proxy of socks5h?; only proxies of http and https are supported$/,
      );
    },
  );
});
