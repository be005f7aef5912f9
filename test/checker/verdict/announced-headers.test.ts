import { describe, expect, it } from '@jest/globals';
import { announcedIn } from '../../../src/checker/verdict/announced-headers.js';

describe('announcements in headers', () => {
  it('are a deprecation with or without its date, and a sunset', () => {
    const sunset = 'Wed, 11 Nov 2026 23:59:59 GMT';
    expect(announcedIn({ deprecation: '@1688169599', sunset })).toEqual({
      deprecated: { since: 1_688_169_599_000 },
      sunsetAt: Date.UTC(2026, 10, 11, 23, 59, 59),
    });
    for (const text of ['true', '?1', 'TRUE'])
      expect(announcedIn({ deprecation: text })).toEqual({ deprecated: { since: null }, sunsetAt: null });
    expect(announcedIn({ deprecation: '@1688169599;a=1' })?.deprecated).toEqual({ since: 1_688_169_599_000 });
    expect(announcedIn({ deprecation: sunset })?.deprecated?.since).toBe(Date.UTC(2026, 10, 11, 23, 59, 59));
  });

  it.each([
    [{}],
    [{ deprecation: 'false' }],
    [{ deprecation: '?0' }],
    [{ deprecation: '' }],
    [{ sunset: '2026-11-11' }],
    [{ sunset: '1' }],
    [{ sunset: 'Wed, 11 Nov 1816 23:59:59 GMT' }],
    [{ sunset: `Wed, 11 Nov 2026 23:59:59 GMT${' '.repeat(300)}` }],
    [{ sunset: 'Wed, 11 Nov 2026 23:59:59 GMT, Wed, 11 Nov 2026 23:59:59 GMT' }],
  ])('are none in %j', (headers) => {
    expect(announcedIn(headers)).toBeNull();
  });

  it('have no date where it is not between 2000 and 2100', () => {
    expect(announcedIn({ deprecation: '@99999999999' })).toEqual({
      deprecated: { since: null },
      sunsetAt: null,
    });
  });
});
