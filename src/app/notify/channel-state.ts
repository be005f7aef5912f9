import type { Channel } from '../../domain/notify/channel.js';
import { isOutdated, type Present } from '../../domain/notify/compare.js';
import {
  withAttempt,
  withEnd,
  withFailure,
  withGivenUp,
  withLoss,
  withUnknownAttempts,
  type ChannelMemory,
} from '../../domain/notify/memory.js';
import type { Message } from '../../domain/notify/message.js';
import type { Notice, StateAt, StoredNotice } from '../../domain/notify/notice.js';
import { plan } from '../../domain/notify/plan.js';
import type { Policy } from '../../domain/notify/policy.js';
import { absorb, withReturn } from '../../domain/notify/removal.js';
import { notOpen } from '../../domain/notify/returned.js';
import { minuteMs } from '../../domain/period.js';
import type { MessageChange, MessageHead, OutboxChange } from '../../store/outbox-port.js';
import { longestRetryAfterMs, mostFormer, nextAttempt } from './attempts.js';
import type { Outcome } from './deliver.js';

/** What the sender holds of one channel: as it is stored, and what is not stored yet. */
export interface ChannelState {
  readonly name: string;
  /** The last notice that was read. */
  readonly readTo: number;
  /** True until the first plan of a channel that the store did not know. */
  readonly isNew: boolean;
  /** Unix ms of the next look without notices; null for none. */
  readonly nextAt: number | null;
  /** Pending messages, oldest first, without what they say: there may be many. */
  readonly pending: Iterable<MessageHead>;
  /**
   * True once something has to be written: messages, their ends and what was done to acknowledgements at once. What other notices
   * changed waits for that up to 30 s: they would be read again, and in a storm the memory would be written whole each second.
   */
  mustWrite(now: number): boolean;
  /** True while it has something open that ended, or of a model that was renamed or removed. */
  isOutdated(present: Present): boolean;
  /** False where other routes lead to it than when it was last told of all that lasts. */
  isRouted(digest: string): boolean;
  /** Those of states that are not open for it. */
  notOpen(lasting: readonly Notice[]): readonly Notice[];
  /** Takes notices and plans messages; returns changes held back, by cause. If it throws, the state is void. */
  plan(notices: readonly StoredNotice[], readTo: number, look: Look): Readonly<Record<string, number>>;
  /** The message to try now; null for none. */
  due(now: number): MessageHead | null;
  /** Notes that the clock was set back to `now` by so many ms: nothing waits longer for that. */
  setBack(now: number, ms: number): void;
  /** Notes that an attempt begins: until it fails, nothing takes the place of the message. */
  tried(message: MessageHead): void;
  /** Applies the end of an attempt; true where the message was given up. */
  ended(message: MessageHead, outcome: Outcome, now: number): boolean;
  /** Notes that the store does not have the message, such as a new database in place of a damaged one: it is planned again. */
  lost(message: MessageHead): void;
  /** Messages that are pending in the store, such as one to send again. */
  found(stored: readonly MessageHead[]): void;
  /** What is to be written; `written` is called with it once it is. */
  changes(): OutboxChange;
  written(change: OutboxChange): void;
}

export interface Look {
  readonly policy: Policy;
  readonly now: number;
  readonly isKnown: (model: string) => boolean;
  readonly compares?: boolean;
  /** Digest of the routes under which the notices have all that lasts. */
  readonly routes?: string;
  readonly renamed: (model: string) => string | null;
  readonly endOf?: (state: StateAt) => number | null;
  readonly lastingOf?: (model: string, since: number) => readonly Notice[] | null;
  /** No further notices are stored. */
  readonly isUpToDate: boolean;
  readonly isResting: (model: string) => boolean;
}

/** Least ms between two attempts of a message that come before its time, so that one that is always refused is not sent with each other one. */
const earlyEveryMs = minuteMs;

/** ms for which what was read alone is not written. */
const longestUnwrittenMs = 30_000;

const isOfAcknowledgement = ({ notice: { kind } }: StoredNotice): boolean =>
  kind === 'acknowledged' || kind === 'taken_back';

export function createChannelState(
  { name }: Pick<Channel, 'name'>,
  initial: { readonly readTo: number; readonly memory: ChannelMemory; readonly isNew: boolean },
  chance: () => number = Math.random,
): ChannelState {
  let { readTo, isNew } = initial;
  const memory = withUnknownAttempts(initial.memory);
  /** Numbers of changes of the memory: of the newest one, of the newest one that is to be written at once, and of what is written. */
  let newest = initial.isNew ? 1 : 0;
  let urgent = newest;
  let saved = 0;
  /** Unix ms of the first change that is not written. */
  let changedAt = 0;
  const takenAt = new WeakMap<OutboxChange, number>();
  let nextAt: number | null = 0;
  /** The receiver asked to wait until then. */
  let notBefore = 0;
  const pending = new Map<string, MessageHead>();
  const unsaved = new Map<string, MessageChange>();
  /** Messages that need not wait for their time, and when one was last tried before it (Unix ms). */
  const early = new Set<string>();
  const triedEarlyAt = new Map<string, number>();

  const touch = (now: number): void => {
    if (newest === saved) changedAt = now;
    newest += 1;
  };
  const touchNow = (): void => {
    newest += 1;
    urgent = newest;
  };

  const keep = (change: MessageChange): void => {
    const { body, ...head } = { ...unsaved.get(change.id), ...change };
    unsaved.set(head.id, body === undefined ? head : { ...head, body });
    if (head.state === 'pending') pending.set(head.id, head);
    else drop(head.id);
  };

  const drop = (id: string): void => {
    pending.delete(id);
    early.delete(id);
    triedEarlyAt.delete(id);
  };

  /** The receiver takes messages: what waits after failed attempts is tried now, since its wait may be one of hours. */
  const hurry = (now: number): void => {
    for (const { id, attempts } of pending.values())
      if (attempts > 0 && Math.abs(now - (triedEarlyAt.get(id) ?? -Infinity)) >= earlyEveryMs) early.add(id);
  };

  const add = (message: Message, supersedes: string | null): void => {
    const former = supersedes === null ? undefined : pending.get(supersedes);
    const isEarly = supersedes !== null && early.has(supersedes);
    if (former !== undefined) keep({ ...former, state: 'superseded', endedAt: message.at });
    const { id, thread, channel, at } = message;
    if (isEarly) early.add(id);
    keep({
      ...{ id, thread, channel, state: 'pending', createdAt: at },
      // It goes on where the other one was, so that a receiver that is away is not asked more often.
      attempts: Math.min(former?.attempts ?? 0, mostFormer),
      nextAt: former?.nextAt ?? at,
      ...{ endedAt: null, lastError: former?.lastError ?? null, body: message },
    });
  };

  return {
    name,
    get readTo() {
      return readTo;
    },
    get isNew() {
      return isNew;
    },
    get nextAt() {
      return nextAt;
    },
    pending: { [Symbol.iterator]: () => pending.values() },
    // Until its first plan, a channel that is read again is new again.
    mustWrite: (now) =>
      !isNew &&
      (urgent > saved || unsaved.size > 0 || (newest > saved && now >= changedAt + longestUnwrittenMs)),
    isOutdated: (present) => isOutdated(memory, present),
    // One that an older version wrote was told of what lasts.
    isRouted: (digest) => memory.routes === undefined || memory.routes === digest,
    notOpen: (lasting) => notOpen(memory, lasting),
    plan(notices, to, look) {
      isNew = false;
      if (look.routes !== undefined && memory.routes !== look.routes) {
        memory.routes = look.routes;
        touch(look.now);
      }
      if (notices.some(isOfAcknowledgement)) touchNow();
      if (memory.removedAt !== undefined) {
        absorb(memory, notices, { channel: name, ...look });
        touch(look.now);
        if (look.isUpToDate) {
          withReturn(memory, look.now);
          touchNow();
        }
        [readTo, nextAt] = [to, look.now];
        return {};
      }
      const planned = plan(memory, notices, { channel: name, ...look });
      if (planned.isChanged || to !== readTo) touch(look.now);
      if (planned.messages.length > 0) touchNow();
      ({ nextAt } = planned);
      readTo = to;
      for (const { message, supersedes } of planned.messages) add(message, supersedes);
      return planned.heldBack;
    },
    due(now) {
      if (now < notBefore) return null;
      // One that is ahead of the clock was stored before that was set back.
      for (const message of pending.values())
        if (message.nextAt <= now || message.createdAt > now || early.has(message.id)) return message;
      return null;
    },
    setBack(now, ms) {
      [nextAt, notBefore, changedAt] = [0, notBefore - ms, changedAt - ms];
      for (const message of pending.values()) {
        const createdAt = Math.min(message.createdAt, now);
        pending.set(message.id, { ...message, createdAt, nextAt: message.nextAt - ms });
      }
    },
    tried({ id }) {
      withAttempt(memory, id);
    },
    ended(message, outcome, now) {
      const known = pending.get(message.id);
      if (known === undefined) return false;
      const current = { ...known, createdAt: Math.min(known.createdAt, now) };
      touchNow();
      if (outcome.kind !== 'failed') {
        keep({ ...current, state: 'sent', attempts: current.attempts + 1, endedAt: now, lastError: null });
        withEnd(memory, message.id);
        nextAt = now;
        if (outcome.kind === 'delivered') hurry(now);
        return false;
      }
      const { error: lastError, retryAfterMs } = outcome;
      if (retryAfterMs !== null)
        notBefore = Math.max(notBefore, now + Math.min(retryAfterMs, longestRetryAfterMs));
      if (early.delete(message.id) && current.nextAt > now) {
        // As if it had not been tried: its schedule is for a receiver that is away.
        triedEarlyAt.set(message.id, now);
        keep({ ...current, lastError });
        withFailure(memory, message.id);
        nextAt = now;
        return false;
      }
      const attempts = current.attempts + 1;
      const next = nextAttempt({ attempts, since: current.createdAt }, now, {
        chance: chance(),
        retryAfterMs,
      });
      if (next === null) {
        keep({ ...current, state: 'dead', attempts, endedAt: now, lastError });
        withGivenUp(memory, message.id);
        nextAt = now;
        return true;
      }
      keep({ ...current, attempts, nextAt: next, lastError });
      withFailure(memory, message.id);
      nextAt = now;
      return false;
    },
    lost({ id }) {
      drop(id);
      unsaved.delete(id);
      withLoss(memory, id);
      touchNow();
      nextAt = 0;
    },
    found(stored) {
      for (const message of stored)
        if (!pending.has(message.id) && !unsaved.has(message.id)) pending.set(message.id, message);
    },
    changes() {
      const isChanged = newest > saved;
      // As text: it is not copied member by member on its way to the store.
      const channels = isChanged ? [{ name, readTo, memory: JSON.stringify(memory) }] : [];
      const change = { channels, messages: [...unsaved.values()] };
      takenAt.set(change, newest);
      return change;
    },
    written(change) {
      if (change.channels.length > 0) saved = takenAt.get(change) ?? saved;
      for (const message of change.messages)
        if (unsaved.get(message.id) === message) unsaved.delete(message.id);
    },
  };
}

/** The stored memory of a channel; null for none, and for one of another format. */
export function memoryOf(stored: string | undefined): ChannelMemory | null {
  const read: unknown = stored === undefined ? null : JSON.parse(stored);
  const isMemory = typeof read === 'object' && read !== null && 'version' in read && read.version === 1;
  // Only this program writes it, in this format.
  return isMemory ? (read as ChannelMemory) : null;
}
