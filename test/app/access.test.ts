import { describe, expect, it } from '@jest/globals';
import { createAccess } from '../../src/app/serving.js';

const server = (host: string, bearerToken: string | null, insecurePublic = false) => ({
  host,
  port: 9464,
  bearerToken,
  readTokens: [] as string[],
  publicBadges: false,
  insecurePublic,
  allowedHosts: [],
  publicUrl: null,
  grafanaUrl: null,
  runbookUrl: null,
  alertLabels: [],
  shutdownGraceMs: 5_000,
});

describe('server token', () => {
  it('is kept while the bound address is reachable from outside, even if a reload changes the address', () => {
    const access = createAccess(server('0.0.0.0', 'first'));
    expect(access.of(server('0.0.0.0', 'second')).token).toBe('second');
    expect(access.of(server('127.0.0.1', null)).token).toBe('second');
  });

  it('is removed when only loopback is bound, or when the operator allows open access', () => {
    expect(createAccess(server('127.0.0.1', 'first')).of(server('127.0.0.1', null)).token).toBeNull();
    expect(createAccess(server('0.0.0.0', 'first')).of(server('0.0.0.0', null, true)).token).toBeNull();
  });
});
