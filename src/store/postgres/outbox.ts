import type { OutboxStore } from '../outbox-port.js';
import {
  channelOf,
  messageColumns,
  messageOfRow,
  messageValues,
  noticeOf,
  type ChannelRow,
  type MessageRow,
  type NoticeRow,
} from '../rows/outbox-row.js';
import { columnsOf, textOf, unnest } from './columns.js';
import type { Database } from './database.js';
import { prepareFences } from './fences.js';

/** Notices, channels and messages. */
export function prepareOutbox(database: Database): OutboxStore {
  const table = (name: string): string => database.table(name);
  const requireFences = prepareFences(database);
  const types = ['text', 'text', 'text', 'text', 'int8', 'int8', 'int8', 'int8', 'text', 'text'];
  const keepMessages = `INSERT INTO ${table('message')} (${messageColumns}) SELECT * FROM ${unnest(types)}
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, attempts = excluded.attempts, next_at = excluded.next_at,
      ended_at = excluded.ended_at, last_error = excluded.last_error`;
  const keepChannels = `INSERT INTO ${table('channel')} (name, read_to, memory)
    SELECT * FROM ${unnest(['text', 'int8', 'text'])}
    ON CONFLICT (name) DO UPDATE SET read_to = excluded.read_to, memory = excluded.memory`;
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
    async messages({ channel = null, id = null, states = null, limit, oldestFirst = false }) {
      const { rows } = await database.run<MessageRow>(
        `SELECT ${messageColumns} FROM ${table('message')}
          WHERE ($1::text IS NULL OR channel = $1::text) AND ($2::text IS NULL OR id = $2::text)
            AND ($3::text[] IS NULL OR state = ANY($3::text[]))
          ORDER BY seq ${oldestFirst ? '' : 'DESC'} LIMIT $4::int8`,
        [channel, id, states, limit],
      );
      return rows.map(messageOfRow);
    },
    async keepOutbox({ channels, messages, fences = [] }) {
      await database.transaction(async (sql) => {
        await requireFences(sql, fences);
        if (channels.length > 0) {
          const rows = channels.map(({ name, readTo, memory }) => [name, readTo, JSON.stringify(memory)]);
          await sql.run(keepChannels, columnsOf(rows, 3));
        }
        if (messages.length === 0) return;
        const rows = messages.map((message) =>
          messageValues(message).map((value) => (typeof value === 'string' ? textOf(value) : value)),
        );
        await sql.run(keepMessages, columnsOf(rows, types.length));
      });
    },
  };
}
