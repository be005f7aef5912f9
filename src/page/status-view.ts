import type { State } from '../domain/state.js';
import type { Uptime } from '../domain/uptime.js';
import type { UptimeWindow } from '../domain/view.js';
import type { BarDrawing } from './bar.js';
import type { CourseHour } from './glance.js';

/** One model on a public page, as far as the page may show it. Times in Unix ms. */
export interface StatusComponent {
  /** Stable and opaque: it says nothing about the id of the model. */
  readonly id: string;
  readonly name: string;
  /** Empty without groups. */
  readonly group: string;
  readonly state: State;
  readonly since: number;
  readonly firstSeen: number;
  /** Only the windows that the page shows. */
  readonly uptime: Readonly<Partial<Record<UptimeWindow, Uptime>>>;
  /** Null while it is being read. */
  readonly bar: BarDrawing | null;
  /** The last 24 h by hours, oldest first; empty while it is being read. */
  readonly course: readonly CourseHour[];
  /** The 95th percentile of 24 h in ms; null where the page does not show it or there is none. */
  readonly p95: number | null;
}

export interface StatusIncident {
  /** Stable and opaque. */
  readonly id: string;
  /** Id of its component. */
  readonly component: string;
  readonly openedAt: number;
  /** Null while open. */
  readonly closedAt: number | null;
  /** ms from its start to its end or until now, in whole seconds: the times alone are rounded down. */
  readonly lastedMs: number;
  /** The reason's label; null where the page does not show reasons. */
  readonly reason: string | null;
}

export interface StatusMaintenance {
  readonly id: string;
  readonly components: readonly string[];
  readonly from: number;
  readonly to: number;
  /** Free text of the operator; null where the page does not show reasons. */
  readonly reason: string | null;
  /** When it was entered; absent where that is not known, as for windows that recur. */
  readonly announcedAt?: number;
}

/** Text that the operator puts on a page. */
export interface StatusAnnouncement {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly from: number;
  /** Null without an end. */
  readonly to: number | null;
}

/** A public page with everything that its HTML, its JSON and its feeds may tell; nothing of other models is in it. */
export interface StatusPageView {
  readonly title: string;
  /** Such as `/status`. */
  readonly path: string;
  /** Address of the page from outside, without a trailing slash. */
  readonly url: string;
  /** BCP 47 */
  readonly locale: string;
  /** IANA name */
  readonly timezone: string;
  readonly now: number;
  readonly components: readonly StatusComponent[];
  /** Newest first, those of the page's history. */
  readonly incidents: readonly StatusIncident[];
  /** Under way, planned, and of the page's history; newest first. */
  readonly maintenances: readonly StatusMaintenance[];
  readonly announcements: readonly StatusAnnouncement[];
}
