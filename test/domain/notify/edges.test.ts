import { describe, expect, it } from '@jest/globals';
import {
  newChannelMemory,
  withEnd,
  withFailure,
  type ChannelMemory,
} from '../../../src/domain/notify/memory.js';
import type { Message } from '../../../src/domain/notify/message.js';
import type { Notice } from '../../../src/domain/notify/notice.js';
import { plan, type Planned } from '../../../src/domain/notify/plan.js';
import { told } from '../../../src/notify/text.js';
import { hour, minute, policyOf, second, spell, start } from './notices.js';

/** A channel that is told step by step; times are ms after the start. */
function createChannel(policy = policyOf()) {
  let memory: ChannelMemory = newChannelMemory('seed');
  let newest = 0;
  const heldBack: Record<string, number> = {};
  const look = (
    at: number,
    notices: readonly Notice[] = [],
    isKnown: (model: string) => boolean = () => true,
    renamed: (model: string) => string | null = () => null,
    endOf: () => number | null = () => null,
  ): readonly Planned[] => {
    const stored = notices.map((notice) => ({ id: (newest += 1), notice }));
    const planned = plan(memory, stored, {
      channel: 'team',
      policy,
      now: start + at,
      isKnown,
      renamed,
      endOf,
    });
    ({ memory } = planned);
    for (const [cause, count] of Object.entries(planned.heldBack))
      heldBack[cause] = (heldBack[cause] ?? 0) + count;
    return planned.messages;
  };
  return {
    ...{ look, heldBack },
    memory: () => memory,
    failed(id: string) {
      memory = withFailure(memory, id);
    },
    /** Looks, and each message is delivered. */
    tell(...asked: Parameters<typeof look>): Message[] {
      const messages = look(...asked).map(({ message }) => message);
      for (const { id } of messages) memory = withEnd(memory, id);
      return messages;
    },
  };
}

const telling = { timezone: 'UTC', linkTo: () => null };

describe('a model that is renamed', () => {
  const isKnown = (model: string): boolean => model !== 'mini';
  const renamed = (model: string): string | null => (model === 'mini' ? 'large' : null);
  const lines = (messages: readonly Message[]) =>
    messages.map((message) => [message.kind, told(message, telling).title]);

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

const versionChange = (at: number): Notice => ({
  ...{ kind: 'happened', what: 'version', model: 'm', provider: 'openai', labels: {} },
  ...{ since: start + at, at: start + at, reason: null, blame: null, detail: 'another', failures: null },
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
});

describe('a remark', () => {
  it('that comes with each check is held back by the limit of its model, and counted', () => {
    const channel = createChannel();
    const all = Array.from({ length: 60 }, (_, index) => [
      ...channel.tell(index * minute, [versionChange(index * minute)]),
      ...channel.tell(index * minute + 20 * second),
    ]).flat();
    expect(all).toHaveLength(6);
    expect(channel.heldBack).toEqual({ flapping: 54 });
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
