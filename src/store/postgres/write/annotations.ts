import { randomBytes } from 'node:crypto';
import { isSameAcknowledgement } from '../../../domain/incident.js';
import type { Store } from '../../port.js';
import { acknowledgementColumns, acknowledgementOf } from '../../rows/incident-row.js';
import { textOf } from '../columns.js';
import type { Database } from '../database.js';
import type { prepareIncidents } from '../read/incident-query.js';
import { noticeLock } from './batch-write.js';

type AcknowledgementRow = Parameters<typeof acknowledgementOf>[0] & { readonly open: boolean };
type Annotating = Pick<Store, 'addNote' | 'acknowledge' | 'exclude' | 'include' | 'secret'>;

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
    acknowledge: (id, { acknowledgement: next, notice }) =>
      database.transaction(async (sql) => {
        // Locked, so that the results that close it come before or after.
        const { rows } = await sql.run<AcknowledgementRow>(
          `SELECT coalesce(closed_at, retired_at) IS NULL AS open, ${acknowledgementColumns('given')}
            FROM ${table('incident')} AS incident JOIN ${table('model')} AS model ON model.key = incident.model
            LEFT JOIN ${table('acknowledgement')} AS given ON given.incident = incident.id
            WHERE incident.id = $1::int8 FOR UPDATE OF incident`,
          [id],
        );
        const [row] = rows;
        if (row === undefined) return null;
        const changed = row.open && !isSameAcknowledgement(acknowledgementOf(row), next);
        if (changed && next === null)
          await sql.run(`DELETE FROM ${table('acknowledgement')} WHERE incident = $1::int8`, [id]);
        if (changed && next !== null)
          await sql.run(
            `INSERT INTO ${table('acknowledgement')} (incident, at, author, note, ends) VALUES ($1, $2, $3, $4, $5)
              ON CONFLICT (incident) DO UPDATE SET at = excluded.at, author = excluded.author, note = excluded.note,
                ends = excluded.ends`,
            [id, next.at, textOf(next.by), next.note === null ? null : textOf(next.note), next.until],
          );
        if (changed) {
          await sql.run(`SELECT pg_advisory_xact_lock(${noticeLock})`, []);
          await sql.run(`INSERT INTO ${table('notice')} (at, body) VALUES ($1, $2)`, [
            notice.at,
            textOf(JSON.stringify(notice)),
          ]);
        }
        const known = await incident(sql, id);
        return known === null ? null : { incident: known, changed };
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
