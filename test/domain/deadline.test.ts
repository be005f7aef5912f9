import { describe, expect, it } from '@jest/globals';
import { deadlinesOf, deadlineText, urgencyOf, type Deadline } from '../../src/domain/deadline.js';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 30);
const ending = (kind: Deadline['kind'], days: number, key: number | null = null): Deadline => ({
  ...{ kind, at: now + days * day, source: 'configuration', key, url: null },
});

describe('deadlines', () => {
  it('come from the configuration, the connection and the replies, the soonest first', () => {
    const facts = {
      model: { deadlines: [ending('retirement', 50), ending('key', 3)] },
      certificateExpiresAt: now + 10 * day,
      announced: { deprecated: null, sunsetAt: now + 20 * day },
    };
    expect(deadlinesOf(facts).map(({ kind, source }) => [kind, source])).toEqual([
      ['key', 'configuration'],
      ['certificate', 'connection'],
      ['sunset', 'reply'],
      ['retirement', 'configuration'],
    ]);
    expect(deadlinesOf({ model: null, certificateExpiresAt: null, announced: null })).toEqual([]);
  });

  it('are told a month before, those that take a migration three', () => {
    const told = (kind: Deadline['kind'], ...days: number[]) =>
      days.map((count) => urgencyOf(ending(kind, count), now));
    expect(told('key', 31, 30, 8, 7, 0, -1)).toEqual(['far', 'ahead', 'ahead', 'urgent', 'over', 'over']);
    expect(told('client_certificate', 31, 30, 7)).toEqual(['far', 'ahead', 'urgent']);
    expect(told('retirement', 91, 90, 7)).toEqual(['far', 'ahead', 'urgent']);
    expect(told('sunset', 91, 90, 7)).toEqual(['far', 'ahead', 'urgent']);
  });

  it('are sentences', () => {
    expect(deadlineText(ending('key', 6, 2), now)).toBe('API key 2 expires in 6 days, on 2026-12-06');
    expect(deadlineText(ending('retirement', 0.5), now)).toBe(
      'the provider retires the model within a day, on 2026-11-30',
    );
    expect(deadlineText(ending('client_certificate', -1), now)).toBe(
      'the client certificate expired on 2026-11-29',
    );
  });
});
