import type { State } from '../../domain/state.js';
import type { UptimeWindow } from '../../domain/view.js';
import { portableLine, portableText } from '../portable-text.js';
import { fixedHash, phaseOf } from '../status-events.js';
import type { StatusComponent, StatusMaintenance, StatusPageView } from '../status-view.js';
import { beatsOf, groupsOf } from './course.js';

/**
 * Statuses of Uptime Kuma 2 (server/model/heartbeat.js): 0 down, 1 up, 2 pending, 3 maintenance. What is not known is pending,
 * which readers show beside paused monitors and never as up.
 */
export const kumaStatus: Readonly<Record<State, 0 | 1 | 2 | 3>> = {
  healthy: 1,
  degraded: 1,
  unhealthy: 0,
  unknown: 2,
  maintenance: 3,
};

/** Hours in the key of an uptime, such as `12_24`. Only `24` is Uptime Kuma's own. */
const windowHours: Readonly<Record<UptimeWindow, number>> = {
  '24h': 24,
  '7d': 168,
  '30d': 720,
  '90d': 2_160,
};

/** As Uptime Kuma writes times, in UTC. */
const kumaTime = (unixMs: number): string => new Date(unixMs).toISOString().slice(0, -1).replace('T', ' ');
const kumaSecond = (unixMs: number): string => kumaTime(unixMs).slice(0, 19);

/** Numbers for opaque ids, which stay the same while their neighbours do; two never have the same. */
function createNumbers(): (...parts: readonly string[]) => number {
  const taken = new Set<number>();
  return (...parts) => {
    let number = Number.parseInt(fixedHash(8, parts), 16) >>> 1;
    while (number === 0 || taken.has(number)) number += 1;
    taken.add(number);
    return number;
  };
}

interface NumberedComponent {
  readonly id: number;
  readonly component: StatusComponent;
}

function numbered({ components }: StatusPageView): readonly NumberedComponent[] {
  const numberOf = createNumbers();
  return components.map((component) => ({ id: numberOf('monitor', component.id), component }));
}

const nameOf = ({ id, name }: StatusComponent): string => portableLine(name, id);

/** The name by which a page is asked for, beside `default`: the last part of its path. */
export const slugOf = ({ path }: StatusPageView): string =>
  path.slice(path.lastIndexOf('/') + 1).toLowerCase();

function maintenanceEntry(maintenance: StatusMaintenance, now: number): object {
  const { id, from, to, reason } = maintenance;
  return {
    id: Number.parseInt(fixedHash(8, ['maintenance', id]), 16) >>> 1,
    title: 'Maintenance',
    description: reason === null ? '' : portableText(reason),
    strategy: 'single',
    intervalDay: 1,
    active: true,
    dateRange: [kumaSecond(from), kumaSecond(to)],
    timeRange: [
      { hours: 0, minutes: 0 },
      { hours: 0, minutes: 0 },
    ],
    weekdays: [],
    daysOfMonth: [],
    timeslotList: [{ startDate: kumaSecond(from), endDate: kumaSecond(to) }],
    cron: '',
    duration: Math.round((to - from) / 1_000),
    durationMinutes: Math.floor((to - from) / 60_000),
    timezone: 'UTC',
    timezoneOption: 'UTC',
    timezoneOffset: '+00:00',
    status: phaseOf(maintenance, now) === 'in_progress' ? 'under-maintenance' : 'scheduled',
  };
}

/** Maintenances that are listed: those under way or planned, as Uptime Kuma lists them. */
const mostMaintenances = 50;

/** `GET /api/status-page/{slug}` of Uptime Kuma (server/model/status_page.js, getStatusPageData). */
export function kumaStatusPage(view: StatusPageView): object {
  const numbers = new Map(numbered(view).map(({ id, component }) => [component.id, id]));
  const incidents = view.announcements
    .filter(({ from, to }) => from <= view.now && (to === null || to > view.now))
    .map(({ id, title, text, from }) => ({
      id: Number.parseInt(fixedHash(8, ['incident', id]), 16) >>> 1,
      style: 'info',
      title: portableLine(title, 'Announcement'),
      content: portableText(text),
      pin: true,
      active: true,
      createdDate: kumaSecond(from),
      lastUpdatedDate: null,
      status_page_id: 1,
    }));
  const groups = [...groupsOf(view, 'Services')].map(([name, members], index) => ({
    id: index + 1,
    name: portableLine(name, 'Services'),
    weight: index + 1,
    monitorList: members.map((component) => ({
      id: numbers.get(component.id),
      name: nameOf(component),
      sendUrl: 0,
      type: 'http',
    })),
  }));
  return {
    config: {
      slug: slugOf(view),
      title: portableLine(view.title, view.path),
      description: null,
      icon: '/icon.svg',
      autoRefreshInterval: 300,
      theme: 'auto',
      published: true,
      showTags: false,
      customCSS: '',
      footerText: null,
      showPoweredBy: false,
      analyticsId: null,
      analyticsScriptUrl: null,
      analyticsType: null,
      showCertificateExpiry: false,
      showOnlyLastHeartbeat: false,
      rssTitle: null,
    },
    // Uptime Kuma 1 has one, and readers of it look for that.
    incident: incidents[0] ?? null,
    incidents,
    publicGroupList: groups,
    maintenanceList: view.maintenances
      .filter((maintenance) => phaseOf(maintenance, view.now) !== 'completed')
      .sort((a, b) => a.from - b.from)
      .slice(0, mostMaintenances)
      .map((maintenance) => maintenanceEntry(maintenance, view.now)),
  };
}

/** `GET /api/status-page/heartbeat/{slug}` of Uptime Kuma (server/routers/status-page-router.js). */
export function kumaHeartbeats(view: StatusPageView): object {
  const heartbeatList: Record<string, object[]> = {};
  const uptimeList: Record<string, number> = {};
  for (const { id, component } of numbered(view)) {
    heartbeatList[id] = beatsOf(component, view.now).map(({ at, state }) => ({
      status: kumaStatus[state],
      time: kumaTime(at),
      msg: '',
      ping: at === view.now ? component.p95 : null,
    }));
    for (const window of Object.keys(windowHours) as UptimeWindow[]) {
      const uptime = component.uptime[window]?.uptime ?? null;
      if (uptime !== null) uptimeList[`${id}_${windowHours[window]}`] = uptime;
    }
  }
  return { heartbeatList, uptimeList };
}

const label = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** The metrics of Uptime Kuma (server/prometheus.js) that its integration in Home Assistant reads. */
export function kumaMetrics(view: StatusPageView): string {
  const status: string[] = [];
  const time: string[] = [];
  for (const { id, component } of numbered(view)) {
    const labels = `{monitor_id="${id}",monitor_name="${label(nameOf(component))}",monitor_type="http",monitor_url="",monitor_hostname="null",monitor_port="null"}`;
    status.push(`monitor_status${labels} ${kumaStatus[component.state]}`);
    if (component.p95 !== null) time.push(`monitor_response_time${labels} ${component.p95}`);
  }
  return [
    '# HELP monitor_response_time Monitor Response Time (ms)',
    '# TYPE monitor_response_time gauge',
    ...time,
    '# HELP monitor_status Monitor Status (1 = UP, 0= DOWN, 2= PENDING, 3= MAINTENANCE)',
    '# TYPE monitor_status gauge',
    ...status,
    '',
  ].join('\n');
}
