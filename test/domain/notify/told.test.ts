import { describe, expect, it } from '@jest/globals';
import { noticesOf, type Notice } from '../../../src/domain/notify/notice.js';
import { told } from '../../../src/notify/text.js';
import { newHealth, type Health } from '../../../src/domain/health.js';
import { createChannel, versionChange } from './channel.js';
import { hour, minute, policyOf, second, spell, start } from './notices.js';

const policy0 = policyOf({ waitMs: 0, updateMs: second });
const incident = {
  ...{ openedAt: start, closedAt: null, reason: 'timeout', blame: 'provider' },
  ...{ checksFailed: 2, lastDetail: null },
} as const;
const healthOf = (rest: object): Health => ({
  ...newHealth(start),
  ...{ state: 'healthy', reason: 'ok' as const, incident: null },
  ...rest,
});
const telling = { timezone: 'UTC', linkTo: () => null };

describe('a message that is given up', () => {
  const policy = policyOf({ waitMs: 0, updateMs: second });
  const [began, ended] = spell('m', 0, hour) as [Notice, Notice];
  const lost = (channel: ReturnType<typeof createChannel>, at: number, notices: readonly Notice[] = []) => {
    const messages = channel.look(at, notices);
    for (const { message } of messages) channel.gaveUp(message.id);
    return messages.map(({ message }) => message);
  };

  it('leaves what lasts to be told whole, in the same thread', () => {
    const channel = createChannel(policy);
    const [first] = lost(channel, 0, [began]);
    const [again] = channel.tell(minute);
    expect(again).toMatchObject({
      kind: 'problem',
      thread: first!.thread,
      members: [{ model: 'm', ended: null }],
    });
    expect(channel.tell(hour, [ended]).map(({ kind }) => kind)).toEqual(['resolved']);
  });

  it('is followed by no end of what was never told, but by the whole of it', () => {
    const channel = createChannel(policy);
    channel.look(0, [began]);
    channel.look(hour, [ended]);
    for (const id of channel.flying()) channel.gaveUp(id);
    const [message] = channel.tell(hour + minute);
    expect(message?.kind).toBe('passed');
    expect(told(message!, telling).title).toBe(
      'm was unhealthy for 1 h: server_error (provider), until 2026-11-01 01:00 UTC',
    );
    expect(channel.memory().byKey).toEqual({});
  });

  it('is not repeated once it is over', () => {
    const channel = createChannel(policy);
    expect(lost(channel, 0, [began, ended]).map(({ kind }) => kind)).toEqual(['passed']);
    expect(channel.tell(hour)).toEqual([]);
    expect(channel.memory().byKey).toEqual({});
  });
});

describe('an end', () => {
  it('says how many checks confirm it, until the model is down again', () => {
    const channel = createChannel(policy0);
    const [began, ended] = spell('m', 0, hour) as [Notice, Notice];
    channel.tell(0, [began]);
    const [message] = channel.tell(hour, [{ ...ended, confirmedBy: 2 }]);
    expect(told(message!, telling).title).toBe(
      'm is no longer unhealthy after 1 h, since 2026-11-01 01:00 UTC, confirmed by 2 checks',
    );
    const [again] = channel.tell(2 * hour, spell('m', 2 * hour, null));
    expect(told(again!, telling).title).not.toContain('confirmed');
  });

  it('of an incident is confirmed by the run of successes, and no other by any', () => {
    const before = { health: healthOf({ incident }), certificateExpiresAt: null };
    const seen = {
      ...{
        model: { id: 'm', provider: 'openai', labels: {} },
        slot: start + hour,
        reason: 'ok' as const,
        detail: null,
      },
      ...{ changes: [], warnings: [], certificateMs: null },
    };
    const run = { kind: 'success', count: 3, from: start, reason: 'ok', points: [], said: [] } as const;
    const after = (rest: object) => ({ health: healthOf(rest), certificateExpiresAt: null });
    expect(noticesOf(before, after({ run: { ...run, validUntil: start } }), seen)).toMatchObject([
      { kind: 'ended', what: 'unhealthy', confirmedBy: 3 },
    ]);
    const degraded = after({ state: 'degraded', reason: 'slow' });
    const [end] = noticesOf(degraded, after({ run: { ...run, validUntil: start } }), seen);
    expect(end).toMatchObject({ kind: 'ended', what: 'degraded' });
    expect(end).not.toHaveProperty('confirmedBy');
  });
});

describe('a beginning', () => {
  it('has the detail of the result whose reason it tells', () => {
    const certificateExpiresAt = null;
    const failure = { kind: 'failure', count: 2, from: start, points: [], said: [], validUntil: start };
    const run = { ...failure, reason: 'timeout', detail: 'no first byte' };
    const down = { state: 'unhealthy', reason: 'timeout', run, incident };
    const detailAfter = (reason: 'timeout' | 'server_error', rest: object = {}) => {
      const seen = {
        ...{ model: { id: 'm', provider: 'openai', labels: {} }, slot: start + hour },
        ...{ reason, detail: 'of the newest', changes: [], warnings: [], certificateMs: null },
      };
      const after = { health: healthOf({ ...down, ...rest }), certificateExpiresAt };
      return noticesOf({ health: healthOf({}), certificateExpiresAt }, after, seen)[0]?.detail;
    };
    expect(detailAfter('timeout')).toBe('of the newest');
    expect(detailAfter('server_error')).toBe('no first byte');
    expect(detailAfter('server_error', { run: { ...run, reason: 'dns_error' } })).toBeNull();
  });
});

describe('what is switched off', () => {
  const end = (policy: ReturnType<typeof policyOf>) => {
    const channel = createChannel(policy);
    const [began, ended] = spell('m', 0, hour) as [Notice, Notice];
    const other: Notice = { ...began, kind: 'changed', at: start + minute, reason: 'timeout' };
    const kinds = [
      ...channel.tell(0, [began]),
      ...channel.tell(minute, [other]),
      ...channel.tell(2 * minute),
      ...channel.tell(hour, [ended]),
      ...channel.tell(2 * hour),
    ].map(({ kind }) => kind);
    return { kinds, memory: channel.memory() };
  };
  const policy = (changes: Parameters<typeof policyOf>[0]) =>
    policyOf({ waitMs: 0, updateMs: second, ...changes });
  const never = { unhealthy: null, degraded: 0, unknown: 0, maintenance: 0 };

  it.each([
    ['nothing', {}, ['problem', 'update', 'resolved']],
    ['incidents', { afterMs: never }, []],
    ['changes', { changes: false }, ['problem', 'resolved']],
    ['ends', { ends: false }, ['problem', 'update']],
  ])('is not told: %s', (_, changes, expected) => {
    const { kinds, memory } = end(policy(changes));
    expect(kinds).toEqual(expected);
    expect(memory.byKey).toEqual({});
  });

  it.each(['version', 'key', 'budget', 'objective'] as const)('is not told: %s', (what) => {
    const tell = (changes: object) => createChannel(policy(changes)).tell(0, [{ ...versionChange(0), what }]);
    expect(tell({})).toHaveLength(1);
    expect(tell({ [what]: false })).toEqual([]);
  });
});

describe('a model that is removed beside others of its group', () => {
  const isKnown = (model: string): boolean => model !== 'b';
  const after = (ended: readonly Notice[]): string => {
    const channel = createChannel(policyOf({ waitMs: 0, updateMs: second }));
    channel.tell(0, [...spell('a', 0, null), ...spell('b', 0, null)]);
    const [message] = channel.tell(minute, ended, isKnown);
    return told(message!, telling).title;
  };

  it('is told as removed, not as no longer unhealthy', () => {
    expect(after([])).toBe(
      'a is unhealthy since 2026-11-01 00:00 UTC: server_error (provider); 1 removed from the registry',
    );
    expect(after([spell('a', 0, minute)[1]!])).toBe(
      'a and b: 1 no longer unhealthy, 1 removed from the registry',
    );
  });
});
