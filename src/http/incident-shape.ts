import { z } from 'zod';
import type { StoredIncident } from '../store/port.js';
import { blameField, countField, reasonField, timeField } from './fields.js';
import { isoTime } from './time.js';

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
  };
}
