import { mostLookedAt, type MessageChange, type OutboxStore } from '../outbox-port.js';
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
} from '../rows/outbox-row.js';
import { columnsOf, textOf, unnest } from './columns.js';
import type { Database, Sql } from './database.js';
import { prepareFences } from './fences.js';

/** Notices, channels and messages. */
export function prepareOutbox(database: Database): OutboxStore {
  const table = (name: string): string => database.table(name);
  const requireFences = prepareFences(database);
  const types = ['text', 'text', 'text', 'text', 'int8', 'int8', 'int8', 'int8', 'text', 'text'];
  const addMessages = `INSERT INTO ${table('message')} (${messageColumns}) SELECT * FROM ${unnest(types)}
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, created_at = excluded.created_at,
      attempts = excluded.attempts, next_at = excluded.next_at, ended_at = excluded.ended_at,
      last_error = excluded.last_error, body = excluded.body`;
  const changeMessages = `UPDATE ${table('message')} AS stored SET state = given.state, created_at = given.created_at,
      attempts = given.attempts, next_at = given.next_at, ended_at = given.ended_at, last_error = given.last_error
    FROM ${unnest(types.slice(0, -1))} AS given (${headColumns}) WHERE stored.id = given.id`;
  const keepMessages = async (sql: Sql, messages: readonly MessageChange[]): Promise<void> => {
    const rows = messages.map((message) =>
      messageValues(message).map((value) => (typeof value === 'string' ? textOf(value) : value)),
    );
    const added = rows.filter((row) => row.at(-1) !== null);
    if (added.length > 0) await sql.run(addMessages, columnsOf(added, types.length));
    const changed = rows.filter((row) => row.at(-1) === null).map((row) => row.slice(0, -1));
    if (changed.length > 0) await sql.run(changeMessages, columnsOf(changed, types.length - 1));
  };
  const keepChannels = `INSERT INTO ${table('channel')} (name, read_to, memory)
    SELECT * FROM ${unnest(['text', 'int8', 'text'])}
    ON CONFLICT (name) DO UPDATE SET read_to = excluded.read_to, memory = excluded.memory`;
  // Few are looked at, by the indices of those that ended and those that wait.
  const looked = (which: string): string =>
    `(SELECT seq, body FROM ${table('message')} WHERE ${which} LIMIT ${mostLookedAt})`;
  const naming = `seq IN (SELECT seq FROM (
    ${looked('ended_at >= $6::int8 ORDER BY ended_at')} UNION ALL ${looked('ended_at IS NULL')}) AS near
    WHERE position($7::text IN body) > 0)`;
  return {
    async notices(after, limit) {
      const { rows } = await database.run<NoticeRow>(
        `SELECT id, body FROM ${table('notice')} WHERE id > $1::int8 ORDER BY id LIMIT $2::int8`,
        [after, limit],
      );
      const { rows: greatest } = await database.run<{ id: number }>(
        `SELECT coalesce(max(id), 0)::int8 AS id FROM ${table('notice')}`,
        [],
      );
      return { newest: greatest[0]?.id ?? 0, notices: rows.map(noticeOf) };
    },
    async channels() {
      const { rows } = await database.run<ChannelRow>(
        `SELECT name, read_to, memory FROM ${table('channel')}`,
        [],
      );
      return rows.map(channelOf);
    },
    async messages(query) {
      const { channel = null, id = null, states = null, failed = false, before = null, about, limit } = query;
      const named = about === undefined ? [] : [about.from, namedInBody(about.model)];
      const { rows } = await database.run<MessageRow>(
        `SELECT seq, ${messageColumns} FROM ${table('message')}
          WHERE ($1::text IS NULL OR channel = $1::text) AND ($2::text IS NULL OR id = $2::text)
            AND ($3::text[] IS NULL OR state = ANY($3::text[])) AND ($4::int8 IS NULL OR seq < $4::int8)
            ${failed ? `AND ${isFailed}` : ''}
            ${about === undefined ? '' : `AND ${naming}`}
          ORDER BY seq ${query.oldestFirst === true ? '' : 'DESC'} LIMIT $5::int8`,
        [channel, id, states, before, limit, ...named],
      );
      return rows.map(messageOfRow);
    },
    async waiting({ channel, where, limit }) {
      const [bound, order, value] =
        'dueBy' in where ? ['next_at <=', 'next_at DESC', where.dueBy] : ['seq >', 'seq', where.addedAfter];
      const { rows } = await database.run<HeadRow>(
        `SELECT seq, ${headColumns} FROM ${table('message')}
          WHERE channel = $1 AND ended_at IS NULL AND ${bound} $2::int8 ORDER BY ${order} LIMIT $3::int8`,
        [channel, value, limit],
      );
      return rows.map(waitingOfRow);
    },
    async waitingChannels() {
      const { rows } = await database.run<{ channel: string }>(
        `SELECT DISTINCT channel FROM ${table('message')} WHERE ended_at IS NULL ORDER BY channel`,
        [],
      );
      return rows.map(({ channel }) => channel);
    },
    async keepOutbox({ channels, messages, fences = [] }) {
      await database.transaction(async (sql) => {
        await requireFences(sql, fences);
        if (channels.length > 0) {
          const rows = channels.map(({ name, readTo, memory }) => [name, readTo, memory]);
          await sql.run(keepChannels, columnsOf(rows, 3));
        }
        await keepMessages(sql, messages);
      });
    },
  };
}
