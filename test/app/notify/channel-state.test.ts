import { expect, it } from '@jest/globals';
import { createChannelState } from '../../../src/app/notify/channel-state.js';
import { newChannelMemory } from '../../../src/domain/notify/memory.js';
import { minute, policyOf, second, spell, start } from '../../domain/notify/notices.js';

const look = { policy: policyOf({ waitMs: 0 }), isKnown: () => true, renamed: () => null };
const failure = { kind: 'failed', error: 'HTTP 500', retryAfterMs: null, gone: false } as const;
const [began, ended] = spell('m', 0, minute);

/** A channel with a message that was tried once, in vain; all of it is stored. */
function createTried() {
  const memory = newChannelMemory('s');
  const state = createChannelState({ name: 'team' }, { readTo: 0, memory, isNew: true });
  state.plan([{ id: 1, notice: began! }], 1, { ...look, now: start });
  const [message] = state.pending;
  state.ended(message!, failure, start);
  state.written(state.changes());
  return { state, message: message! };
}

it('a message that waits outlives a new database in place of a damaged one', () => {
  const { state, message } = createTried();
  expect(state.isDirty).toBe(false);
  state.refresh([]);
  expect(state.due(start + minute)?.id).toBe(message.id);
  const { channels, messages } = state.changes();
  expect(channels).toHaveLength(1);
  expect(messages).toMatchObject([{ id: message.id, state: 'pending' }]);
});

it('a message is not replaced while it is tried, and its receiver is told of the end', () => {
  const { state, message } = createTried();
  state.tried(message);
  state.plan([{ id: 2, notice: ended! }], 2, { ...look, now: start + minute });
  expect(state.pending.map(({ id }) => id)).toEqual([message.id]);
  state.ended(message, { kind: 'delivered', refused: null }, start + minute);
  state.plan([], 2, { ...look, now: start + minute + second });
  expect(state.pending).toMatchObject([{ body: { kind: 'resolved' }, thread: message.thread }]);
});
