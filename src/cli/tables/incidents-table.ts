import { wholeSecondsUp } from '../../domain/duration.js';
import type { StoredIncident } from '../../store/port.js';
import { renderTable, type Column, type LastColumn } from './table.js';
import type { Terminal } from '../terminal.js';
import { ageText } from './time-text.js';
import type { AskedWindow } from '../../calendar/past-window.js';

/** An incident and its status. */
export interface IncidentRow extends StoredIncident {
  /** `left`: its model left the registry while it was open. */
  readonly standing: 'open' | 'closed' | 'left';
  /** Until now, if it is open. */
  readonly durationMs: number;
}

interface Annotation {
  readonly incident: number;
  readonly kind: string;
  readonly when: string;
  readonly by: string | null;
  readonly text: string;
}

const annotationColumns: readonly Column<Annotation>[] = [
  { head: 'ID', cell: ({ incident }) => String(incident), align: 'right' },
  { head: 'ADDED', cell: ({ kind }) => kind },
  { head: 'WHEN', cell: ({ when }) => when },
  { head: 'BY', cell: ({ by }) => by, optional: true },
];

const annotationText: LastColumn<Annotation> = { head: 'TEXT', cell: ({ text }) => text };
const detail: LastColumn<IncidentRow> = { head: 'DETAIL', cell: ({ lastDetail }) => lastDetail };

/** Incidents, one row each, with what people added below. */
export function incidentsTable(
  rows: readonly IncidentRow[],
  { clock, timezone }: AskedWindow,
  terminal: Terminal,
): string {
  const minute = (time: number): string => clock.text(time).slice(0, -':00'.length);
  const columns: readonly Column<IncidentRow>[] = [
    { head: 'ID', cell: ({ id }) => String(id), align: 'right' },
    { head: 'MODEL', cell: ({ model }) => model },
    { head: 'OPENED', cell: ({ openedAt }) => minute(openedAt) },
    {
      head: 'LASTED',
      cell: ({ standing, durationMs }) =>
        `${standing === 'closed' ? '' : `${standing} `}${ageText(wholeSecondsUp(durationMs))}`,
      paint: ({ standing }) => (standing === 'open' ? 'red' : null),
    },
    { head: 'REASON', cell: ({ reason }) => reason },
    { head: 'BLAME', cell: ({ blame }) => blame, optional: true },
    { head: 'FAILED', cell: ({ checksFailed }) => String(checksFailed), align: 'right', optional: true },
  ];
  const annotations = rows.flatMap(({ id, notes, exclusions, acknowledged }): Annotation[] => [
    ...exclusions.map(({ from, to, reason }) => ({
      incident: id,
      kind: 'exclusion',
      when: `${minute(from)} to ${minute(to)}`,
      by: null,
      text: reason,
    })),
    ...(acknowledged === null
      ? []
      : [
          {
            incident: id,
            kind: 'acknowledgement',
            when:
              acknowledged.until === null
                ? minute(acknowledged.at)
                : `${minute(acknowledged.at)} to ${minute(acknowledged.until)}`,
            by: acknowledged.by,
            text: acknowledged.note ?? '',
          },
        ]),
    ...notes.map(({ at, author, text }) => ({
      incident: id,
      kind: 'note',
      when: minute(at),
      by: author,
      text,
    })),
  ]);
  return [
    renderTable(columns, rows, terminal, detail),
    ...(annotations.length === 0
      ? []
      : [renderTable(annotationColumns, annotations, terminal, annotationText)]),
    `Times: ${timezone}.`,
  ].join('\n\n');
}
