import { modelMatcher } from '../../config/maintenance.js';
import type { StatusPage } from '../../config/page-settings.js';
import { pageMatcher } from '../../config/status-page.js';
import { wholeSecondsUp } from '../../domain/duration.js';
import type { ExcludedPeriod, Exclusion } from '../../domain/exclusion.js';
import { labelOf } from '../../domain/model.js';
import { dayMs } from '../../domain/period.js';
import type { Interval } from '../../domain/state.js';
import { shownState, type ModelView } from '../../domain/view.js';
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
import { inTurns } from './loop-turns.js';
import { opaqueId } from './opaque-id.js';
import { createPlannedMaintenance } from './planned-maintenance.js';
import { createStatusPasts, toldMaintenanceMs, type StatusPast } from './status-past.js';

const mostPlanned = 50;
/** Of all models of a page, newest first. */
const mostIncidents = 2_000;
/** Members in one turn of the event loop, each with up to 200 windows and 500 incidents: a few ms. */
const membersAtOnce = 25;
/** Ids made in one turn: some 2 ms. */
const idsAtOnce = 250;

/** One model of the page with what was read of it. */
interface Member {
  readonly view: ModelView;
  readonly id: string;
  readonly past: StatusPast;
}

/** Times are told in whole seconds. */
const toldTime = (unixMs: number): number => Math.floor(unixMs / 1_000) * 1_000;

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
  const { state, since } = shownState(view, now);
  const label = (key: string | null): string => (key === null ? '' : (labelOf(model, key) ?? ''));
  const numbered = words.fill(words.messages.model, { n: String(number) });
  return {
    id,
    name: label(page.nameBy) || (page.show.ids ? model.id : numbered),
    group: label(page.groupBy),
    state,
    since: toldTime(since),
    firstSeen: Math.floor(health.firstSeen / dayMs) * dayMs,
    uptime: Object.fromEntries(page.show.uptime.map((window) => [window, uptime[window]])),
    bar: glance?.bar ?? null,
    course: glance?.course ?? [],
    p95: page.show.latency ? (glance?.p95 ?? null) : null,
  };
}

type Told = Pick<Member, 'view' | 'id'> & { readonly incident: StatusPast['incidents'][number] };

const cutToNewest = (told: Told[]): Told[] =>
  told.sort((a, b) => b.incident.openedAt - a.incident.openedAt).slice(0, mostIncidents);

/** The newest incidents of all members. Never are all of them in one list: a page may have a million. */
async function newestIncidents(page: StatusPage, members: readonly Member[], now: number): Promise<Told[]> {
  let newest: Told[] = [];
  // What opened no later is not among the newest.
  let before = -Infinity;
  for await (const some of inTurns(members, membersAtOnce)) {
    for (const { view, id, past } of some) {
      for (const incident of past.incidents) {
        if (incident.openedAt <= before) break;
        const { closedAt } = incident;
        if (closedAt === null || closedAt > now - page.historyMs) newest.push({ view, id, incident });
      }
      if (newest.length < 2 * mostIncidents) continue;
      newest = cutToNewest(newest);
      before = newest.at(-1)?.incident.openedAt ?? before;
    }
  }
  return cutToNewest(newest);
}

async function incidentsOf(
  page: StatusPage,
  secret: string,
  members: readonly Member[],
  now: number,
): Promise<StatusIncident[]> {
  const incidents: StatusIncident[] = [];
  for await (const some of inTurns(await newestIncidents(page, members, now), idsAtOnce)) {
    for (const { view, id, incident } of some) {
      const { openedAt, closedAt, reason } = incident;
      incidents.push({
        id: opaqueId(secret, page.path, 'incident', view.key, openedAt),
        component: id,
        openedAt: toldTime(openedAt),
        closedAt: closedAt === null ? null : toldTime(closedAt),
        lastedMs: wholeSecondsUp(Math.max(0, (closedAt ?? now) - openedAt)),
        reason: page.show.reasons ? reasonWords[reason].label : null,
      });
    }
  }
  return incidents;
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

  /** The exclusions of a model that were planned before they began: those to come, and those of these windows. */
  const plannedExclusions = async (
    { key, exclusions }: ModelView,
    windows: readonly Interval[],
    now: number,
  ): Promise<readonly Exclusion[]> => {
    const isTold = ({ from, to, createdAt }: ExcludedPeriod): boolean =>
      from > now || (createdAt <= from && windows.some((window) => from <= window.from && window.from < to));
    return exclusions.some(isTold) ? (await backend.store.exclusions(key)).filter(isTold) : [];
  };

  /** Windows that several models share for one reason are one maintenance. */
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
    const added = new Set<string>();
    const add = (from: number, to: number, component: string, reason: () => string | null): void => {
      const told = { from: toldTime(from), to: toldTime(to) };
      // What a model has at one time is told once, with the first of its reasons.
      const times = `${told.from}/${told.to}`;
      if (added.has(`${times} ${component}`)) return;
      added.add(`${times} ${component}`);
      const why = page.show.reasons ? reason() : null;
      const name = `${times} ${why ?? ''}`;
      const known = found.get(name);
      if (known === undefined) found.set(name, { ...told, components: new Set([component]), reason: why });
      else known.components.add(component);
    };
    const since = now - Math.min(page.historyMs, toldMaintenanceMs);
    for await (const some of inTurns(members, membersAtOnce)) {
      for (const { view, id, past } of some) {
        const exclusions = await plannedExclusions(view, page.show.reasons ? past.windows : [], now);
        for (const { from, to } of past.windows) {
          if (to <= since) continue;
          const ofExclusion = () =>
            exclusions.find((each) => each.from <= from && from < each.to)?.reason ?? null;
          add(
            from,
            to,
            id,
            () => ofExclusion() ?? planned.ruleAt(rules, view.model.id, from)?.reason ?? null,
          );
        }
        for (const { from, to, reason } of exclusions) if (from > now) add(from, to, id, () => reason);
      }
    }
    const ids = members.map(({ view }) => view.model.id);
    const next = await planned.of(rules, ids, now);
    const soonest = [...next].sort((a, b) => a.from - b.from).slice(0, mostPlanned);
    for await (const some of inTurns(soonest, 1)) {
      for (const { from, to, rule } of some) {
        const matches = modelMatcher(rule);
        for (const { view, id } of members) if (matches(view.model.id)) add(from, to, id, () => rule.reason);
      }
    }
    const maintenances: StatusMaintenance[] = [];
    // A window may be that of all members.
    const atOnce = Math.max(1, Math.floor(2_500 / Math.max(1, members.length)));
    for await (const some of inTurns([...found.values()], atOnce)) {
      for (const each of some) {
        const components = [...each.components];
        const id = opaqueId(page.path, 'maintenance', each.from, each.to, ...components.toSorted());
        maintenances.push({ ...each, components, id });
      }
    }
    return maintenances.sort((a, b) => b.from - a.from);
  };

  let lastSecret: string | null = null;
  /** Asks each time, since a database that replaces a lost one has another; while the store fails it is the last one. */
  const secretOfStore = async (): Promise<string> => {
    try {
      lastSecret = await backend.store.secret();
      return lastSecret;
    } catch (error) {
      if (lastSecret === null) throw error;
      return lastSecret;
    }
  };

  return {
    /** Rejects when the store cannot be read: a page without its incidents would claim that there were none. */
    async build(page: StatusPage, all: PublicPages, words: StatusWords): Promise<StatusPageView> {
      const isShown = pageMatcher(page);
      const views = [...backend.views()].filter(({ model }) => isShown(model));
      await glances.refresh(views);
      const now = backend.now();
      const read = await pasts.of(views, now);
      const secret = await secretOfStore();
      const members: Member[] = [];
      const components: StatusComponent[] = [];
      for await (const some of inTurns(views, membersAtOnce)) {
        for (const view of some) {
          const id = opaqueId(secret, page.path, 'component', view.key);
          const past = read[members.length] ?? { incidents: [], windows: [] };
          const number = members.push({ view, id, past });
          components.push(componentOf(page, words, { view, id, number, now, glance: glances.of(view.key) }));
        }
      }
      return {
        title: page.title,
        path: page.path,
        url: `${all.baseUrl}${page.path}`,
        locale: page.locale,
        timezone: page.timezone,
        now,
        components,
        incidents: await incidentsOf(page, secret, members, now),
        maintenances: await maintenancesOf(page, members, all, now),
        announcements: announcementsOf(page, now),
      };
    },
  };
}
