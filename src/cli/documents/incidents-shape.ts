import { incidentShape } from '../../http/shapes/incident-shape.js';
import { csvCell } from '../../domain/csv-cell.js';
import { toSeconds } from '../../http/time.js';
import type { IncidentRow } from '../tables/incidents-table.js';

/** An incident in the API's form, with its duration, until now if it is open. */
export function incidentRowShape(row: IncidentRow) {
  return { ...incidentShape(row), duration_seconds: toSeconds(row.durationMs) };
}

const columns = [
  ...(['id', 'model', 'opened_at', 'closed_at', 'duration_seconds', 'reason', 'blame'] as const),
  ...(['checks_failed', 'last_detail'] as const),
];

/** Incidents as CSV under a header; notes share one cell and exclusions another, one line each. */
export function incidentsCsv(rows: readonly IncidentRow[]): string {
  const lines = rows.map((row) => {
    const { notes, exclusions, acknowledged, ...shape } = incidentRowShape(row);
    const said = notes.map(({ at, author, text }) => `${at} ${author ?? ''}: ${text}`);
    const excluded = exclusions.map(({ from, to, reason }) => `${from}/${to}: ${reason}`);
    const care =
      acknowledged && [acknowledged.by, acknowledged.until].filter((part) => part !== null).join(' until ');
    return [...columns.map((column) => shape[column]), said.join('\n'), excluded.join('\n'), care];
  });
  return [[...columns, 'notes', 'exclusions', 'acknowledged'], ...lines]
    .map((cells) => `${cells.map(csvCell).join(',')}\r\n`)
    .join('');
}
