import * as z from 'zod';
import type { Exclusion } from '../../domain/exclusion.js';
import type { StoredIncident } from '../../store/port.js';
import { blameField, countField, reasonField, timeField } from './fields.js';
import { isoTime } from '../time.js';

export const exclusionSchema = z
  .object({
    id: z.int(),
    from: timeField,
    to: timeField,
    reason: z.string(),
    created_at: timeField,
  })
  .describe('Period of a model that counts as maintenance, whatever its results are.');

export function exclusionShape(exclusion: Exclusion): z.output<typeof exclusionSchema> {
  const { id, from, to, reason, createdAt } = exclusion;
  return { id, from: isoTime(from), to: isoTime(to), reason, created_at: isoTime(createdAt) };
}

export const incidentSchema = z
  .object({
    id: z.int(),
    model: z.string(),
    opened_at: timeField.describe('Slot of the first failure.'),
    closed_at: timeField
      .nullable()
      .describe('Slot of the first of the successes that confirmed the recovery; null while open.'),
    reason: reasonField.describe('Reason of the first failure.'),
    blame: blameField.nullable(),
    checks_failed: countField,
    last_detail: z.string().nullable().describe('Detail of the newest failure.'),
    notes: z
      .array(z.object({ at: timeField, author: z.string().nullable(), text: z.string() }))
      .describe('Notes on the incident, oldest first.'),
    exclusions: z.array(exclusionSchema).describe('Exclusions that overlap the incident.'),
  })
  .describe('Period in which the model was unhealthy; results open and close it.');

export function incidentShape(incident: StoredIncident): z.output<typeof incidentSchema> {
  return {
    id: incident.id,
    model: incident.model,
    opened_at: isoTime(incident.openedAt),
    closed_at: isoTime(incident.closedAt),
    reason: incident.reason,
    blame: incident.blame,
    checks_failed: incident.checksFailed,
    last_detail: incident.lastDetail,
    notes: incident.notes.map(({ at, author, text }) => ({ at: isoTime(at), author, text })),
    exclusions: incident.exclusions.map(exclusionShape),
  };
}
