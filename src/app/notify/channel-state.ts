import type { Channel } from '../../domain/notify/channel.js';
import { isOutdated, type Present } from '../../domain/notify/compare.js';
import { withAttempt, withEnd, withFailure, type ChannelMemory } from '../../domain/notify/memory.js';
import type { Message } from '../../domain/notify/message.js';
import type { StateAt, StoredNotice } from '../../domain/notify/notice.js';
import { plan } from '../../domain/notify/plan.js';
import type { Policy } from '../../domain/notify/policy.js';
import type { OutboxChange, StoredMessage } from '../../store/outbox-port.js';
import { nextAttempt } from './attempts.js';
import type { Outcome } from './deliver.js';

/** What the sender holds of one channel: as it is stored, and what is not stored yet. */
export interface ChannelState {
  readonly name: string;
  /** The last notice that was read. */
  readonly readTo: number;
  /** Unix ms of the next look without notices; null for none. */
  readonly nextAt: number | null;
  /** Pending messages, oldest first. */
  readonly pending: readonly StoredMessage[];
  /** True while something is to be written. */
  readonly isDirty: boolean;
  /** True while it has something open that ended, or of a model that was renamed or removed. */
  isOutdated(present: Present): boolean;
  /** Takes notices and plans messages; returns changes held back, by cause. */
  plan(notices: readonly StoredNotice[], readTo: number, look: Look): Readonly<Record<string, number>>;
  /** The message to try now; null for none. */
  due(now: number): StoredMessage | null;
  /** Notes that an attempt begins: until it fails, nothing takes the place of the message. */
  tried(message: StoredMessage): void;
  /** Applies the end of an attempt; true where the message was given up. */
  ended(message: StoredMessage, outcome: Outcome, now: number): boolean;
  /** Messages that are pending in the store, such as one to send again. */
  refresh(stored: readonly StoredMessage[]): void;
  /** What is to be written; `written` is called with it once it is. */
  changes(): OutboxChange;
  written(change: OutboxChange): void;
}

export interface Look {
  readonly policy: Policy;
  readonly now: number;
  readonly isKnown: (model: string) => boolean;
  readonly renamed: (model: string) => string | null;
  readonly endOf?: (state: StateAt) => number | null;
}

export function createChannelState(
  { name }: Pick<Channel, 'name'>,
  initial: { readonly readTo: number; readonly memory: ChannelMemory; readonly isNew: boolean },
  chance: () => number = Math.random,
): ChannelState {
  let { readTo, memory } = initial;
  let isChanged = initial.isNew;
  let nextAt: number | null = 0;
  /** The receiver asked to wait until then. */
  let notBefore = 0;
  let pending: StoredMessage[] = [];
  const unsaved = new Map<string, StoredMessage>();

  const keep = (message: StoredMessage): void => {
    unsaved.set(message.id, message);
    const others = pending.filter(({ id }) => id !== message.id);
    const at = pending.findIndex(({ id }) => id === message.id);
    if (message.state === 'pending') others.splice(at === -1 ? others.length : at, 0, message);
    pending = others;
  };

  const add = (message: Message, supersedes: string | null): void => {
    const former = pending.find(({ id }) => id === supersedes);
    if (former !== undefined) keep({ ...former, state: 'superseded', endedAt: message.at });
    const { id, thread, channel, at } = message;
    keep({
      ...{ id, thread, channel, state: 'pending', createdAt: at },
      // It goes on where the other one was, so that a receiver that is away is not asked more often.
      attempts: former?.attempts ?? 0,
      nextAt: former?.nextAt ?? at,
      ...{ endedAt: null, lastError: former?.lastError ?? null, body: message },
    });
  };

  return {
    name,
    get readTo() {
      return readTo;
    },
    get nextAt() {
      return nextAt;
    },
    get pending() {
      return pending;
    },
    get isDirty() {
      return isChanged || unsaved.size > 0;
    },
    isOutdated: (present) => isOutdated(memory, present),
    plan(notices, to, look) {
      const planned = plan(memory, notices, { channel: name, ...look });
      if (
        to !== readTo ||
        planned.messages.length > 0 ||
        JSON.stringify(planned.memory) !== JSON.stringify(memory)
      )
        isChanged = true;
      ({ memory, nextAt } = planned);
      readTo = to;
      for (const { message, supersedes } of planned.messages) add(message, supersedes);
      return planned.heldBack;
    },
    due(now) {
      if (now < notBefore) return null;
      return pending.find((message) => message.nextAt <= now) ?? null;
    },
    tried({ id }) {
      memory = withAttempt(memory, id);
    },
    ended(message, outcome, now) {
      const current = pending.find(({ id }) => id === message.id);
      if (current === undefined) return false;
      isChanged = true;
      if (outcome.kind !== 'failed') {
        keep({ ...current, state: 'sent', attempts: current.attempts + 1, endedAt: now, lastError: null });
        memory = withEnd(memory, message.id);
        nextAt = now;
        return false;
      }
      const { error: lastError, retryAfterMs } = outcome;
      if (retryAfterMs !== null) notBefore = Math.max(notBefore, now + retryAfterMs);
      const attempts = current.attempts + 1;
      const next = nextAttempt(attempts, now, { chance: chance(), retryAfterMs });
      if (next === null) {
        keep({ ...current, state: 'dead', attempts, endedAt: now, lastError });
        memory = withEnd(memory, message.id);
        return true;
      }
      keep({ ...current, attempts, nextAt: next, lastError });
      memory = withFailure(memory, message.id);
      nextAt = now;
      return false;
    },
    refresh(stored) {
      const own = new Map(pending.map((message) => [message.id, message]));
      const known = new Set(stored.map(({ id }) => id));
      const lost = pending.filter(({ id }) => !known.has(id));
      pending = stored
        .map((message) => unsaved.get(message.id) ?? own.get(message.id) ?? message)
        .filter(({ state }) => state === 'pending');
      // A new database, in place of a damaged one, has none of them.
      for (const message of lost) {
        unsaved.set(message.id, message);
        pending.push(message);
        isChanged = true;
      }
    },
    changes: () => ({
      channels: isChanged ? [{ name, readTo, memory }] : [],
      messages: [...unsaved.values()],
    }),
    written({ channels, messages }) {
      if (channels.some((channel) => channel.memory === memory && channel.readTo === readTo))
        isChanged = false;
      for (const message of messages) if (unsaved.get(message.id) === message) unsaved.delete(message.id);
    },
  };
}

/** The stored memory of a channel; null for one of another format. */
export function memoryOf(stored: unknown): ChannelMemory | null {
  const isMemory =
    typeof stored === 'object' && stored !== null && 'version' in stored && stored.version === 1;
  // Only this program writes it, in this format.
  return isMemory ? (stored as ChannelMemory) : null;
}
