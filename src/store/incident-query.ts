import type { Database } from 'better-sqlite3';
import { blameCodes, reasonCodes } from './codes.js';
import type { IncidentQuery, StoredIncident } from './port.js';

interface IncidentRow {
  readonly id: number;
  readonly model: string;
  readonly opened_at: number;
  readonly closed_at: number | null;
  readonly reason: number;
  readonly blame: number | null;
  readonly checks_failed: number;
  readonly last_detail: string | null;
}

function incidentOf(row: IncidentRow): StoredIncident {
  return {
    id: row.id,
    model: row.model,
    openedAt: row.opened_at,
    closedAt: row.closed_at,
    reason: reasonCodes.toWord(row.reason),
    blame: row.blame === null ? null : blameCodes.toWord(row.blame),
    checksFailed: row.checks_failed,
    lastDetail: row.last_detail,
  };
}

/** Incidents newest first. */
export function prepareIncidents(database: Database): (query: IncidentQuery) => StoredIncident[] {
  const select = database.prepare<[Record<string, number | null>], IncidentRow>(`
    SELECT incidents.id, models.id AS model, opened_at, closed_at, reason, blame, checks_failed, last_detail
    FROM incidents JOIN models ON models.key = incidents.model
    WHERE (@model IS NULL OR incidents.model = @model) AND (@open IS NULL OR (closed_at IS NULL) = @open)
      AND (@to IS NULL OR opened_at < @to) AND (@from IS NULL OR closed_at IS NULL OR closed_at > @from)
      AND (@before IS NULL OR incidents.id < @before)
    ORDER BY incidents.id DESC LIMIT @limit`);
  return ({ model, open, from, to, before, limit }) =>
    select
      .all({
        model: model ?? null,
        open: open === undefined ? null : Number(open),
        from: from ?? null,
        to: to ?? null,
        before: before ?? null,
        limit,
      })
      .map(incidentOf);
}
