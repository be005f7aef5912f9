import * as z from 'zod';
import { detectionLeadMs, overlapping, vendorImpacts, type VendorIncident } from '../../domain/vendor.js';
import type { VendorPageState } from '../../domain/vendor-word.js';
import { isoTime, toSeconds } from '../time.js';
import { countField, timeField } from './fields.js';

const vendorIncidentSchema = z
  .object({
    id: z.string(),
    title: z.string().describe("The vendor's words, as one line of plain text of at most 300 characters."),
    impact: z.enum(vendorImpacts),
    started_at: timeField.describe('Beginning, as the vendor names it; without one, when it was first read.'),
    resolved_at: timeField.nullable().describe('Null while it lasts.'),
    first_seen_at: timeField.describe('When it was first read.'),
    link: z.string().nullable(),
  })
  .describe('Incident that a vendor tells of on its status page.');

export function vendorIncidentShape(incident: VendorIncident): z.output<typeof vendorIncidentSchema> {
  const { id, title, impact, startedAt, resolvedAt, firstSeen, link } = incident;
  return {
    ...{ id, title, impact, link },
    started_at: isoTime(startedAt),
    resolved_at: isoTime(resolvedAt),
    first_seen_at: isoTime(firstSeen),
  };
}

export const vendorPageSchema = z
  .object({
    page: z.string(),
    link: z.string().describe('Address for people.'),
    up: z
      .boolean()
      .nullable()
      .describe(
        'Whether it was read at the last attempt; null before the first, and where another instance reads it.',
      ),
    read_at: timeField.nullable().describe('When it was last read; null before.'),
    models: countField.describe('Models that it speaks of.'),
    incidents: z
      .array(vendorIncidentSchema)
      .describe(
        'Incidents that last; none where the page was not read for three intervals, since what it says is unknown then.',
      ),
  })
  .describe('Status page of a vendor.');

export function vendorPageShape(state: VendorPageState): z.output<typeof vendorPageSchema> {
  const { page, link, isUp, readAt, models, open } = state;
  return { page, link, up: isUp, read_at: isoTime(readAt), models, incidents: open.map(vendorIncidentShape) };
}

export const vendorSideSchema = z
  .object({
    page: z.string(),
    up: z.boolean().nullable().describe('As of the page; while it is not true, no incident is no denial.'),
    lead_seconds: z
      .number()
      .nullable()
      .describe(
        'Time from `opened_at` to the beginning of the incident of the vendor that began nearest: positive where the monitor was earlier; null where the vendor tells of none.',
      ),
    incidents: z.array(vendorIncidentSchema).describe('Those that overlap the incident, newest first.'),
  })
  .describe('What the vendor tells of this time.');

/** What the vendor of a model says of the time of an incident. */
export interface VendorSide {
  readonly page: string;
  readonly isUp: boolean | null;
  readonly leadMs: number | null;
  readonly incidents: readonly VendorIncident[];
}

/** The part of the incidents of a page that an incident of ours overlaps. */
export function sideOf(
  { openedAt, closedAt }: { readonly openedAt: number; readonly closedAt: number | null },
  page: { readonly name: string; readonly isUp: boolean | null },
  all: readonly VendorIncident[],
): VendorSide {
  const own = all.filter((each) => each.page === page.name);
  const incidents = overlapping(own, openedAt, closedAt);
  return { page: page.name, isUp: page.isUp, leadMs: detectionLeadMs(openedAt, incidents), incidents };
}

/** Most incidents of a vendor that one of ours lists. */
const mostListed = 20;

export function vendorSideShape({
  page,
  isUp,
  leadMs,
  incidents,
}: VendorSide): z.output<typeof vendorSideSchema> {
  return {
    ...{ page, up: isUp },
    lead_seconds: leadMs === null ? null : toSeconds(leadMs),
    incidents: incidents.slice(0, mostListed).map(vendorIncidentShape),
  };
}
