import { foremost, type VendorIncident } from './vendor.js';

/** A status page as the monitor has read it. */
export interface VendorPageState {
  readonly page: string;
  /** Address for people. */
  readonly link: string;
  /** False where it cannot be read; null before it was read for the first time. */
  readonly isUp: boolean | null;
  /** Unix ms of the last time it was read; null before. */
  readonly readAt: number | null;
  /** Incidents that last, as it was last read; none where that is long ago: what it says now is unknown. */
  readonly open: readonly VendorIncident[];
  /** The gravest of them, the same object until it is read again; null for none. */
  readonly word: VendorWord | null;
  /** How many models it speaks of. */
  readonly models: number;
}

/** What the vendor of a model says now. */
export interface VendorWord {
  readonly page: string;
  readonly title: string;
  readonly impact: VendorIncident['impact'];
  /** Unix ms. */
  readonly since: number;
  /** The incident's address, else the page's. */
  readonly link: string;
}

/** The gravest of what a page tells of the present; null where it tells of nothing, or cannot be read. */
export function wordOf({
  open,
  link,
  page,
}: Pick<VendorPageState, 'open' | 'link' | 'page'>): VendorWord | null {
  const one = foremost(open);
  if (one === null) return null;
  return { page, title: one.title, impact: one.impact, since: one.startedAt, link: one.link ?? link };
}
