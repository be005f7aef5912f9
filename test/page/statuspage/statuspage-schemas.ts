import * as z from 'zod';
import { statuspageAnswer, type StatuspageName } from '../../../src/page/statuspage/statuspage-answer.js';
import type { StatusPageView } from '../../../src/page/status-view.js';

/**
 * What Atlassian documents of API v2 of its status pages (for example https://www.githubstatus.com/api), and what pages answer in
 * truth: no maintained client can be pointed to an address of one's own. Strict: a key too many is an error as well.
 */
const time = z.iso.datetime();

const page = z.strictObject({
  id: z.string().min(1),
  name: z.string().min(1),
  url: z.url(),
  time_zone: z.string().min(1),
  updated_at: time,
});

const status = z.strictObject({
  indicator: z.enum(['none', 'minor', 'major', 'critical', 'maintenance']),
  description: z.string().min(1),
});

const componentStatus = z.enum([
  'operational',
  'degraded_performance',
  'partial_outage',
  'major_outage',
  'under_maintenance',
]);

const component = z.strictObject({
  id: z.string().min(1),
  name: z.string().min(1),
  status: componentStatus,
  created_at: time,
  updated_at: time,
  position: z.int().min(1),
  description: z.string().nullable(),
  showcase: z.boolean(),
  start_date: z.iso.date().nullable(),
  group_id: z.string().nullable(),
  page_id: z.string(),
  group: z.boolean(),
  only_show_if_degraded: z.boolean(),
  components: z.array(z.string()).min(1).optional(),
});

const update = <Status extends z.ZodType>(of: Status) =>
  z.strictObject({
    id: z.string().min(1),
    status: of,
    body: z.string().min(1),
    incident_id: z.string(),
    created_at: time,
    updated_at: time,
    display_at: time,
    affected_components: z
      .array(
        z.strictObject({
          code: z.string(),
          name: z.string(),
          old_status: componentStatus,
          new_status: componentStatus,
        }),
      )
      .min(1)
      .nullable(),
    deliver_notifications: z.boolean(),
    custom_tweet: z.string().nullable(),
    tweet_id: z.string().nullable(),
  });

const event = <Status extends z.ZodType>(of: Status) => ({
  id: z.string().min(1),
  name: z.string().min(1),
  status: of,
  created_at: time,
  updated_at: time,
  monitoring_at: time.nullable(),
  resolved_at: time.nullable(),
  impact: z.enum(['none', 'minor', 'major', 'critical', 'maintenance']),
  shortlink: z.url(),
  started_at: time,
  page_id: z.string(),
  incident_updates: z.array(update(of)).min(1),
  components: z.array(component),
});

const incident = z.strictObject(
  event(z.enum(['investigating', 'identified', 'monitoring', 'resolved', 'postmortem'])),
);

const maintenance = z.strictObject({
  ...event(z.enum(['scheduled', 'in_progress', 'verifying', 'completed'])),
  scheduled_for: time,
  scheduled_until: time,
});

const scheduled = z.strictObject({ page, scheduled_maintenances: z.array(maintenance) });

const reader =
  <Answer>(name: StatuspageName, schema: z.ZodType<Answer>) =>
  (view: StatusPageView): Answer =>
    schema.parse(JSON.parse(JSON.stringify(statuspageAnswer(view, name))));

/** Reads each answer as a strict client does: throws at any other shape. */
export const read = {
  summary: reader(
    'summary.json',
    z.strictObject({
      page,
      status,
      components: z.array(component),
      incidents: z.array(incident),
      scheduled_maintenances: z.array(maintenance),
    }),
  ),
  status: reader('status.json', z.strictObject({ page, status })),
  components: reader('components.json', z.strictObject({ page, components: z.array(component) })),
  incidents: reader('incidents.json', z.strictObject({ page, incidents: z.array(incident) })),
  unresolved: reader('incidents/unresolved.json', z.strictObject({ page, incidents: z.array(incident) })),
  maintenances: reader('scheduled-maintenances.json', scheduled),
  upcoming: reader('scheduled-maintenances/upcoming.json', scheduled),
  active: reader('scheduled-maintenances/active.json', scheduled),
};
