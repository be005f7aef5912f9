import * as z from 'zod';
import type { Exclusion } from '../../domain/exclusion.js';
import type { Acknowledgement } from '../../domain/incident.js';
import type { StoredIncident } from '../../store/port.js';
import { vendorSideSchema, vendorSideShape, type VendorSide } from './vendor-shape.js';
import { blameField, countField, reasonField, timeField } from './fields.js';
import { isoTime } from '../time.js';

export const acknowledgementSchema = z
  .object({
    at: timeField,
    by: z.string(),
    note: z.string().nullable(),
    until: timeField.nullable().describe('End of a snooze; null for the end of the incident.'),
  })
  .describe('Who cares for an incident, and until when.');

export function acknowledgementShape({
  at,
  by,
  note,
  until,
}: Acknowledgement): z.output<typeof acknowledgementSchema> {
  return { at: isoTime(at), by, note, until: isoTime(until) };
}

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
    acknowledged: acknowledgementSchema
      .nullable()
      .describe('The newest acknowledgement, also when it is over; null without one.'),
    notes: z
      .array(z.object({ at: timeField, author: z.string().nullable(), text: z.string() }))
      .describe('Notes on the incident, oldest first.'),
    exclusions: z.array(exclusionSchema).describe('Exclusions that overlap the incident.'),
    vendor: vendorSideSchema
      .optional()
      .describe(
        'Only where a status page of the vendor is read, in the answers of the two routes that list incidents.',
      ),
  })
  .describe('Period in which the model was unhealthy; results open and close it.');

/** With what the vendor says of its time, where that is known. */
export function incidentShape(incident: StoredIncident, side?: VendorSide): z.output<typeof incidentSchema> {
  return {
    id: incident.id,
    model: incident.model,
    opened_at: isoTime(incident.openedAt),
    closed_at: isoTime(incident.closedAt),
    reason: incident.reason,
    blame: incident.blame,
    checks_failed: incident.checksFailed,
    last_detail: incident.lastDetail,
    acknowledged: incident.acknowledged && acknowledgementShape(incident.acknowledged),
    notes: incident.notes.map(({ at, author, text }) => ({ at: isoTime(at), author, text })),
    exclusions: incident.exclusions.map(exclusionShape),
    ...(side !== undefined && { vendor: vendorSideShape(side) }),
  };
}
