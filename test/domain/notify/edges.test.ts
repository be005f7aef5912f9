import { describe, expect, it } from '@jest/globals';
import type { Message } from '../../../src/domain/notify/message.js';
import type { Notice } from '../../../src/domain/notify/notice.js';
import { told } from '../../../src/notify/text.js';
import { createChannel, versionChange } from './channel.js';
import { hour, minute, policyOf, second, spell, start } from './notices.js';

const telling = { timezone: 'UTC', linkTo: () => null };

const lines = (messages: readonly Message[]) =>
  messages.map((message) => [message.kind, told(message, telling).title]);

describe('a model that is renamed', () => {
  const isKnown = (model: string): boolean => model !== 'mini';
  const renamed = (model: string): string | null => (model === 'mini' ? 'large' : null);
  it('is told under its new id, and ends under that', () => {
    const channel = createChannel(policyOf({ waitMs: 0, updateMs: second }));
    const [first] = channel.tell(0, spell('mini', 0, null));
    const update = channel.tell(minute, [], isKnown, renamed);
    expect(lines(update)).toEqual([
      ['update', 'large is unhealthy since 2026-11-01 00:00 UTC: server_error (provider)'],
    ]);
    expect(told(update[0]!, telling).lines).toContain('mini: renamed to large while unhealthy');
    expect(update[0]!.thread).toBe(first!.thread);
    const [, end] = spell('large', 0, 2 * minute);
    expect(lines(channel.tell(2 * minute, [end!], isKnown, renamed))).toEqual([
      ['resolved', 'large is no longer unhealthy after 2 min, since 2026-11-01 00:02 UTC'],
    ]);
    expect(channel.memory().byKey).toEqual({});
  });

  it('before it is told is told once, whatever id its notices have', () => {
    const channel = createChannel();
    const [began, ended] = spell('mini', 0, minute);
    expect(channel.tell(0, [began!])).toEqual([]);
    expect(lines(channel.tell(25 * second, [], isKnown, renamed))).toEqual([]);
    expect(lines(channel.tell(45 * second, [], isKnown, renamed))).toEqual([
      ['problem', 'large is unhealthy since 2026-11-01 00:00 UTC: server_error (provider)'],
    ]);
    const over = channel.tell(minute, [ended!], isKnown, renamed);
    const later = channel.tell(minute + 20 * second, [], isKnown, renamed);
    expect(lines([...over, ...later]).map(([kind]) => kind)).toEqual(['resolved']);
  });

  it('while it flaps begins anew with the state that lasts', () => {
    const channel = createChannel(
      policyOf({ waitMs: 0, updateMs: second, perModel: { count: 1, windowMs: hour } }),
    );
    for (const at of [0, 10, 20]) {
      channel.tell(at * second, spell('mini', at * second, null));
      if (at < 20) channel.tell((at + 5) * second, [spell('mini', at * second, (at + 5) * second)[1]!]);
    }
    expect(Object.keys(channel.memory().flapping)).toHaveLength(1);
    const all = [30, 35, 40].flatMap((at) => channel.tell(at * second, [], isKnown, renamed));
    expect(lines(all).at(-1)).toEqual([
      'update',
      expect.stringMatching(/^large is unhealthy since 2026-11-01 00:00 UTC/),
    ]);
    expect(channel.memory().flapping).toEqual({});
  });
});

it('a notice of what a channel knows already is no news', () => {
  const channel = createChannel(policyOf({ waitMs: 0, updateMs: second }));
  const [began] = spell('mini', 0, null);
  const lasts = { ...began!, at: start + 100, detail: null };
  expect(lines(channel.tell(100, [lasts]))).toHaveLength(1);
  expect(channel.tell(2 * second, [began!])).toEqual([]);
  const changed = { ...began!, kind: 'changed' as const, at: start + 3 * second, detail: 'worse' };
  expect(lines(channel.tell(3 * second, [changed])).map(([kind]) => kind)).toEqual(['update']);
});

describe('an end without a notice', () => {
  const by = (at: number) => (): number => start + at;

  it('is told once, and reminders end', () => {
    const policy = policyOf({ waitMs: 0 });
    const routes = policy.routes.map((route) => ({ ...route, repeatMs: hour }));
    const channel = createChannel({ ...policy, routes });
    channel.tell(0, spell('m', 0, null));
    const ends = channel.tell(2 * minute, [], undefined, undefined, by(minute));
    expect(ends.map((message) => [message.kind, told(message, telling).title])).toEqual([
      ['resolved', 'm is no longer unhealthy after 1 min, since 2026-11-01 00:01 UTC'],
    ]);
    expect(channel.tell(2 * hour, [], undefined, undefined, by(minute))).toEqual([]);
    expect(channel.memory().byKey).toEqual({});
  });

  it('of a model that flaps is told when it has settled', () => {
    const channel = createChannel(
      policyOf({ waitMs: 0, updateMs: second, perModel: { count: 1, windowMs: hour } }),
    );
    for (const at of [0, 10, 20]) {
      channel.tell(at * second, spell('m', at * second, null));
      if (at < 20) channel.tell((at + 5) * second, [spell('m', at * second, (at + 5) * second)[1]!]);
    }
    channel.tell(minute, [], undefined, undefined, by(30 * second));
    const later = [2, 3].flatMap((at) => channel.tell(at * hour, [], undefined, undefined, by(30 * second)));
    expect(later.map(({ kind }) => kind)).toEqual(['resolved']);
    expect(channel.memory()).toMatchObject({ byKey: {}, flapping: {} });
  });
});

describe('a model that is gone from the registry', () => {
  it('while it flaps ends in each of its states, and nothing of it is left', () => {
    const channel = createChannel(
      policyOf({
        groupBy: ['state'],
        waitMs: 0,
        updateMs: second,
        perModel: { count: 1, windowMs: hour },
        afterMs: { unhealthy: 0, degraded: 0, unknown: 0, maintenance: 0 },
      }),
    );
    const both = (kind: 'began' | 'ended') =>
      (['unhealthy', 'degraded'] as const).flatMap((what) =>
        spell('m', 0, second, { what }).filter((notice) => notice.kind === kind),
      );
    channel.tell(0, both('began'));
    channel.tell(5 * second, both('ended'));
    channel.tell(10 * second, both('began'));
    expect(Object.keys(channel.memory().flapping)).toHaveLength(1);
    const all = Array.from({ length: 20 }, (_, index) =>
      channel.tell((20 + index) * second, [], () => false),
    ).flat();
    expect(all.length).toBeGreaterThan(0);
    expect(all.map(({ kind }) => kind)).toEqual(all.map(() => 'resolved'));
    expect(channel.memory()).toMatchObject({ byKey: {}, flapping: {} });
  });

  it('is told as removed, and not as healthy again', () => {
    const channel = createChannel(policyOf({ waitMs: 0 }));
    channel.tell(0, spell('m', 0, null));
    const [end] = channel.tell(minute, [], () => false);
    expect(end?.kind).toBe('resolved');
    expect(told(end!, telling).title).toBe('m was removed from the registry while unhealthy');
  });

  it('and is back is told again while it lasts, once it has a result', () => {
    const channel = createChannel(policyOf({ waitMs: 0, updateMs: second }));
    const lasting = spell('m', 0, null);
    const back = (at: number, known: readonly Notice[] | null): Message[] =>
      channel.tell(
        at,
        [],
        () => true,
        () => null,
        () => null,
        (model, since) => (model === 'm' && since === start + minute ? known : []),
      );
    channel.tell(0, lasting);
    channel.tell(minute, [], () => false);
    expect(back(2 * minute, null)).toEqual([]);
    expect(lines(back(3 * minute, lasting))).toEqual([
      ['problem', 'm is unhealthy since 2026-11-01 00:00 UTC: server_error (provider)'],
    ]);
    expect(back(4 * minute, lasting)).toEqual([]);
    const [, end] = spell('m', 0, 5 * minute);
    expect(channel.tell(5 * minute, [end!]).map(({ kind }) => kind)).toEqual(['resolved']);
  });

  it('and is back is not told twice of what was noticed since', () => {
    const channel = createChannel(policyOf({ waitMs: 0, updateMs: second }));
    const lasting = spell('m', 0, null);
    channel.tell(0, lasting);
    channel.tell(minute, [], () => false);
    channel.tell(2 * minute, spell('m', 2 * minute, null));
    const known = { ...lasting[0]!, at: start + 3 * minute };
    const present = [() => true, () => null, () => null, () => [known]] as const;
    expect(channel.tell(3 * minute, [], ...present)).toEqual([]);
    expect(channel.memory().left).toEqual({});
  });
});

describe('a remark', () => {
  it('that comes with each check is told as flapping beyond the limit, and counted', () => {
    const channel = createChannel();
    const all = Array.from({ length: 60 }, (_, index) => [
      ...channel.tell(index * minute, [versionChange(index * minute)]),
      ...channel.tell(index * minute + 20 * second),
    ]).flat();
    expect(all).toHaveLength(7);
    expect(channel.heldBack).toEqual({ flapping: 53 });
    // Of a model that is gone nothing is left.
    expect(channel.tell(61 * minute, [], () => false)).toEqual([]);
    expect(channel.memory()).toMatchObject({ byKey: {}, flapping: {} });
  });
});

describe('a message that takes the place of one that failed', () => {
  const timeout = { reason: 'timeout' } as const;

  it('says what that one said of changes held back, which are counted once', () => {
    const channel = createChannel(policyOf({ waitMs: 0, perChannel: { count: 1, windowMs: 10 * minute } }));
    channel.tell(0, spell('a', 0, null));
    expect(channel.tell(minute, spell('b', minute, null, timeout))).toEqual([]);
    const [first] = channel.look(11 * minute);
    expect(first?.message.heldBack).toEqual({ channel_limit: 1 });
    channel.failed(first!.message.id);
    const [second] = channel.look(17 * minute, spell('c', 17 * minute, null, timeout));
    expect(second).toMatchObject({
      supersedes: first!.message.id,
      message: { heldBack: { channel_limit: 1 } },
    });
    expect(channel.heldBack).toEqual({ channel_limit: 1 });
  });
});

it('a plan for 8,000 models, each a group of its own, holds nobody up for seconds', () => {
  const channel = createChannel(policyOf({ groupBy: ['model'] }));
  const storm = Array.from({ length: 8_000 }, (_, index) => spell(`m${index}`, 0, null)).flat();
  const began = performance.now();
  channel.tell(0, storm);
  expect(performance.now() - began).toBeLessThan(8_000);
});

describe('a group whose other state was never told', () => {
  const policy = policyOf({ groupBy: ['model'] });
  const degraded = (to: number | null) => spell('m', 10 * minute, to, { what: 'degraded' });

  it('is over with the end of what was told, also where that other state passes without a word', () => {
    const channel = createChannel(policy);
    channel.tell(0, [spell('m', 0, null)[0]!]);
    const [problem] = channel.tell(20 * second);
    channel.tell(10 * minute, [spell('m', 0, 10 * minute)[1]!, degraded(null)[0]!]);
    const [end] = channel.tell(10 * minute + 20 * second);
    expect([problem!.kind, end!.kind]).toEqual(['problem', 'resolved']);
    expect(end!.thread).toBe(problem!.thread);
    expect(channel.tell(15 * minute, [degraded(15 * minute)[1]!])).toEqual([]);
    expect(channel.memory().byKey).toEqual({});
  });

  it('begins anew with that state once it has lasted for long enough', () => {
    const channel = createChannel(policy);
    channel.tell(0, [spell('m', 0, null)[0]!]);
    channel.tell(20 * second);
    channel.tell(10 * minute, [spell('m', 0, 10 * minute)[1]!, degraded(null)[0]!]);
    channel.tell(10 * minute + 20 * second);
    expect(channel.tell(25 * minute + 20 * second).map(({ kind }) => kind)).toEqual(['problem']);
    channel.tell(40 * minute, [degraded(40 * minute)[1]!]);
    expect(channel.tell(40 * minute + 20 * second).map(({ kind }) => kind)).toEqual(['resolved']);
  });

  it('is acknowledged as a whole by who acknowledges what was told', () => {
    const channel = createChannel(policy);
    const [began] = spell('m', 0, null);
    channel.tell(0, [began!]);
    channel.tell(20 * second);
    channel.tell(minute, degraded(null));
    const acknowledged = { by: 'Ann', note: null, until: null, at: start + 2 * minute };
    channel.tell(2 * minute, [{ ...began!, kind: 'acknowledged', at: start + 2 * minute, acknowledged }]);
    expect(channel.tell(2 * minute + 20 * second)).toMatchObject([
      { kind: 'acknowledged', allAcknowledged: true },
    ]);
  });
});
