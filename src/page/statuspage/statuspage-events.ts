import {
  closedText,
  componentNames,
  incidentTitle,
  maintenanceReason,
  maintenanceTitle,
  openedText,
} from '../event-words.js';
import { eventUrl, fixedHash, phaseOf, type MaintenancePhase } from '../status-events.js';
import type { StatusIncident, StatusMaintenance, StatusPageView } from '../status-view.js';
import { componentStatus, isoTime, pageId } from './statuspage-components.js';
import type {
  AffectedComponent,
  ComponentStatus,
  StatuspageComponent,
  StatuspageIncident,
  StatuspageMaintenance,
  StatuspageUpdate,
} from './statuspage-shapes.js';

type ById = ReadonlyMap<string, StatuspageComponent>;

/**
 * An open incident is `investigating`: that a cause is found, or a repair is being watched, is for a person to say.
 * Its impact is `major`: one model is down as a whole, and what that means to others nobody told modelpulse.
 */
export function incidentsOf(
  view: StatusPageView,
  incidents: readonly StatusIncident[],
  byId: ById,
): StatuspageIncident[] {
  const names = componentNames(view);
  const states = new Map(view.components.map((component) => [component.id, component]));
  const page_id = pageId(view);
  return incidents.map((incident): StatuspageIncident => {
    const { id, openedAt, closedAt } = incident;
    const component = byId.get(incident.component);
    const components = component === undefined ? [] : [component];
    const openedIso = isoTime(openedAt);
    const update = updater<'investigating' | 'resolved'>(id, components);
    const incident_updates = [
      update('investigating', openedAt, openedText(incident, names), 'operational', 'major_outage'),
    ];
    if (closedAt !== null) {
      const current = states.get(incident.component);
      // The state that the incident ended in, where that still lasts.
      const now = current?.since === closedAt ? componentStatus[current.state] : 'operational';
      incident_updates.unshift(
        update('resolved', closedAt, closedText(incident, names), 'major_outage', now),
      );
    }
    return {
      id,
      name: incidentTitle(incident, names),
      status: closedAt === null ? 'investigating' : 'resolved',
      created_at: openedIso,
      updated_at: isoTime(closedAt ?? openedAt),
      monitoring_at: null,
      resolved_at: closedAt === null ? null : isoTime(closedAt),
      impact: 'major',
      shortlink: eventUrl(view, 'incident', id),
      started_at: openedIso,
      page_id,
      incident_updates,
      components,
    };
  });
}

/**
 * Components that the maintenances of one answer list, an equal share each: every one is listed again with each update, so
 * that an answer would grow as models times maintenances.
 */
const affectedAtMost = 1_000;

/** Where nobody knows when a maintenance was entered, its start stands for that. */
export function maintenancesOf(
  view: StatusPageView,
  maintenances: readonly StatusMaintenance[],
  byId: ById,
): StatuspageMaintenance[] {
  const names = componentNames(view);
  const page_id = pageId(view);
  const ofEach = Math.floor(affectedAtMost / Math.max(1, maintenances.length));
  return maintenances.map((maintenance): StatuspageMaintenance => {
    const { id, from, to } = maintenance;
    const phase = phaseOf(maintenance, view.now);
    const announcedAt = Math.min(maintenance.announcedAt ?? from, from);
    const components = maintenance.components.slice(0, ofEach).flatMap((member) => byId.get(member) ?? []);
    const update = updater<MaintenancePhase>(id, components);
    const reason = maintenanceReason(maintenance);
    const incident_updates = [
      update('scheduled', announcedAt, reason ?? 'Maintenance is planned.', 'operational', 'operational'),
    ];
    if (phase !== 'scheduled') {
      const text = 'Maintenance is under way.';
      incident_updates.unshift(update('in_progress', from, text, 'operational', 'under_maintenance'));
    }
    if (phase === 'completed') {
      const text = 'Maintenance is over.';
      incident_updates.unshift(update('completed', to, text, 'under_maintenance', 'operational'));
    }
    return {
      id,
      name: maintenanceTitle(maintenance, names),
      status: phase,
      created_at: isoTime(announcedAt),
      updated_at: incident_updates[0]?.updated_at ?? isoTime(announcedAt),
      monitoring_at: null,
      resolved_at: phase === 'completed' ? isoTime(to) : null,
      impact: 'maintenance',
      shortlink: eventUrl(view, 'maintenance', id),
      started_at: isoTime(from),
      page_id,
      incident_updates,
      components,
      scheduled_for: isoTime(from),
      scheduled_until: isoTime(to),
    };
  });
}

/** Makes the updates of one incident or maintenance; each keeps its id for good. */
function updater<Status extends string>(incidentId: string, components: readonly StatuspageComponent[]) {
  return (
    status: Status,
    time: number,
    body: string,
    old_status: ComponentStatus,
    new_status: ComponentStatus,
  ): StatuspageUpdate<Status> => {
    const at = isoTime(time);
    const affected = components.map(({ id, name }): AffectedComponent => ({
      code: id,
      name,
      old_status,
      new_status,
    }));
    return {
      id: fixedHash(12, ['update', incidentId, status]),
      status,
      body,
      incident_id: incidentId,
      created_at: at,
      updated_at: at,
      display_at: at,
      affected_components: affected.length === 0 ? null : affected,
      deliver_notifications: false,
      custom_tweet: null,
      tweet_id: null,
    };
  };
}
