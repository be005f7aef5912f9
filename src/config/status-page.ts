import { createZone } from '../calendar/zone.js';
import { labelOf, type Model } from '../domain/model.js';
import { isPlausible, parseIsoTime } from '../domain/time.js';
import { modelMatcher } from './maintenance.js';
import type { Logo, StatusPage } from './page-settings.js';
import type { Path, Problem } from './read/problem.js';
import type { StatusPageEntry } from './schema/status-page-schema.js';
import { addAll } from '../domain/list.js';

/** Unix ms; null for a text that is no time. Undefined stays without a time. */
function timeIn(timezone: string, text: string | undefined): { time: number | null; fault: boolean } {
  if (text === undefined) return { time: null, fault: false };
  const time = parseIsoTime(text, (local) =>
    isPlausible(local) ? createZone(timezone).instantOf(local) : local,
  );
  const valid = time !== null && isPlausible(time) && time % 1_000 === 0;
  return { time: valid ? time : null, fault: !valid };
}

function announcementProblems({ announcements, timezone }: StatusPageEntry): Problem[] {
  return announcements.flatMap(({ from, to }, index) => {
    const at: Path = ['announcements', index];
    const times = { from: timeIn(timezone, from), to: timeIn(timezone, to) };
    const message =
      'must be an ISO 8601 time in whole seconds from 2000 to 2100, such as 2026-12-01T22:00:00Z';
    const faults = (['from', 'to'] as const).filter((key) => times[key].fault);
    if (faults.length > 0) return faults.map((key) => ({ path: [...at, key], message }));
    const ends = times.from.time !== null && times.to.time !== null && times.to.time <= times.from.time;
    return ends ? [{ path: [...at, 'to'], message: 'must be after "from"' }] : [];
  });
}

/** What is wrong with the pages; paths are relative to their list. */
export function statusPageProblems(pages: readonly StatusPageEntry[]): Problem[] {
  const problems: Problem[] = [];
  for (const [index, page] of pages.entries()) {
    const { path, access, password } = page;
    for (const other of pages.slice(0, index)) {
      if (other.path === path)
        problems.push({ path: [index, 'path'], message: `"${path}" is already the path of another page` });
      else if (path.startsWith(`${other.path}/`) || other.path.startsWith(`${path}/`)) {
        const message = `"${path}" and "${other.path}", the path of another page, must not lie within each other`;
        problems.push({ path: [index, 'path'], message });
      }
    }
    if (access === 'password' && password === undefined)
      problems.push({ path: [index, 'password'], message: 'is required with "access: password"' });
    if (access !== 'password' && password !== undefined)
      problems.push({ path: [index, 'password'], message: 'needs "access: password"', at: 'key' });
    addAll(
      problems,
      announcementProblems(page).map((each) => ({ ...each, path: [index, ...each.path] })),
    );
  }
  return problems;
}

/** A page as it is served; `logo` was read with the configuration. */
export function statusPageOf(entry: StatusPageEntry, logo: Logo | null): StatusPage {
  const { timezone } = entry;
  return {
    path: entry.path,
    title: entry.title,
    models: { ids: entry.models.ids ?? ['*'], labels: entry.models.labels ?? {} },
    access: entry.access,
    password: entry.password ?? null,
    logo,
    nameBy: entry.name_by ?? null,
    groupBy: entry.group_by ?? null,
    show: { ...entry.show, uptime: [...new Set(entry.show.uptime)] },
    historyMs: entry.history,
    locale: entry.locale,
    timezone,
    accent: entry.theme.accent ?? null,
    noindex: entry.noindex,
    frameAncestors: entry.frame_ancestors,
    announcements: entry.announcements.map(({ title, text = '', from, to }) => ({
      title,
      text,
      from: timeIn(timezone, from).time ?? 0,
      to: timeIn(timezone, to).time,
    })),
  };
}

/** Tests whether a model is on the page. */
export function pageMatcher({ models }: Pick<StatusPage, 'models'>): (model: Model) => boolean {
  const fits = modelMatcher({ models: models.ids });
  const wanted = Object.entries(models.labels);
  return (model) => fits(model.id) && wanted.every(([key, value]) => labelOf(model, key) === value);
}

/** Warnings about the pages, relative to their list. */
export function statusPageWarnings(pages: readonly StatusPage[], models: readonly Model[]): Problem[] {
  if (models.length === 0) return [];
  return pages.flatMap((page, index): Problem[] => {
    const { nameBy, show } = page;
    const shown = models.filter(({ probeOf }) => probeOf === undefined).filter(pageMatcher(page));
    if (shown.length === 0) return [{ path: [index, 'models'], message: 'match no model' }];
    const nameless = shown.filter((model) => nameBy === null || labelOf(model, nameBy) === undefined).length;
    if (show.ids || nameless === 0) return [];
    const message = `${nameless} of its ${shown.length} models have no name on the page and are numbered: set "name_by", or "show: {ids: true}"`;
    return [{ path: [index], message }];
  });
}
