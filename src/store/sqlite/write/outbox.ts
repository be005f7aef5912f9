import type { Database } from 'better-sqlite3';
import type { MessageQuery, OutboxChange, StoredMessage } from '../../outbox-port.js';
import {
  channelOf,
  messageColumns,
  messageOfRow,
  messageValues,
  noticeOf,
  type ChannelRow,
  type MessageRow,
  type NoticeRow,
} from '../../rows/outbox-row.js';

/** Notices, channels and messages. The statements are prepared with their first use: most databases have none of them. */
export function prepareOutbox(database: Database) {
  const prepare = () => ({
    newest: database
      .prepare<[], number>("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'notices'")
      .pluck(),
    notices: database.prepare<[number, number], NoticeRow>(
      'SELECT id, body FROM notices WHERE id > ? ORDER BY id LIMIT ?',
    ),
    channels: database.prepare<[], ChannelRow>('SELECT name, read_to, memory FROM channels'),
    keepChannel: database.prepare(`INSERT INTO channels (name, read_to, memory) VALUES (?, ?, ?)
      ON CONFLICT (name) DO UPDATE SET read_to = excluded.read_to, memory = excluded.memory`),
    // Not an upsert: even one that only updates uses up a number.
    change:
      database.prepare(`UPDATE messages SET state = ?, attempts = ?, next_at = ?, ended_at = ?, last_error = ?
      WHERE id = ?`),
    add: database.prepare(`INSERT INTO messages (${messageColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
  });
  let prepared: ReturnType<typeof prepare> | null = null;
  const statements = () => (prepared ??= prepare());

  const keep = database.transaction(({ channels, messages }: OutboxChange): void => {
    const { keepChannel, change, add } = statements();
    for (const { name, readTo, memory } of channels) keepChannel.run(name, readTo, JSON.stringify(memory));
    for (const message of messages) {
      const { state, attempts, nextAt, endedAt, lastError, id } = message;
      const { changes } = change.run(state, attempts, nextAt, endedAt, lastError, id);
      if (changes === 0) add.run(...messageValues(message));
    }
  });

  return {
    notices: (after: number, limit: number) => ({
      newest: statements().newest.get() ?? 0,
      notices: statements().notices.all(after, limit).map(noticeOf),
    }),
    channels: () => statements().channels.all().map(channelOf),
    messages({ channel, id, states, limit, oldestFirst = false }: MessageQuery): StoredMessage[] {
      const pending = states?.length === 1 && states[0] === 'pending';
      const conditions = [
        ...(channel === undefined ? [] : ['channel = ?']),
        ...(id === undefined ? [] : ['id = ?']),
        ...(states === undefined ? [] : [`state IN (${states.map(() => '?').join(', ')})`]),
        ...(pending ? ['ended_at IS NULL'] : []),
      ];
      const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
      const rows = database
        .prepare<unknown[], MessageRow>(
          `SELECT ${messageColumns} FROM messages ${where} ORDER BY seq ${oldestFirst ? '' : 'DESC'} LIMIT ?`,
        )
        .all(
          ...(channel === undefined ? [] : [channel]),
          ...(id === undefined ? [] : [id]),
          ...(states ?? []),
          limit,
        );
      return rows.map(messageOfRow);
    },
    keepOutbox: (change: OutboxChange): void => keep.immediate(change),
  };
}
