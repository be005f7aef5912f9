import type { StoredNotice } from '../domain/notify/notice.js';
import type { ShardFence } from './fleet-port.js';

/** `pending` is still to be delivered; `superseded` gave its place to a newer one of its thread; `dead` was given up. */
export const messageStates = ['pending', 'sent', 'superseded', 'dead'] as const;
export type MessageState = (typeof messageStates)[number];

/** How far a channel has read the notices, and its memory as JSON, whose format the store does not know. */
export interface StoredChannel {
  readonly name: string;
  readonly readTo: number;
  readonly memory: string;
}

/** A message without what it says. */
export interface MessageHead {
  readonly id: string;
  readonly channel: string;
  readonly thread: string;
  readonly state: MessageState;
  /** Unix ms, as are the other times: since when it is to be delivered. */
  readonly createdAt: number;
  readonly attempts: number;
  readonly nextAt: number;
  /** Null while pending. */
  readonly endedAt: number | null;
  readonly lastError: string | null;
}

/** A message to add, or changes of one; its body stays as it is where none is given. */
export interface MessageChange extends MessageHead {
  /** JSON. */
  readonly body?: unknown;
}

export interface StoredMessage extends MessageHead {
  /** Grows with each message that is added; for pages. */
  readonly place: number;
  /** JSON. */
  readonly body: unknown;
}

export interface MessageQuery {
  readonly channel?: string;
  readonly id?: string;
  readonly states?: readonly MessageState[];
  /** Only those that name this model: of the first that ended from then on (Unix ms), and of those that wait, at most `mostLookedAt` each. */
  readonly about?: { readonly model: string; readonly from: number };
  /** Only messages with a failed attempt that are not delivered, and have given their place to none. */
  readonly failed?: boolean;
  /** Only messages with a lower place: the next page. */
  readonly before?: number;
  /** Oldest first; newest first unless set. */
  readonly oldestFirst?: boolean;
  readonly limit: number;
}

/** A pending message of a channel. */
export type WaitingMessage = MessageHead & Pick<StoredMessage, 'place'>;

export interface WaitingQuery {
  readonly channel: string;
  /** `added`: in the order in which they were added, behind this place. `dueBy`: those due by a time, the latest due first. */
  readonly where: { readonly addedAfter: number } | { readonly dueBy: number };
  readonly limit: number;
}

/** A message may be long, and no index knows its models. */
export const mostLookedAt = 500;

/** What one transaction changes. */
export interface OutboxChange {
  readonly channels: readonly StoredChannel[];
  /** Added, or changed where the id is known. */
  readonly messages: readonly MessageChange[];
  /** Where instances share the store: rejects with FencedError once a shard has another fence. */
  readonly fences?: readonly ShardFence[];
}

/** Notices, what channels know, and messages to them. */
export interface OutboxStore {
  /** Notices behind `after`, by id, and the greatest id that was ever given. */
  notices(after: number, limit: number): Promise<{ newest: number; notices: readonly StoredNotice[] }>;
  channels(): Promise<readonly StoredChannel[]>;
  /** Newest first. */
  messages(query: MessageQuery): Promise<readonly StoredMessage[]>;
  /** Pending messages of a channel, without bodies: there may be many. */
  waiting(query: WaitingQuery): Promise<readonly WaitingMessage[]>;
  /** Names of channels with pending messages. */
  waitingChannels(): Promise<readonly string[]>;
  keepOutbox(change: OutboxChange): Promise<void>;
}

/** ms for which notices, and messages after their end, are kept. */
export const outboxKeptMs = 30 * 24 * 60 * 60 * 1_000;
