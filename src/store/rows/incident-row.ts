import type { Exclusion } from '../../domain/exclusion.js';
import type { Note } from '../../domain/incident.js';
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
    notes,
    exclusions,
  };
}

/** Approximate number of characters of notes and exclusions. */
export function addedText({ notes, exclusions }: StoredIncident): number {
  const lineSize = 100;
  const texts = [...notes.map(({ text }) => text), ...exclusions.map(({ reason }) => reason)];
  return texts.reduce((sum, { length }) => sum + length + lineSize, 0);
}
