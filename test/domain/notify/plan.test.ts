import { describe, expect, it } from '@jest/globals';
import {
  newChannelMemory,
  withEnd,
  withFailure,
  type ChannelMemory,
} from '../../../src/domain/notify/memory.js';
import type { Notice } from '../../../src/domain/notify/notice.js';
import { plan } from '../../../src/domain/notify/plan.js';
import type { Policy, Route } from '../../../src/domain/notify/policy.js';
import { simulate } from '../../../src/domain/notify/simulate.js';
import { hour, inOrder, minute, policyOf, second, spell, start } from './notices.js';

const kindsAt = (notices: readonly Notice[], policy: Policy, until = start + 12 * hour) =>
  simulate(inOrder(notices), { channel: 'team', policy, until }).messages.map(({ kind, at }) => [
    kind,
    (at - start) / second,
  ]);

const route = (match: Partial<Route['match']>, to: readonly string[], more: Partial<Route> = {}): Route => ({
  match: { blame: null, state: null, reason: null, provider: null, model: null, labels: {}, ...match },
  ...{ to, goesOn: false, repeatMs: null, ...more },
});

describe('a plan', () => {
  it('tells as one what began and ended before its message', () => {
    expect(kindsAt(spell('m', 0, 10 * second), policyOf())).toEqual([['passed', 20]]);
  });

  it('tells a degraded state once it has lasted, and none that was shorter', () => {
    const short = spell('a', 0, 10 * minute, { what: 'degraded', reason: 'slow' });
    const long = spell('b', 0, hour, { what: 'degraded', reason: 'slow' });
    expect(kindsAt(short, policyOf())).toEqual([]);
    expect(kindsAt(long, policyOf())).toEqual([
      ['problem', 15 * 60 + 20],
      ['resolved', 3_620],
    ]);
  });

  it('repeats what is open, until it ends', () => {
    const policy = policyOf({ routes: [route({}, ['team'], { repeatMs: hour })] });
    expect(kindsAt(spell('m', 0, 150 * minute), policy).map(([kind]) => kind)).toEqual([
      ...['problem', 'reminder', 'reminder', 'resolved'],
    ]);
  });

  it('waits for the end of a quiet time, and tells then what is left', () => {
    const until = start + 8 * hour;
    const policy = policyOf({ quietUntil: (_what, now) => (now < until ? until : null) });
    const notices = [...spell('a', 0, hour), ...spell('b', 0, null)];
    const { messages } = simulate(inOrder(notices), { channel: 'team', policy, until: start + 9 * hour });
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatchObject({ at: until, open: 1, ended: 1, heldBack: { quiet: 3 } });
  });

  it('joins groups that the limit of the channel has no room for', () => {
    const perChannel = { count: 1, windowMs: 10 * minute };
    const notices = [
      ...spell('a', 0, null, { reason: 'timeout' }),
      ...spell('b', 0, null, { reason: 'overloaded' }),
      ...spell('c', 0, null, { reason: 'server_error' }),
    ];
    const { messages } = simulate(notices, {
      channel: 'team',
      policy: policyOf({ perChannel }),
      until: start + hour,
    });
    expect(messages.map(({ kind, open }) => [kind, open])).toEqual([['problem', 3]]);
  });
});

it('a quiet time of one state holds no reminder of another one', () => {
  const night = start + 30 * minute;
  const policy = policyOf({
    groupBy: ['provider'],
    afterMs: { unhealthy: 0, degraded: 0, unknown: 0, maintenance: 0 },
    routes: [route({}, ['team'], { repeatMs: hour })],
    quietUntil: (what, now) => (what === 'degraded' && now >= night ? start + 9 * hour : null),
  });
  const notices = [...spell('a', 0, null, { what: 'degraded' }), ...spell('b', 0, null)];
  const { messages } = simulate(notices, { channel: 'team', policy, until: start + 3 * hour });
  expect(messages.map(({ kind, members }) => [kind, members.map(({ model }) => model)])).toEqual([
    ['problem', ['a', 'b']],
    ['reminder', ['b']],
    ['reminder', ['b']],
  ]);
});

describe('routes', () => {
  const account = spell('m', 0, null, { reason: 'auth_failed' });
  const unknown = spell('m', 0, null, { what: 'unknown', reason: 'invalid_request' });

  it('end with the first match, unless it goes on', () => {
    const first = route({ blame: ['account'] }, ['other']);
    const all = route({}, ['team']);
    expect(kindsAt(account, policyOf({ routes: [first, all] }))).toEqual([]);
    expect(kindsAt(account, policyOf({ routes: [{ ...first, goesOn: true }, all] }))).toHaveLength(1);
  });

  it('tell what the monitor does not know only where they name it', () => {
    expect(kindsAt(unknown, policyOf({ routes: [route({}, ['team'])] }))).toEqual([]);
    expect(kindsAt(unknown, policyOf({ routes: [route({ blame: ['monitor'] }, ['team'])] }))).toHaveLength(1);
    expect(kindsAt(unknown, policyOf({ routes: [route({ state: ['unknown'] }, ['team'])] }))).toHaveLength(1);
  });
});

describe('a message that was tried in vain', () => {
  const policy = policyOf({ waitMs: 0, updateMs: second });
  const [began, ended] = spell('m', 0, minute) as [Notice, Notice];
  const look = (memory: ChannelMemory, notices: readonly Notice[], now: number) =>
    plan(
      memory,
      notices.map((notice, id) => ({ id, notice })),
      { channel: 'team', policy, now },
    );

  it('gives its place to one that tells all of it', () => {
    const first = look(newChannelMemory('seed'), [began], start);
    const [sent] = first.messages;
    // While it is under way nothing follows it.
    expect(look(first.memory, [ended], start + minute).messages).toEqual([]);
    const failed = withFailure(first.memory, sent!.message.id);
    const [next] = look(failed, [ended], start + minute).messages;
    expect(next).toMatchObject({
      supersedes: sent!.message.id,
      message: { kind: 'passed', thread: sent!.message.thread, members: [{ model: 'm', times: 1 }] },
    });
  });

  it('is followed by the end alone once it is delivered', () => {
    const first = look(newChannelMemory('seed'), [began], start);
    const delivered = withEnd(first.memory, first.messages[0]!.message.id);
    const second = look(delivered, [ended], start + minute);
    expect(second.messages).toMatchObject([{ supersedes: null, message: { kind: 'resolved' } }]);
    expect(withEnd(second.memory, second.messages[0]!.message.id).byKey).toEqual({});
  });
});
