import type { StatusPageView } from '../../src/page/status-view.js';

export const hour = 3_600_000;
export const day = 24 * hour;
export const now = Date.UTC(2026, 10, 27, 9, 42, 16);

type Component = StatusPageView['components'][number];
type Incident = StatusPageView['incidents'][number];
type Maintenance = StatusPageView['maintenances'][number];

export function component(id: string, parts: Partial<Component> = {}): Component {
  return {
    id,
    name: `model ${id}`,
    group: '',
    state: 'healthy',
    since: now - 5 * hour,
    firstSeen: now - 90 * day,
    uptime: {},
    bar: null,
    course: [],
    p95: null,
    ...parts,
  };
}

export function incident(id: string, of: string, parts: Partial<Incident> = {}): Incident {
  const { openedAt = now - 3 * hour, closedAt = null } = parts;
  const lastedMs = (closedAt ?? now) - openedAt;
  return { id, component: of, openedAt, closedAt, lastedMs, reason: null, ...parts };
}

export function maintenance(
  id: string,
  of: readonly string[],
  parts: Partial<Maintenance> = {},
): Maintenance {
  return { id, components: of, from: now - hour, to: now + hour, reason: null, ...parts };
}

export function page(parts: Partial<StatusPageView> = {}): StatusPageView {
  return {
    title: 'Example status',
    path: '/status',
    url: 'https://status.example.com/status',
    locale: 'en',
    timezone: 'UTC',
    now,
    components: [component('c1')],
    incidents: [],
    maintenances: [],
    announcements: [],
    ...parts,
  };
}

/** A page with something of everything. */
export const fullPage = page({
  timezone: 'Europe/Berlin',
  components: [
    component('c1', { name: 'gpt-4o-mini', group: 'Assistant', state: 'unhealthy', since: now - 3 * hour }),
    component('c2', { name: 'claude-sonnet', group: 'Assistant', state: 'degraded' }),
    component('c3', { name: 'embed-3-small', group: 'Search', state: 'maintenance', since: now - hour }),
    component('c4', { name: 'whisper', state: 'unknown' }),
    component('c5', { name: 'deepseek-chat', group: 'Search', since: now - 2 * hour }),
  ],
  incidents: [
    incident('i2', 'c1', { reason: 'Provider error' }),
    incident('i1', 'c5', { openedAt: now - 4 * hour, closedAt: now - 2 * hour }),
  ],
  maintenances: [
    maintenance('m3', ['c2'], { from: now + day, to: now + day + hour, announcedAt: now - 2 * day }),
    maintenance('m2', ['c3'], { reason: 'New index\n\nSearch answers nothing meanwhile.' }),
    maintenance('m1', ['c1', 'c2', 'c3', 'c4'], { from: now - 3 * day, to: now - 3 * day + hour }),
  ],
  announcements: [
    {
      id: 'a1',
      title: 'We move',
      text: 'First line\nsecond line\n\nAnother paragraph',
      from: now - day,
      to: null,
    },
    { id: 'a2', title: 'Later', text: 'not yet', from: now + day, to: null },
  ],
});
