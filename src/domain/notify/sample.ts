import type { Message } from './message.js';

/** The message that tests a channel. */
export function testMessage(channel: string, now: number, id: string): Message {
  return {
    ...{ id, thread: id, channel, kind: 'test', at: now, since: now, group: {} },
    ...{ open: 0, ended: 0, members: [], more: 0, heldBack: {} },
  };
}
