import { describe, expect, it } from '@jest/globals';
import { createAccess } from '../../src/app/access.js';

const server = (host: string, bearerToken: string | null, insecurePublic = false) => ({
  host,
  port: 9464,
  bearerToken,
  insecurePublic,
  allowedHosts: [],
  shutdownGraceMs: 5_000,
});

describe('the token', () => {
  it('stays while the bound address can be reached from outside, whatever address a reload names', () => {
    const { tokenFor } = createAccess(server('0.0.0.0', 'first'));
    expect(tokenFor(server('0.0.0.0', 'second'))).toBe('second');
    expect(tokenFor(server('127.0.0.1', null))).toBe('second');
  });

  it('goes where nobody outside can ask, or where the operator opens the address', () => {
    expect(createAccess(server('127.0.0.1', 'first')).tokenFor(server('127.0.0.1', null))).toBeNull();
    expect(createAccess(server('0.0.0.0', 'first')).tokenFor(server('0.0.0.0', null, true))).toBeNull();
  });
});
