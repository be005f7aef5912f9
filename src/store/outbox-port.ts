import type { StoredNotice } from '../domain/notify/notice.js';
import type { ShardFence } from './fleet-port.js';

/** `pending` is still to be delivered; `superseded` gave its place to a newer one of its thread; `dead` was given up. */
export const messageStates = ['pending', 'sent', 'superseded', 'dead'] as const;
export type MessageState = (typeof messageStates)[number];

/** How far a channel has read the notices, and its memory, whose format the store does not know. */
export interface StoredChannel {
  readonly name: string;
  readonly readTo: number;
  readonly memory: unknown;
}

export interface StoredMessage {
  readonly id: string;
  readonly channel: string;
  readonly thread: string;
  readonly state: MessageState;
  /** Unix ms, as are the other times. */
  readonly createdAt: number;
  readonly attempts: number;
  readonly nextAt: number;
  /** Null while pending. */
  readonly endedAt: number | null;
  readonly lastError: string | null;
  /** JSON. */
  readonly body: unknown;
}

export interface MessageQuery {
  readonly channel?: string;
  readonly id?: string;
  readonly states?: readonly MessageState[];
  readonly limit: number;
  /** Oldest first; newest first unless set. */
  readonly oldestFirst?: boolean;
}

/** What one transaction changes. */
export interface OutboxChange {
  readonly channels: readonly StoredChannel[];
  /** Added, or changed where the id is known. */
  readonly messages: readonly StoredMessage[];
  /** Where instances share the store: rejects with FencedError once a shard has another fence. */
  readonly fences?: readonly ShardFence[];
}

/** Notices, what channels know, and messages to them. */
export interface OutboxStore {
  /** Notices behind `after`, by id, and the greatest id that was ever given. */
  notices(after: number, limit: number): Promise<{ newest: number; notices: readonly StoredNotice[] }>;
  channels(): Promise<readonly StoredChannel[]>;
  messages(query: MessageQuery): Promise<readonly StoredMessage[]>;
  keepOutbox(change: OutboxChange): Promise<void>;
}

/** ms for which notices, and messages after their end, are kept. */
export const outboxKeptMs = 30 * 24 * 60 * 60 * 1_000;
