import { expect, it } from '@jest/globals';
import { createChannelState } from '../../../src/app/notify/channel-state.js';
import { newChannelMemory } from '../../../src/domain/notify/memory.js';
import { hour, minute, policyOf, second, spell, start } from '../../domain/notify/notices.js';

const look = {
  policy: policyOf({ waitMs: 0 }),
  isKnown: () => true,
  renamed: () => null,
  isUpToDate: true,
  isResting: () => false,
};
const failure = { kind: 'failed', error: 'HTTP 500', retryAfterMs: null, gone: false } as const;
const [began, ended] = spell('m', 0, minute);

/** A channel with a message that was tried once, in vain; all of it is stored. */
function createTried() {
  const memory = newChannelMemory('s');
  const state = createChannelState({ name: 'team' }, { readTo: 0, memory, isNew: true });
  state.plan([{ id: 1, notice: began! }], 1, { ...look, now: start });
  const [message] = [...state.pending];
  state.ended(message!, failure, start);
  const change = state.changes();
  state.written(change);
  return { state, message: message!, stored: change.channels[0]!.memory };
}

it('what a message tells outlives a new database in place of a damaged one', () => {
  const { state, message } = createTried();
  expect(state.mustWrite(start + hour)).toBe(false);
  state.lost(message);
  state.plan([], 1, { ...look, now: start + minute });
  const { channels, messages } = state.changes();
  expect(channels).toHaveLength(1);
  expect(messages).toMatchObject([{ state: 'pending', thread: message.thread, body: { kind: 'problem' } }]);
});

it('messages that wait are known by what is written of them, not by what they say', () => {
  const { state, message } = createTried();
  expect([...state.pending]).toEqual([expect.not.objectContaining({ body: expect.anything() as unknown })]);
  state.ended(message, failure, start + minute);
  expect(state.changes().messages).toEqual([
    expect.not.objectContaining({ body: expect.anything() as unknown }),
  ]);
});

it('a message is not replaced while it is tried, and its receiver is told of the end', () => {
  const { state, message } = createTried();
  state.tried(message);
  state.plan([{ id: 2, notice: ended! }], 2, { ...look, now: start + minute });
  expect([...state.pending].map(({ id }) => id)).toEqual([message.id]);
  state.ended(message, { kind: 'delivered', refused: null }, start + minute);
  state.plan([], 2, { ...look, now: start + minute + second });
  expect(state.changes().messages).toMatchObject([
    { state: 'sent' },
    { state: 'pending', body: { kind: 'resolved' }, thread: message.thread },
  ]);
});

it('a message is not replaced after a crash before it is tried again: its receiver may have taken it', () => {
  const { message, stored } = createTried();
  // The attempt begins, and nothing is stored of its end.
  const memory = JSON.parse(stored) as ReturnType<typeof newChannelMemory>;
  const again = createChannelState({ name: 'team' }, { readTo: 1, memory, isNew: false });
  again.found([message]);
  again.plan([{ id: 2, notice: ended! }], 2, { ...look, now: start + minute });
  expect([...again.pending].map(({ id }) => id)).toEqual([message.id]);
  again.tried(message);
  again.ended(message, failure, start + minute);
  again.plan([], 2, { ...look, now: start + minute + second });
  expect(again.changes().messages).toMatchObject([
    { id: message.id, state: 'superseded' },
    { state: 'pending', body: { kind: 'passed', ended: 1 } },
  ]);
});

it('a message that is given up after its last attempt is followed by one that tells what lasts', () => {
  const { state, message } = createTried();
  let at = start;
  let isGivenUp = false;
  while (!isGivenUp) {
    const [pending] = state.pending;
    at = pending!.nextAt;
    state.tried(pending!);
    isGivenUp = state.ended(pending!, failure, at);
  }
  expect([...state.pending]).toEqual([]);
  state.plan([], 1, { ...look, now: at + hour });
  expect(state.changes().messages).toMatchObject([
    { state: 'dead' },
    { state: 'pending', attempts: 0, body: { kind: 'problem', open: 1 }, thread: message.thread },
  ]);
});

it('what only notices changed is written within 30 s, and read again after a crash', () => {
  const waiting = { ...look, policy: policyOf({ waitMs: minute }) };
  const initial = { readTo: 0, memory: newChannelMemory('s'), isNew: false };
  const state = createChannelState({ name: 'team' }, initial);
  state.plan([{ id: 1, notice: began! }], 1, { ...waiting, now: start });
  expect([state.mustWrite(start), state.mustWrite(start + 29 * second)]).toEqual([false, false]);
  expect(state.mustWrite(start + 30 * second)).toBe(true);
  const change = state.changes();
  expect(change.channels).toMatchObject([{ name: 'team', readTo: 1 }]);
  state.written(change);
  expect(state.mustWrite(start + hour)).toBe(false);

  // As the store has it before that write.
  const again = createChannelState({ name: 'team' }, { ...initial, memory: newChannelMemory('s') });
  again.plan([{ id: 1, notice: began! }], 1, { ...waiting, now: start + 10 * second });
  again.plan([], 1, { ...waiting, now: start + 2 * minute });
  expect(again.changes().messages).toMatchObject([{ body: { kind: 'problem', members: [{ model: 'm' }] } }]);
  expect(again.mustWrite(start + 2 * minute)).toBe(true);
});

it('a look that finds nothing new is not written', () => {
  const state = createChannelState(
    { name: 'team' },
    { readTo: 1, memory: newChannelMemory('s'), isNew: false },
  );
  state.plan([], 1, { ...look, now: start });
  expect(state.mustWrite(start + hour)).toBe(false);
});

it('a message is tried again as soon as it would have been, where the clock is set back meanwhile', () => {
  const { state, message } = createTried();
  const [waiting] = state.pending;
  const day = 24 * hour;
  state.setBack(start - day, day);
  expect(state.due(start - day + second)).toBeNull();
  expect(state.due(waiting!.nextAt - day)).toMatchObject({ id: message.id });
});

it('a message that a clock stored which was ahead does not wait for that time', () => {
  const { state, message } = createTried();
  const before = start - 24 * hour;
  expect(state.due(before)).toMatchObject({ id: message.id });
  state.ended(message, failure, before);
  expect(state.due(before + second)).toBeNull();
  expect(state.due(before + 6 * minute)).toMatchObject({ id: message.id });
});

it('an end that takes the place of what was tried for three days is not given up with the next attempt', () => {
  const { state, message } = createTried();
  state.ended(message, { kind: 'delivered', refused: null }, start);
  const change = { ...began!, kind: 'changed', at: start + minute, reason: 'timeout' } as const;
  state.plan([{ id: 2, notice: change }], 2, { ...look, now: start + hour });
  let at = start + hour;
  for (let tries = 0; tries < 9; tries += 1) {
    const [pending] = state.pending;
    at = Math.max(at, pending!.nextAt);
    state.tried(pending!);
    state.ended(pending!, failure, at);
  }
  state.plan([{ id: 3, notice: { ...ended!, at } }], 3, { ...look, now: at + hour });
  const [end] = state.pending;
  expect(end).toMatchObject({ createdAt: at + hour });
  state.tried(end!);
  expect(state.ended(end!, failure, end!.nextAt)).toBe(false);
  expect([...state.pending]).toMatchObject([{ id: end!.id }]);
});

it('what waits after failed attempts is tried once the receiver has taken another message, at most each minute', () => {
  const { state, message } = createTried();
  const at = start + 10 * second;
  state.ended(message, failure, at);
  const [waiting] = state.pending;
  expect(state.due(at + minute)).toBeNull();
  const others = ['n', 'o', 'p'].map((model) => spell(model, 0, null, { provider: model })[0]!);
  state.plan(
    others.map((notice, index) => ({ id: 2 + index, notice })),
    4,
    { ...look, now: at },
  );
  const [, first, next, third] = [...state.pending];
  const taken = { kind: 'delivered', refused: null } as const;
  state.ended(first!, taken, at + second);
  expect(state.due(at + second)).toMatchObject({ id: message.id });

  // In vain, so its schedule goes on.
  state.ended(message, failure, at + second);
  expect([...state.pending][0]).toMatchObject({ attempts: 2, nextAt: waiting!.nextAt });
  state.ended(next!, taken, at + 2 * second);
  expect(state.due(at + 2 * second)?.id).not.toBe(message.id);
  state.ended(third!, taken, at + 62 * second);
  expect(state.due(at + 62 * second)).toMatchObject({ id: message.id });

  // What takes its place is as urgent.
  state.plan([{ id: 5, notice: ended! }], 5, { ...look, now: at + 62 * second });
  const end = state.due(at + 62 * second);
  expect(end?.id).not.toBe(message.id);
  expect(end).toMatchObject({ attempts: 2, nextAt: waiting!.nextAt });
  state.ended(end!, taken, at + 63 * second);
  expect([...state.pending]).toEqual([]);
});
