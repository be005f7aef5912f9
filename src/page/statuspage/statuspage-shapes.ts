/** Shapes of Atlassian's Statuspage, API v2. Times are ISO 8601. */
export interface StatuspagePage {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly time_zone: string;
  readonly updated_at: string;
}

/** From good to bad. */
export const componentStatuses = [
  'operational',
  'under_maintenance',
  'degraded_performance',
  'partial_outage',
  'major_outage',
] as const;
export type ComponentStatus = (typeof componentStatuses)[number];

export interface StatuspageStatus {
  /** The documentation names the first four; pages in maintenance answer with the last. */
  readonly indicator: 'none' | 'minor' | 'major' | 'critical' | 'maintenance';
  readonly description: string;
}

export interface StatuspageComponent {
  readonly id: string;
  readonly name: string;
  readonly status: ComponentStatus;
  readonly created_at: string;
  readonly updated_at: string;
  readonly position: number;
  readonly description: string | null;
  readonly showcase: boolean;
  readonly start_date: string | null;
  readonly group_id: string | null;
  readonly page_id: string;
  readonly group: boolean;
  readonly only_show_if_degraded: boolean;
  /** Ids of its members; of groups only. */
  readonly components?: readonly string[];
}

export interface AffectedComponent {
  readonly code: string;
  readonly name: string;
  readonly old_status: ComponentStatus;
  readonly new_status: ComponentStatus;
}

export interface StatuspageUpdate<Status extends string> {
  readonly id: string;
  readonly status: Status;
  readonly body: string;
  readonly incident_id: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly display_at: string;
  readonly affected_components: readonly AffectedComponent[] | null;
  readonly deliver_notifications: boolean;
  readonly custom_tweet: null;
  readonly tweet_id: null;
}

interface StatuspageEvent<Status extends string, Impact extends string> {
  readonly id: string;
  readonly name: string;
  readonly status: Status;
  readonly created_at: string;
  readonly updated_at: string;
  readonly monitoring_at: string | null;
  readonly resolved_at: string | null;
  readonly impact: Impact;
  readonly shortlink: string;
  readonly started_at: string;
  readonly page_id: string;
  readonly incident_updates: readonly StatuspageUpdate<Status>[];
  readonly components: readonly StatuspageComponent[];
}

export type StatuspageIncident = StatuspageEvent<
  'investigating' | 'identified' | 'monitoring' | 'resolved',
  'none' | 'minor' | 'major' | 'critical'
>;

export interface StatuspageMaintenance extends StatuspageEvent<
  'scheduled' | 'in_progress' | 'completed',
  'maintenance'
> {
  readonly scheduled_for: string;
  readonly scheduled_until: string;
}
