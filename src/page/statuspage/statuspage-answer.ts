import { portableLine } from '../portable-text.js';
import { lastChange, phaseOf, type MaintenancePhase } from '../status-events.js';
import type { StatusMaintenance, StatusPageView } from '../status-view.js';
import { componentList, componentsById, isoTime, pageId, statusOf } from './statuspage-components.js';
import { incidentsOf, maintenancesOf } from './statuspage-events.js';
import type { StatuspagePage } from './statuspage-shapes.js';

/** As many incidents or maintenances as Statuspage lists. */
const listedAtMost = 50;

/** What lies below `api/v2/` of a page. */
export const statuspageNames = [
  'summary.json',
  'status.json',
  'components.json',
  'incidents.json',
  'incidents/unresolved.json',
  'scheduled-maintenances.json',
  'scheduled-maintenances/upcoming.json',
  'scheduled-maintenances/active.json',
] as const;
export type StatuspageName = (typeof statuspageNames)[number];

/** The answer to one of Statuspage's names, such as `incidents/unresolved.json`; null for what is none. */
export function statuspageAnswer(view: StatusPageView, name: string): object | null {
  const known = statuspageNames.find((one) => one === name);
  return known === undefined ? null : { page: pageOf(view), ...contentOf(view, known) };
}

function contentOf(view: StatusPageView, name: StatuspageName): object {
  const byId = componentsById(view);
  const incidents = (unresolvedOnly: boolean): object[] => {
    const wanted = view.incidents.filter(({ closedAt }) => !unresolvedOnly || closedAt === null);
    return incidentsOf(view, wanted.slice(0, listedAtMost), byId);
  };
  const maintenances = (...phases: readonly MaintenancePhase[]): object[] => {
    const wanted = view.maintenances.filter((maintenance) => phases.includes(phaseOf(maintenance, view.now)));
    return maintenancesOf(view, nextFirst(wanted, view.now).slice(0, listedAtMost), byId);
  };
  switch (name) {
    case 'summary.json':
      return {
        components: componentList(view, byId),
        incidents: incidents(true),
        scheduled_maintenances: maintenances('scheduled', 'in_progress'),
        status: statusOf(view),
      };
    case 'status.json':
      return { status: statusOf(view) };
    case 'components.json':
      return { components: componentList(view, byId) };
    case 'incidents.json':
      return { incidents: incidents(false) };
    case 'incidents/unresolved.json':
      return { incidents: incidents(true) };
    case 'scheduled-maintenances.json':
      return { scheduled_maintenances: maintenances('scheduled', 'in_progress', 'completed') };
    case 'scheduled-maintenances/upcoming.json':
      return { scheduled_maintenances: maintenances('scheduled') };
    case 'scheduled-maintenances/active.json':
      return { scheduled_maintenances: maintenances('in_progress') };
  }
}

/** Under way, then planned with the next one first, then past with the newest first: a bound cuts off what matters least. */
function nextFirst(maintenances: readonly StatusMaintenance[], now: number): readonly StatusMaintenance[] {
  const order: Readonly<Record<MaintenancePhase, number>> = { in_progress: 0, scheduled: 1, completed: 2 };
  return [...maintenances].sort((a, b) => {
    const phase = phaseOf(a, now);
    const byPhase = order[phase] - order[phaseOf(b, now)];
    if (byPhase !== 0) return byPhase;
    return phase === 'completed' ? b.from - a.from : a.from - b.from;
  });
}

function pageOf(view: StatusPageView): StatuspagePage {
  return {
    id: pageId(view),
    name: portableLine(view.title, view.path),
    url: view.url,
    time_zone: view.timezone === 'UTC' ? 'Etc/UTC' : view.timezone,
    updated_at: isoTime(lastChange(view)),
  };
}
