import type { VendorImpact, VendorIncident } from '../../domain/vendor.js';

export interface VendorRow {
  readonly page: string;
  readonly id: string;
  readonly title: string;
  readonly impact: string;
  readonly started_at: number;
  readonly resolved_at: number | null;
  readonly first_seen: number;
  readonly seen_at: number;
  readonly link: string | null;
}

/** Columns of an incident of a vendor in the order of `vendorValues`. */
export const vendorColumns = 'page, id, title, impact, started_at, resolved_at, first_seen, seen_at, link';

/** What a newer reading of an incident changes. */
export const vendorChanges = `title = excluded.title, impact = excluded.impact, started_at = excluded.started_at,
  resolved_at = excluded.resolved_at, seen_at = excluded.seen_at, link = excluded.link`;

export const vendorOfRow = (row: VendorRow): VendorIncident => ({
  page: row.page,
  id: row.id,
  title: row.title,
  // Written by this program alone.
  impact: row.impact as VendorImpact,
  startedAt: row.started_at,
  resolvedAt: row.resolved_at,
  firstSeen: row.first_seen,
  seenAt: row.seen_at,
  link: row.link,
});

export const vendorValues = (incident: VendorIncident): readonly (string | number | null)[] => [
  incident.page,
  incident.id,
  incident.title,
  incident.impact,
  incident.startedAt,
  incident.resolvedAt,
  incident.firstSeen,
  incident.seenAt,
  incident.link,
];
