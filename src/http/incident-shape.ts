import { z } from 'zod';
import type { Exclusion } from '../domain/exclusion.js';
import type { StoredIncident } from '../store/port.js';
import { blameField, countField, reasonField, timeField } from './fields.js';
import { isoTime } from './time.js';

export const exclusionSchema = z
  .object({
    id: z.int(),
    from: timeField,
    to: timeField,
    reason: z.string(),
    created_at: timeField,
  })
  .describe('Time of a model that counts as maintenance, whatever was seen then.');

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
      .describe('Slot of the first success that was confirmed; null while open.'),
    reason: reasonField.describe('Of the first failure.'),
    blame: blameField.nullable(),
    checks_failed: countField,
    last_detail: z.string().nullable().describe('Detail of the newest failure.'),
    notes: z
      .array(z.object({ at: timeField, author: z.string().nullable(), text: z.string() }))
      .describe('What people wrote to it, oldest first.'),
    exclusions: z.array(exclusionSchema).describe('What of its time was taken out of the figures.'),
  })
  .describe('One run of unhealthy, opened and closed by proof.');

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
