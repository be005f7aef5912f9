import { modelMatcher } from '../../config/maintenance.js';
import type { StatusPage } from '../../config/page-settings.js';
import { pageMatcher } from '../../config/status-page.js';
import { dayMs } from '../../domain/period.js';
import { stateAt } from '../../domain/timeline.js';
import type { ModelView } from '../../domain/view.js';
import type { Glance } from '../../page/glance.js';
import { reasonWords } from '../../page/reason-words.js';
import type {
  StatusAnnouncement,
  StatusComponent,
  StatusIncident,
  StatusMaintenance,
  StatusPageView,
} from '../../page/status-view.js';
import type { StatusWords } from '../../page/status-words.js';
import type { Backend } from '../port.js';
import type { PublicPages } from '../public-pages.js';
import type { Glances } from './glances.js';
import { opaqueId } from './opaque-id.js';
import { createPlannedMaintenance } from './planned-maintenance.js';
import { createStatusPasts, toldMaintenanceMs, type StatusPast } from './status-past.js';

const mostPlanned = 50;
/** Of all models of a page, newest first. */
const mostIncidents = 2_000;

/** One model of the page with what was read of it. */
interface Member {
  readonly view: ModelView;
  readonly id: string;
  readonly past: StatusPast;
}

const secretOf = ({ health }: ModelView): string => String(health.firstSeen);

function componentOf(
  page: StatusPage,
  words: StatusWords,
  {
    view,
    id,
    number,
    now,
    glance,
  }: Pick<Member, 'view' | 'id'> & {
    readonly number: number;
    readonly now: number;
    readonly glance: Glance | null;
  },
): StatusComponent {
  const { model, health, uptime } = view;
  const { state, since } = stateAt(health, now);
  const label = (key: string | null): string => (key === null ? '' : (model.labels[key] ?? ''));
  const numbered = words.fill(words.messages.model, { n: String(number) });
  return {
    id,
    name: label(page.nameBy) || (page.show.ids ? model.id : numbered),
    group: label(page.groupBy),
    state,
    since,
    // The ms are what makes ids opaque.
    firstSeen: Math.floor(health.firstSeen / dayMs) * dayMs,
    uptime: Object.fromEntries(page.show.uptime.map((window) => [window, uptime[window]])),
    bar: glance?.bar ?? null,
    p95: page.show.latency ? (glance?.p95 ?? null) : null,
  };
}

function incidentsOf(page: StatusPage, members: readonly Member[], now: number): StatusIncident[] {
  return members
    .flatMap(({ view, id, past }) =>
      past.incidents
        .filter(({ closedAt }) => closedAt === null || closedAt > now - page.historyMs)
        .map((incident) => ({ view, component: id, incident })),
    )
    .sort((a, b) => b.incident.openedAt - a.incident.openedAt)
    .slice(0, mostIncidents)
    .map(({ view, component, incident: { openedAt, closedAt, reason } }) => ({
      id: opaqueId(secretOf(view), page.path, 'incident', view.key, openedAt),
      component,
      openedAt,
      closedAt,
      reason: page.show.reasons ? reasonWords[reason].label : null,
    }));
}

function announcementsOf(page: StatusPage, now: number): StatusAnnouncement[] {
  return page.announcements
    .filter(({ from, to }) => from <= now && (to === null || to > now - page.historyMs))
    .map(({ title, text, from, to }) => ({
      id: opaqueId(page.path, 'announcement', title, from),
      title,
      text,
      from,
      to,
    }))
    .sort((a, b) => b.from - a.from);
}

/** Makes the views of public pages; what it reads is kept for the next one. */
export function createStatusBuilder(parts: { readonly backend: Backend; readonly glances: Glances }) {
  const { backend, glances } = parts;
  const pasts = createStatusPasts(backend);
  const planned = createPlannedMaintenance();

  /** Windows that several models share are one maintenance. */
  const maintenancesOf = async (
    page: StatusPage,
    members: readonly Member[],
    { maintenance: rules }: PublicPages,
    now: number,
  ): Promise<StatusMaintenance[]> => {
    const found = new Map<
      string,
      { from: number; to: number; components: Set<string>; reason: string | null }
    >();
    const add = (from: number, to: number, component: string, reason: () => string | null): void => {
      const name = `${from}/${to}`;
      const known = found.get(name);
      if (known === undefined)
        found.set(name, {
          from,
          to,
          components: new Set([component]),
          reason: page.show.reasons ? reason() : null,
        });
      else known.components.add(component);
    };
    const since = now - Math.min(page.historyMs, toldMaintenanceMs);
    for (const { view, id, past } of members) {
      for (const { from, to } of past.windows) {
        if (to <= since) continue;
        add(from, to, id, () => planned.ruleAt(rules, view.model.id, from)?.reason ?? null);
      }
      if (!view.exclusions.some(({ from }) => from > now)) continue;
      for (const { from, to, reason } of await backend.store.exclusions(view.key))
        if (from > now) add(from, to, id, () => reason);
    }
    const ids = members.map(({ view }) => view.model.id);
    const next = await planned.of(rules, ids, now);
    for (const { from, to, rule } of [...next].sort((a, b) => a.from - b.from).slice(0, mostPlanned)) {
      const matches = modelMatcher(rule);
      for (const { view, id } of members) if (matches(view.model.id)) add(from, to, id, () => rule.reason);
    }
    return [...found.values()]
      .map((each) => ({
        ...each,
        components: [...each.components],
        id: opaqueId(page.path, 'maintenance', each.from, each.to, ...[...each.components].sort()),
      }))
      .sort((a, b) => b.from - a.from);
  };

  return {
    /** Rejects when the store cannot be read: a page without its incidents would claim that there were none. */
    async build(page: StatusPage, all: PublicPages, words: StatusWords): Promise<StatusPageView> {
      const isShown = pageMatcher(page);
      const views = [...backend.views()].filter(({ model }) => isShown(model));
      await glances.refresh(views);
      const now = backend.now();
      const read = await pasts.of(views, now);
      const members = views.map((view, index): Member => ({
        view,
        id: opaqueId(secretOf(view), page.path, 'component', view.key),
        past: read[index] ?? { incidents: [], windows: [] },
      }));
      return {
        title: page.title,
        path: page.path,
        url: `${all.baseUrl}${page.path}`,
        locale: page.locale,
        timezone: page.timezone,
        now,
        components: members.map(({ view, id }, index) =>
          componentOf(page, words, { view, id, number: index + 1, now, glance: glances.of(view.key) }),
        ),
        incidents: incidentsOf(page, members, now),
        maintenances: await maintenancesOf(page, members, all, now),
        announcements: announcementsOf(page, now),
      };
    },
  };
}
