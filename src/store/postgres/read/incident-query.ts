import type { Exclusion } from '../../../domain/exclusion.js';
import type { Note } from '../../../domain/incident.js';
import { blameCodes } from '../../codes.js';
import type { IncidentQuery, StoredIncident } from '../../port.js';
import { acknowledgementColumns, addedText, incidentOf, type IncidentRow } from '../../rows/incident-row.js';
import { instant, textOf } from '../columns.js';
import type { Database, Sql } from '../database.js';
import { exclusionColumns } from './annotation-query.js';

/** Incidents whose texts are read at a time. */
const atOnce = 50;

/** Models that left the registry are no longer checked, so their incidents end there. */
const ended = 'coalesce(closed_at, model.retired_at)';

/** Conditions of a query, and their parameters. */
function conditionsOf(query: IncidentQuery): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const require = (condition: (...places: string[]) => string, ...given: unknown[]): void => {
    conditions.push(condition(...given.map((value) => `$${values.push(value)}`)));
  };
  const { model, models, named, blame, open, from, to, after, before } = query;
  if (model !== undefined) require((key) => `incident.model = ${key}::int8`, model);
  if (models !== undefined) require((keys) => `incident.model = ANY(${keys}::int8[])`, models);
  if (named !== undefined) require((id) => `model.id = ${id}`, textOf(named));
  if (blame !== undefined) require((code) => `blame = ${code}`, blameCodes.toCode(blame));
  if (open !== undefined) conditions.push(`${ended} IS ${open ? '' : 'NOT '}NULL`);
  if (to !== undefined) require((time) => `opened_at < ${time}::int8`, instant(to));
  if (from !== undefined) require((time) => `(${ended} IS NULL OR ${ended} > ${time}::int8)`, instant(from));
  if (before !== undefined) require((id) => `incident.id < ${id}::int8`, instant(before));
  if (after !== undefined)
    require((time, id) =>
      `(opened_at, incident.id) < (${time}::int8, ${id}::int8)`, after.openedAt, after.id);
  return { where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values };
}

type Row = IncidentRow & { readonly key: number };

/** Incidents newest first, with notes and exclusions. */
export function prepareIncidents(database: Database) {
  const table = (name: string): string => database.table(name);
  const select = `SELECT incident.id, model.id AS model, model.key AS key, opened_at, closed_at, reason, blame,
    checks_failed, last_detail, ${acknowledgementColumns('acknowledgement')} FROM ${table('incident')} AS incident
    JOIN ${table('model')} AS model ON model.key = incident.model
    LEFT JOIN ${table('acknowledgement')} AS acknowledgement ON acknowledgement.incident = incident.id`;

  async function withTexts(sql: Sql, rows: readonly Row[]): Promise<StoredIncident[]> {
    if (rows.length === 0) return [];
    const notes = await sql.run<Note & { incident: number }>(
      `SELECT incident, at, author, text FROM ${table('note')} WHERE incident = ANY($1::int8[]) ORDER BY id`,
      [rows.map(({ id }) => id)],
    );
    const exclusions = await sql.run<Exclusion & { incident: number }>(
      `SELECT given.id AS incident, ${exclusionColumns('stored')}
        FROM unnest($1::int8[], $2::int4[], $3::int8[], $4::int8[]) AS given (id, model, opened_at, closed_at)
        JOIN ${table('exclusion')} AS stored ON stored.model = given.model AND stored.starts < given.closed_at
          AND stored.ends > given.opened_at ORDER BY stored.starts, stored.id`,
      [
        rows.map(({ id }) => id),
        rows.map(({ key }) => key),
        rows.map((row) => row.opened_at),
        rows.map((row) => row.closed_at ?? Number.MAX_SAFE_INTEGER),
      ],
    );
    const own = <Part extends { incident: number }>(parts: readonly Part[], id: number) =>
      parts.filter(({ incident: of }) => of === id);
    return rows.map((row) =>
      incidentOf(row, {
        notes: own(notes.rows, row.id).map(({ at, author, text }) => ({ at, author, text })),
        exclusions: own(exclusions.rows, row.id).map(({ id, from, to, reason, createdAt }) => ({
          id,
          from,
          to,
          reason,
          createdAt,
        })),
      }),
    );
  }

  return {
    async incident(sql: Sql, id: number): Promise<StoredIncident | null> {
      const { rows } = await sql.run<Row>(`${select} WHERE incident.id = $1::int8`, [id]);
      return (await withTexts(sql, rows))[0] ?? null;
    },
    incidents: (query: IncidentQuery): Promise<StoredIncident[]> =>
      database.snapshot(async (sql) => {
        const { limit, order, mostText = Infinity } = query;
        const { where, values } = conditionsOf(query);
        const by = order === 'stored' ? 'incident.id DESC' : 'opened_at DESC, incident.id DESC';
        const { rows } = await sql.run<Row>(
          `${select} ${where} ORDER BY ${by} LIMIT $${values.length + 1}::int8`,
          [...values, instant(limit)],
        );
        const found: StoredIncident[] = [];
        let text = 0;
        for (let at = 0; at < rows.length; at += atOnce) {
          for (const incident of await withTexts(sql, rows.slice(at, at + atOnce))) {
            if (text > mostText) return found;
            text += addedText(incident);
            found.push(incident);
          }
        }
        return found;
      }),
  };
}
