import type { Database } from 'better-sqlite3';
import {
  mostLookedAt,
  type MessageQuery,
  type OutboxChange,
  type StoredMessage,
  type WaitingQuery,
} from '../../outbox-port.js';
import {
  channelOf,
  headColumns,
  isFailed,
  messageColumns,
  messageOfRow,
  messageValues,
  namedInBody,
  noticeOf,
  waitingOfRow,
  type ChannelRow,
  type HeadRow,
  type MessageRow,
  type NoticeRow,
} from '../../rows/outbox-row.js';

/** Messages whose body has a text: few are looked at, by the indices of those that ended and those that wait. */
const naming = `seq IN (SELECT seq FROM (
    SELECT * FROM (SELECT seq, body FROM messages WHERE ended_at >= ? ORDER BY ended_at LIMIT ${mostLookedAt})
    UNION ALL SELECT * FROM (SELECT seq, body FROM messages WHERE ended_at IS NULL LIMIT ${mostLookedAt}))
  WHERE instr(body, ?) > 0)`;

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
      database.prepare(`UPDATE messages SET state = ?, created_at = ?, attempts = ?, next_at = ?, ended_at = ?,
      last_error = ?, body = coalesce(?, body) WHERE id = ?`),
    add: database.prepare(`INSERT INTO messages (${messageColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    added: database.prepare<[string, number, number], HeadRow>(
      `SELECT seq, ${headColumns} FROM messages WHERE channel = ? AND ended_at IS NULL AND seq > ? ORDER BY seq LIMIT ?`,
    ),
    due: database.prepare<[string, number, number], HeadRow>(
      `SELECT seq, ${headColumns} FROM messages WHERE channel = ? AND ended_at IS NULL AND next_at <= ?
        ORDER BY next_at DESC LIMIT ?`,
    ),
    waitingChannels: database
      .prepare<[], string>('SELECT DISTINCT channel FROM messages WHERE ended_at IS NULL ORDER BY channel')
      .pluck(),
  });
  let prepared: ReturnType<typeof prepare> | null = null;
  const statements = () => (prepared ??= prepare());

  const keep = database.transaction(({ channels, messages }: OutboxChange): void => {
    const { keepChannel, change, add } = statements();
    for (const { name, readTo, memory } of channels) keepChannel.run(name, readTo, memory);
    for (const message of messages) {
      const values = messageValues(message);
      const { state, createdAt, attempts, nextAt, endedAt, lastError, id } = message;
      const body = values.at(-1);
      const { changes } = change.run(state, createdAt, attempts, nextAt, endedAt, lastError, body, id);
      if (changes === 0 && body !== null) add.run(...values);
    }
  });

  return {
    notices: (after: number, limit: number) => ({
      newest: statements().newest.get() ?? 0,
      notices: statements().notices.all(after, limit).map(noticeOf),
    }),
    channels: () => statements().channels.all().map(channelOf),
    messages(query: MessageQuery): StoredMessage[] {
      const { channel, id, states, failed = false, before, about, limit, oldestFirst = false } = query;
      const pending = states?.length === 1 && states[0] === 'pending';
      const conditions = [
        ...(channel === undefined ? [] : ['channel = ?']),
        ...(id === undefined ? [] : ['id = ?']),
        ...(states === undefined ? [] : [`state IN (${states.map(() => '?').join(', ')})`]),
        ...(before === undefined ? [] : ['seq < ?']),
        ...(failed ? [isFailed] : []),
        ...(pending ? ['ended_at IS NULL'] : []),
        ...(about === undefined ? [] : [naming]),
      ];
      const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
      const rows = database
        .prepare<unknown[], MessageRow>(
          `SELECT seq, ${messageColumns} FROM messages ${where} ORDER BY seq ${oldestFirst ? '' : 'DESC'} LIMIT ?`,
        )
        .all(
          ...(channel === undefined ? [] : [channel]),
          ...(id === undefined ? [] : [id]),
          ...(states ?? []),
          ...(before === undefined ? [] : [before]),
          ...(about === undefined ? [] : [about.from, namedInBody(about.model)]),
          limit,
        );
      return rows.map(messageOfRow);
    },
    waiting({ channel, where, limit }: WaitingQuery) {
      const { added, due } = statements();
      const rows =
        'dueBy' in where ? due.all(channel, where.dueBy, limit) : added.all(channel, where.addedAfter, limit);
      return rows.map(waitingOfRow);
    },
    waitingChannels: () => statements().waitingChannels.all(),
    keepOutbox: (change: OutboxChange): void => keep.immediate(change),
  };
}
