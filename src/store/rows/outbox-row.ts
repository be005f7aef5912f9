import type { Notice, StoredNotice } from '../../domain/notify/notice.js';
import type {
  MessageChange,
  MessageState,
  StoredChannel,
  StoredMessage,
  WaitingMessage,
} from '../outbox-port.js';

export interface NoticeRow {
  readonly id: number;
  readonly body: string;
}

export interface ChannelRow {
  readonly name: string;
  readonly read_to: number;
  readonly memory: string;
}

export interface HeadRow {
  readonly seq: number;
  readonly id: string;
  readonly channel: string;
  readonly thread: string;
  readonly state: string;
  readonly created_at: number;
  readonly attempts: number;
  readonly next_at: number;
  readonly ended_at: number | null;
  readonly last_error: string | null;
}

export interface MessageRow extends HeadRow {
  readonly body: string;
}

/** Columns of a message in the order of `messageValues`; the body is the last one. */
export const headColumns = 'id, channel, thread, state, created_at, attempts, next_at, ended_at, last_error';
export const messageColumns = `${headColumns}, body`;

/** The condition of messages that are failed; the index of each store has the same one. */
export const isFailed = "last_error IS NOT NULL AND state IN ('pending', 'dead')";

// The bodies are written by this program alone.
export const noticeOf = ({ id, body }: NoticeRow): StoredNotice => ({
  id,
  notice: JSON.parse(body) as Notice,
});

export const channelOf = ({ name, read_to, memory }: ChannelRow): StoredChannel => ({
  name,
  readTo: read_to,
  memory,
});

export const waitingOfRow = (row: HeadRow): WaitingMessage => ({
  place: row.seq,
  id: row.id,
  channel: row.channel,
  thread: row.thread,
  state: row.state as MessageState,
  createdAt: row.created_at,
  attempts: row.attempts,
  nextAt: row.next_at,
  endedAt: row.ended_at,
  lastError: row.last_error,
});

export const messageOfRow = (row: MessageRow): StoredMessage => ({
  ...waitingOfRow(row),
  body: JSON.parse(row.body) as unknown,
});

/** Null for a body that stays as it is. */
export const messageValues = (message: MessageChange): readonly (string | number | null)[] => [
  message.id,
  message.channel,
  message.thread,
  message.state,
  message.createdAt,
  message.attempts,
  message.nextAt,
  message.endedAt,
  message.lastError,
  message.body === undefined ? null : JSON.stringify(message.body),
];

/** How the body of a message names a model. */
export const namedInBody = (model: string): string => `"model":${JSON.stringify(model)}`;
