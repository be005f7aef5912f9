import { describe, expect, it } from '@jest/globals';
import type { Health } from '../../../src/domain/health.js';
import { newChannelMemory, withEnd, withFailure } from '../../../src/domain/notify/memory.js';
import type { Message } from '../../../src/domain/notify/message.js';
import { lastingNotices, type Notice } from '../../../src/domain/notify/notice.js';
import { plan, type Plan } from '../../../src/domain/notify/plan.js';
import type { Policy } from '../../../src/domain/notify/policy.js';
import { told } from '../../../src/notify/text.js';
import { care, kinds, repeating, telling, titles, told24h } from './care.js';
import { createChannel } from './channel.js';
import { hour, minute, second, spell, start } from './notices.js';

const minutes = ({ at }: Message): number => (at - start) / minute;

describe('an acknowledged incident', () => {
  it('is told once as such, without reminders, and its end is told', () => {
    const [began, ended] = spell('m', 0, 5 * hour);
    const messages = told24h([began!, ended!, care('acknowledged', 'm', 90 * minute, { note: 'on it' })]);
    expect(kinds(messages)).toEqual(['problem', 'reminder', 'acknowledged', 'resolved']);
    expect(titles(messages)[2]).toBe(
      'm is acknowledged by Ann: unhealthy since 2026-11-01 00:00 UTC: server_error (provider)',
    );
    expect(told(messages[2]!, telling).notes).toEqual(['Note: on it']);
    expect(messages[2]).toMatchObject({ allAcknowledged: true, thread: messages[0]!.thread });
  });

  it('is told again once its snooze is over, and reminders go on from there', () => {
    const snooze = care('acknowledged', 'm', 10 * minute, { until: 4 * hour });
    const messages = told24h([...spell('m', 0, null), snooze], repeating(), start + 6 * hour);
    expect(kinds(messages)).toEqual(['problem', 'acknowledged', 'reminder', 'reminder']);
    expect(titles(messages)[1]).toContain('acknowledged by Ann until 2026-11-01 04:00 UTC');
    expect(titles(messages)[2]).toMatch(/^m is still unhealthy .*; snooze by Ann is over$/);
    expect(messages.map(minutes).map(Math.floor)).toEqual([0, 10, 240, 300]);
  });

  it('says so in its first message where that was not sent yet', () => {
    const messages = told24h(
      [...spell('m', 0, null), care('acknowledged', 'm', 5 * second)],
      repeating(),
      start + 3 * hour,
    );
    expect(kinds(messages)).toEqual(['problem']);
    expect(titles(messages)[0]).toContain('; acknowledged by Ann');
  });

  it('is told where its reason changes', () => {
    const [began] = spell('m', 0, null);
    const changed: Notice = { ...began!, kind: 'changed', at: start + hour, reason: 'timeout' };
    const messages = told24h([began!, care('acknowledged', 'm', minute), changed]);
    expect(kinds(messages)).toEqual(['problem', 'acknowledged', 'update']);
    expect(titles(messages)[2]).toContain('timeout (provider); acknowledged by Ann');
  });

  it('has reminders again when that is taken back, and no word of what nobody was told', () => {
    const back = care('taken_back', 'm', 2 * hour, { by: 'Bob' });
    const messages = told24h(
      [...spell('m', 0, null), care('acknowledged', 'm', minute), back],
      repeating(),
      start + 4 * hour,
    );
    expect(kinds(messages)).toEqual(['problem', 'acknowledged', 'reminder', 'reminder']);
    expect(titles(messages)[2]).toContain('acknowledgement taken back by Bob');
    const quick = told24h(
      [
        ...spell('m', 0, null),
        care('acknowledged', 'm', minute),
        care('taken_back', 'm', minute + 5 * second),
      ],
      repeating(),
      start + 90 * minute,
    );
    expect(kinds(quick)).toEqual(['problem', 'reminder']);
  });

  it('is no word of its own with `tell.acknowledged: false`, and rests all the same', () => {
    const policy = repeating({ acknowledged: false });
    const notices = [...spell('m', 0, 9 * hour), care('acknowledged', 'm', minute, { until: 4 * hour })];
    expect(kinds(told24h(notices, policy))).toEqual([
      ...['problem', 'reminder', 'reminder', 'reminder', 'reminder', 'reminder'],
      'resolved',
    ]);
    expect(Math.floor(minutes(told24h(notices, policy)[1]!))).toBe(240);
  });

  it('of a group leaves reminders of the others', () => {
    const notices = [...spell('a', 0, null), ...spell('b', 0, null), care('acknowledged', 'a', minute)];
    const messages = told24h(notices, repeating(), start + 3 * hour);
    expect(kinds(messages)).toEqual(['problem', 'acknowledged', 'reminder', 'reminder']);
    expect(messages.slice(2).map(({ members, open }) => [members.map(({ model }) => model), open])).toEqual([
      [['b'], 1],
      [['b'], 1],
    ]);
    expect(messages[1]).not.toHaveProperty('allAcknowledged');
  });

  it('is one message for a thousand that are acknowledged in a minute', () => {
    const models = Array.from({ length: 1_000 }, (_, index) => `m${index}`);
    const notices = models.flatMap((model, index) => [
      ...spell(model, 0, null),
      care('acknowledged', model, hour / 2 + (index % 60) * second),
    ]);
    const messages = told24h(notices, repeating(), start + 10 * hour);
    expect(kinds(messages)).toEqual(['problem', 'acknowledged', 'acknowledged']);
    expect(messages[1]!.at - start).toBeLessThan(hour / 2 + minute);
    expect(messages[2]).toMatchObject({ allAcknowledged: true });
  });

  it('stays so under a new id, and while it flaps', () => {
    const policy = repeating({ waitMs: 0, perModel: { count: 2, windowMs: hour } });
    const flaps = [0, 10, 20, 30, 40, 50].flatMap((at) =>
      spell('m', at * minute, at === 50 ? null : (at + 5) * minute),
    );
    const messages = told24h([...flaps, care('acknowledged', 'm', 55 * minute)], policy);
    expect(messages.at(-1)!.members[0]).toMatchObject({ flapping: 'settled', acknowledged: { by: 'Ann' } });
    expect(kinds(messages.slice(-1))).toEqual(['update']);
  });
});

/** Looks one after the other, each message delivered. */
function stepByStep(policy: Policy) {
  let memory = newChannelMemory('seed');
  let id = 0;
  const look = (at: number, notices: readonly Notice[], more: object = {}): Plan => {
    const stored = notices.map((notice) => ({ id: (id += 1), notice }));
    const planned = plan(memory, stored, { channel: 'team', policy, now: start + at, ...more });
    ({ memory } = planned);
    return planned;
  };
  return {
    look,
    tell(...asked: Parameters<typeof look>): Message[] {
      const { messages } = look(...asked);
      for (const { message } of messages) memory = withEnd(memory, message.id);
      return messages.map(({ message }) => message);
    },
    failed: (message: string) => void (memory = withFailure(memory, message)),
  };
}

describe('a model that is paused or in maintenance', () => {
  const isResting = (): boolean => true;

  it('is not repeated until it works again or fails again', () => {
    const { tell, look } = stepByStep(repeating({ waitMs: 0 }));
    expect(kinds(tell(0, spell('m', 0, null)))).toEqual(['problem']);
    for (const at of [1, 2, 3, 9]) expect(tell(at * hour, [], { isResting })).toEqual([]);
    const { nextAt } = look(9 * hour, [], { isResting });
    expect(nextAt).toBeLessThanOrEqual(start + 9 * hour + minute);
    expect(kinds(tell(10 * hour, []))).toEqual(['reminder']);
  });

  it('is not said to be still down when its snooze ends', () => {
    const { tell } = stepByStep(repeating({ waitMs: 0 }));
    tell(0, spell('m', 0, null));
    tell(minute, [care('acknowledged', 'm', minute, { until: hour })]);
    expect(tell(2 * hour, [], { isResting })).toEqual([]);
    expect(titles(tell(3 * hour, []))).toEqual([expect.stringContaining('snooze by Ann is over')]);
  });

  it('has its end told, and leaves reminders of others of the group', () => {
    const { tell } = stepByStep(repeating({ waitMs: 0 }));
    tell(0, [...spell('a', 0, null), ...spell('b', 0, null)]);
    const [reminder] = tell(hour, [], { isResting: (model: string) => model === 'a' });
    expect(reminder?.members.map(({ model }) => model)).toEqual(['b']);
    const ends = ['a', 'b'].map((model) => spell(model, 0, 2 * hour)[1]!);
    expect(kinds(tell(2 * hour, ends, { isResting }))).toEqual(['resolved']);
  });
});

it('an acknowledgement takes the place of a message that was tried in vain', () => {
  const { look, tell, failed } = stepByStep(repeating({ waitMs: 0 }));
  const [first] = look(0, spell('m', 0, null)).messages;
  failed(first!.message.id);
  const [next] = look(10 * minute, [care('acknowledged', 'm', 10 * minute)]).messages;
  expect(next).toMatchObject({ supersedes: first!.message.id, message: { kind: 'problem' } });
  expect(titles([next!.message])[0]).toContain('; acknowledged by Ann');
  expect(tell(20 * minute, [])).toEqual([]);
});

it('a channel that is new is told who cares for what lasts, and nothing of it is repeated', () => {
  const health = {
    ...{ state: 'unhealthy', reason: 'timeout', since: start, settled: start + minute, run: null },
    incident: { openedAt: start, closedAt: null, reason: 'timeout', checksFailed: 3 },
  } as unknown as Health;
  const ann = { by: 'Ann', at: start + minute, note: null, until: null };
  const open = { ...ann, incident: 12, openedAt: start };
  const lasting = lastingNotices({ id: 'm', provider: 'openai', labels: {} }, health, open);
  const channel = createChannel(repeating());
  channel.tell(2 * minute, lasting);
  const all = [3, 63, 123].flatMap((at) => channel.tell(at * minute));
  expect(all.map(({ kind, members }) => [kind, members[0]?.acknowledged])).toEqual([['problem', ann]]);
});
