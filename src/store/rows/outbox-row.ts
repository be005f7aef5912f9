import type { Notice, StoredNotice } from '../../domain/notify/notice.js';
import type { MessageState, StoredChannel, StoredMessage } from '../outbox-port.js';

export interface NoticeRow {
  readonly id: number;
  readonly body: string;
}

export interface ChannelRow {
  readonly name: string;
  readonly read_to: number;
  readonly memory: string;
}

export interface MessageRow {
  readonly id: string;
  readonly channel: string;
  readonly thread: string;
  readonly state: string;
  readonly created_at: number;
  readonly attempts: number;
  readonly next_at: number;
  readonly ended_at: number | null;
  readonly last_error: string | null;
  readonly body: string;
}

/** Columns of a message in the order of `messageValues`. */
export const messageColumns =
  'id, channel, thread, state, created_at, attempts, next_at, ended_at, last_error, body';

// The bodies are written by this program alone.
export const noticeOf = ({ id, body }: NoticeRow): StoredNotice => ({
  id,
  notice: JSON.parse(body) as Notice,
});

export const channelOf = ({ name, read_to, memory }: ChannelRow): StoredChannel => ({
  name,
  readTo: read_to,
  memory: JSON.parse(memory) as unknown,
});

export const messageOfRow = (row: MessageRow): StoredMessage => ({
  id: row.id,
  channel: row.channel,
  thread: row.thread,
  state: row.state as MessageState,
  createdAt: row.created_at,
  attempts: row.attempts,
  nextAt: row.next_at,
  endedAt: row.ended_at,
  lastError: row.last_error,
  body: JSON.parse(row.body) as unknown,
});

export const messageValues = (message: StoredMessage): readonly (string | number | null)[] => [
  message.id,
  message.channel,
  message.thread,
  message.state,
  message.createdAt,
  message.attempts,
  message.nextAt,
  message.endedAt,
  message.lastError,
  JSON.stringify(message.body),
];
