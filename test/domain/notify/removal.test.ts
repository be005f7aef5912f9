import { expect, it } from '@jest/globals';
import { newChannelMemory, withEnd, type ChannelMemory } from '../../../src/domain/notify/memory.js';
import type { Message } from '../../../src/domain/notify/message.js';
import type { Notice } from '../../../src/domain/notify/notice.js';
import { plan } from '../../../src/domain/notify/plan.js';
import { absorb, withRemoval, withReturn } from '../../../src/domain/notify/removal.js';
import { minute, policyOf, second, spell, start } from './notices.js';

const policy = policyOf({ waitMs: 0, groupBy: ['model'] });
const moment = (now: number) => ({ channel: 'team', policy, now });
const stored = (notices: readonly Notice[]) => notices.map((notice, index) => ({ id: index + 1, notice }));

/** Tells what is due at `now`; delivers each message, if `delivered`. */
function told(
  memory: ChannelMemory,
  notices: readonly Notice[],
  now: number,
  delivered: boolean,
): { memory: ChannelMemory; messages: Message[] } {
  const planned = plan(memory, stored(notices), moment(now));
  const messages = planned.messages.map(({ message }) => message);
  const after = delivered
    ? messages.reduce((next, { id }) => withEnd(next, id), planned.memory)
    : planned.memory;
  return { memory: after, messages };
}

it('a channel that is configured again is told what is open, and the end of what it was told', () => {
  const [toldBegan, toldEnded] = spell('told', 0, 30 * minute);
  const [stillBegan] = spell('still', 0, null);
  const first = told(newChannelMemory('s'), [toldBegan!, stillBegan!], start + second, true);
  const [pendingBegan] = spell('pending', minute, null);
  const second_ = told(first.memory, [pendingBegan!], start + minute, false);
  expect(second_.messages).toHaveLength(1);

  const away = withRemoval(second_.memory, start + 2 * minute);
  expect(away.removedAt).toBe(start + 2 * minute);
  const meanwhile = [
    ...spell('passed', 5 * minute, 9 * minute),
    ...spell('new', 10 * minute, null),
    toldEnded!,
  ];
  const now = start + 60 * minute;
  absorb(away, stored(meanwhile), moment(now));
  withReturn(away, now);
  expect(away.removedAt).toBeUndefined();
  const { messages } = told(away, [], now + second, true);
  const shown = messages.map(({ kind, thread, members }) => [kind, members[0]?.model, thread]);
  const threadOf = (model: string): string =>
    [...first.messages, ...second_.messages].find(({ members }) => members[0]?.model === model)!.thread;
  expect(shown.toSorted()).toEqual([
    ['problem', 'new', expect.any(String)],
    ['problem', 'pending', threadOf('pending')],
    ['resolved', 'told', threadOf('told')],
    ['update', 'still', threadOf('still')],
  ]);
});
