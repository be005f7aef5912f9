import type { Store } from '../../store/port.js';
import type { ChannelState } from './channel-state.js';

/** Messages that are read at a time. */
const pageOfMessages = 500;
/** Messages due that one look for others takes. */
const mostFound = 100;

type Waiting = Pick<Store, 'waiting'>;

/** Reads the heads of all messages of a channel that wait. */
export async function findWaiting(store: Waiting, state: ChannelState): Promise<void> {
  for (let addedAfter = 0; ;) {
    const query = { channel: state.name, where: { addedAfter }, limit: pageOfMessages };
    const waiting = await store.waiting(query);
    state.found(waiting);
    if (waiting.length < pageOfMessages) return;
    addedAfter = waiting.at(-1)?.place ?? addedAfter;
  }
}

/** Reads those that somebody else made pending: they are due at once. */
export async function findDue(store: Waiting, state: ChannelState, now: number): Promise<void> {
  state.found(await store.waiting({ channel: state.name, where: { dueBy: now }, limit: mostFound }));
}
