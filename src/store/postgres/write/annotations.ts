import { randomBytes } from 'node:crypto';
import type { Store } from '../../port.js';
import { textOf } from '../columns.js';
import type { Database } from '../database.js';
import type { prepareIncidents } from '../read/incident-query.js';

type Annotating = Pick<Store, 'addNote' | 'exclude' | 'include' | 'secret'>;

/** Writes what people add, and the secret of the database. */
export function prepareAnnotating(
  database: Database,
  { incident }: Pick<ReturnType<typeof prepareIncidents>, 'incident'>,
): Annotating {
  const table = (name: string): string => database.table(name);
  return {
    addNote: (id, { at, author, text }) =>
      database.transaction(async (sql) => {
        const { changes } = await sql.run(
          `INSERT INTO ${table('note')} (incident, at, author, text)
            SELECT id, $2::int8, $3::text, $4::text FROM ${table('incident')} WHERE id = $1::int8`,
          [id, at, author === null ? null : textOf(author), textOf(text)],
        );
        return changes > 0 ? incident(sql, id) : null;
      }),
    exclude: (key, { from, to, reason, createdAt }) =>
      database.transaction(async (sql) => {
        const { rows } = await sql.run<{ id: number }>(
          `INSERT INTO ${table('exclusion')} (model, starts, ends, reason, created_at) VALUES ($1, $2, $3, $4, $5)
            RETURNING id`,
          [key, from, to, textOf(reason), createdAt],
        );
        const [row] = rows;
        if (row === undefined) throw new Error('the exclusion was not stored');
        return { from, to, reason, createdAt, id: row.id };
      }),
    include: (key, id) =>
      database.transaction(async (sql) => {
        const { changes } = await sql.run(
          `DELETE FROM ${table('exclusion')} WHERE model = $1 AND id = $2::int8`,
          [key, id],
        );
        return changes > 0;
      }),
    async secret() {
      const known = `SELECT value FROM ${table('secret')} WHERE name = 'ids'`;
      // A read where it can be, since pages are read while nothing can be written.
      const { rows } = await database.run<{ value: Buffer }>(known, []);
      if (rows[0] !== undefined) return rows[0].value.toString('hex');
      return database.transaction(async (sql) => {
        await sql.run(
          `INSERT INTO ${table('secret')} (name, value) VALUES ('ids', $1::bytea) ON CONFLICT DO NOTHING`,
          [randomBytes(32)],
        );
        const made = await sql.run<{ value: Buffer }>(known, []);
        return made.rows[0]?.value.toString('hex') ?? '';
      });
    },
  };
}
