import type { Database } from 'better-sqlite3';
import { prepareAnnotations } from '../write/annotations.js';
import { blameCodes } from '../../codes.js';
import type { IncidentQuery, StoredIncident } from '../../port.js';
import { acknowledgementColumns, addedText, incidentOf, type IncidentRow } from '../../rows/incident-row.js';

// CROSS JOIN, since the planner would else begin with the models and sort all.
const columns = `incidents.id, models.id AS model, models.key AS key, opened_at, closed_at, reason, blame, checks_failed,
  last_detail, ${acknowledgementColumns('acknowledgements')} FROM incidents CROSS JOIN models ON models.key = incidents.model
  LEFT JOIN acknowledgements ON acknowledgements.incident = incidents.id`;

/** Models that left the registry are no longer checked, so their incidents end there. */
const ended = 'coalesce(closed_at, models.retired_at)';

/** Incidents newest first, with notes and exclusions. */
export function prepareIncidents(database: Database) {
  const { notesOf, exclusionsOf } = prepareAnnotations(database);
  const one = database.prepare<[number], IncidentRow>(`SELECT ${columns} WHERE incidents.id = ?`);
  const selectBy = (order: string) =>
    database.prepare<[Record<string, number | string | null>], IncidentRow>(`SELECT ${columns}
    WHERE (@model IS NULL OR incidents.model = @model) AND (@open IS NULL OR (${ended} IS NULL) = @open)
      AND (@to IS NULL OR opened_at < @to) AND (@from IS NULL OR ${ended} IS NULL OR ${ended} > @from)
      AND (@before IS NULL OR incidents.id < @before) AND (@blame IS NULL OR blame = @blame)
      AND (@afterId IS NULL OR (opened_at, incidents.id) < (@afterOpenedAt, @afterId))
      AND (@named IS NULL OR models.id = @named)
      AND (@models IS NULL OR incidents.model IN (SELECT value FROM json_each(@models)))
    ORDER BY ${order} LIMIT @limit`);
  const byOpening = selectBy('opened_at DESC, incidents.id DESC');
  const byId = selectBy('incidents.id DESC');
  const whole = (row: IncidentRow): StoredIncident =>
    incidentOf(row, {
      notes: notesOf(row.id),
      exclusions: exclusionsOf(row.key, {
        from: row.opened_at,
        to: row.closed_at ?? Number.MAX_SAFE_INTEGER,
      }),
    });
  return {
    incident(id: number): StoredIncident | null {
      const row = one.get(id);
      return row === undefined ? null : whole(row);
    },
    incidents({
      model,
      models,
      named,
      blame,
      open,
      from,
      to,
      after,
      before,
      limit,
      order,
      mostText = Infinity,
    }: IncidentQuery): StoredIncident[] {
      const rows = (order === 'stored' ? byId : byOpening).all({
        model: model ?? null,
        models: models === undefined ? null : JSON.stringify(models),
        named: named ?? null,
        blame: blame === undefined ? null : blameCodes.toCode(blame),
        open: open === undefined ? null : Number(open),
        from: from ?? null,
        to: to ?? null,
        before: before ?? null,
        afterId: after?.id ?? null,
        afterOpenedAt: after?.openedAt ?? null,
        limit,
      });
      const found: StoredIncident[] = [];
      let text = 0;
      for (const row of rows) {
        if (text > mostText) break;
        const incident = whole(row);
        text += addedText(incident);
        found.push(incident);
      }
      return found;
    },
  };
}
