import type { Exclusion } from '../../domain/exclusion.js';
import type { Acknowledgement, Note } from '../../domain/incident.js';
import { blameCodes, reasonCodes } from '../codes.js';
import type { StoredIncident } from '../port.js';

/** A row of an incident with the id of its model. */
export interface IncidentRow {
  readonly id: number;
  readonly model: string;
  readonly key: number;
  readonly opened_at: number;
  readonly closed_at: number | null;
  readonly reason: number;
  readonly blame: number | null;
  readonly checks_failed: number;
  readonly last_detail: string | null;
  readonly ack_at: number | null;
  readonly ack_by: string | null;
  readonly ack_note: string | null;
  readonly ack_until: number | null;
}

/** Columns of its acknowledgement, from a table of this name. */
export const acknowledgementColumns = (table: string): string =>
  `${table}.at AS ack_at, ${table}.author AS ack_by, ${table}.note AS ack_note, ${table}.ends AS ack_until`;

/** Its acknowledgement; null without one. */
export function acknowledgementOf(
  row: Pick<IncidentRow, 'ack_at' | 'ack_by' | 'ack_note' | 'ack_until'>,
): Acknowledgement | null {
  const { ack_at: at, ack_by: by, ack_note: note, ack_until: until } = row;
  return at === null || by === null ? null : { at, by, note, until };
}

interface Annotations {
  readonly notes: readonly Note[];
  readonly exclusions: readonly Exclusion[];
}

export function incidentOf(row: IncidentRow, { notes, exclusions }: Annotations): StoredIncident {
  return {
    id: row.id,
    model: row.model,
    openedAt: row.opened_at,
    closedAt: row.closed_at,
    reason: reasonCodes.toWord(row.reason),
    blame: row.blame === null ? null : blameCodes.toWord(row.blame),
    checksFailed: row.checks_failed,
    lastDetail: row.last_detail,
    acknowledged: acknowledgementOf(row),
    notes,
    exclusions,
  };
}

/** Approximate number of characters of what people added. */
export function addedText({ notes, exclusions, acknowledged }: StoredIncident): number {
  const lineSize = 100;
  const texts = [
    ...notes.map(({ text }) => text),
    ...exclusions.map(({ reason }) => reason),
    ...(acknowledged === null ? [] : [acknowledged.note ?? '']),
  ];
  return texts.reduce((sum, { length }) => sum + length + lineSize, 0);
}
