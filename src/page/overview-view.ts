import { blameFor, type Blame, type StateReason } from '../domain/reason.js';
import { labelOf } from '../domain/model.js';
import { deadlinesOf, deadlineText, urgencyOf } from '../domain/deadline.js';
import type { Acknowledgement } from '../domain/incident.js';
import { dayMs } from '../domain/period.js';
import type { State } from '../domain/state.js';
import { shownState, acknowledgedAt, type ModelView, type UptimeWindow } from '../domain/view.js';
import type { Uptime } from '../domain/uptime.js';
import type { VendorWord } from '../domain/vendor-word.js';
import { asSentence, plural } from './figures.js';
import type { MonitorView } from './monitor-view.js';
import type { OverviewQuery } from './overview-query.js';
import { providerText } from './provider-text.js';
import { reasonWords } from './reason-words.js';

/** One model on the overview. Times in Unix ms. */
export interface Row {
  readonly id: string;
  readonly key: number;
  readonly state: State;
  readonly since: number;
  readonly reason: StateReason | null;
  /** Name of the probe that decides the state; null for the model's own. */
  readonly probe: string | null;
  readonly blame: Blame | null;
  readonly provider: string;
  readonly modelName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly uptime: Readonly<Record<UptimeWindow, Uptime>>;
  readonly slo: number | null;
  readonly firstSeen: number;
  /** Newest detail, where the state needs one. */
  readonly detail: string | null;
  /** End of the present maintenance; null without one. */
  readonly maintenanceUntil: number | null;
  /** What of a healthy model is about to go wrong. */
  readonly warning: string | null;
  /** Who cares for the open incident; null where nobody does. */
  readonly acknowledged: Acknowledgement | null;
  readonly checked: boolean;
  readonly nextDue: number | null;
  /** What its vendor says now; null where it says nothing. */
  readonly vendor: VendorWord | null;
}

/** Models that are in one state for one reason at one provider. */
export interface Cause {
  readonly state: State;
  readonly reason: StateReason;
  readonly blame: Blame;
  readonly provider: string;
  /** Start of the first. */
  readonly since: number;
  readonly models: readonly string[];
}

export interface Group {
  /** Empty for the only group. */
  readonly name: string;
  readonly rows: readonly Row[];
}

export interface OverviewView {
  readonly query: OverviewQuery;
  readonly now: number;
  /** Of all models, whatever the filter. */
  readonly counts: Readonly<Record<State, number>>;
  readonly total: number;
  /** Models without any result yet. */
  readonly unchecked: number;
  /** Start of the next check; null where none is planned. */
  readonly nextCheck: number | null;
  /** Models that are down, by blame. */
  readonly downBy: readonly { readonly blame: Blame; readonly count: number }[];
  readonly causes: readonly Cause[];
  readonly groups: readonly Group[];
  /** The grouping in force: `none`, `provider` or `label:KEY`. */
  readonly grouping: string;
  /** Rows that match, and of these those shown. */
  readonly matching: number;
  readonly shown: number;
  /** Labels to choose from, as `key:value`. */
  readonly labels: readonly string[];
  /** Keys of labels to group by. */
  readonly labelKeys: readonly string[];
  /** What checks have cost in this UTC month, by currency; empty while nothing is known. */
  readonly costs: readonly string[];
  readonly monitor: MonitorView;
}

/** Worst first. */
const badness: Readonly<Record<State, number>> = {
  unhealthy: 0,
  degraded: 1,
  unknown: 2,
  maintenance: 3,
  healthy: 4,
};
const mostLabels = 200;

const certificateWarningMs = 14 * dayMs;
const budgetWarning = 0.8;

function certificateWarning({ certificateExpiresAt }: ModelView, now: number): string | null {
  if (certificateExpiresAt === null || certificateExpiresAt - now >= certificateWarningMs) return null;
  if (certificateExpiresAt <= now) return 'The certificate has expired';
  const days = Math.floor((certificateExpiresAt - now) / dayMs);
  return `The certificate expires in ${plural(days, 'day')}`;
}

function warningOf(view: ModelView, now: number): string | null {
  const { model, keys, tokensToday } = view;
  const refused = keys.findIndex((healthy) => healthy === false);
  if (refused >= 0) return `Key ${refused + 1} of ${keys.length} was refused at its last use`;
  const certificate = certificateWarning(view, now);
  if (certificate !== null) return certificate;
  const used = tokensToday.day === Math.floor(now / dayMs) ? tokensToday.tokens : 0;
  if (model.tokensPerDay !== null && used > budgetWarning * model.tokensPerDay)
    return `${used} of ${model.tokensPerDay} tokens of today are used`;
  const ending = deadlinesOf(view).find((one) => one.kind !== 'certificate' && urgencyOf(one, now) !== 'far');
  return ending === undefined ? null : asSentence(deadlineText(ending, now));
}

/** One model as the overview shows it. */
export function rowOf(view: ModelView, now: number, vendor: VendorWord | null = null): Row {
  const { model, health } = view;
  const { state, since, reason, probe } = shownState(view, now);
  const { latest } = view.probes.find(({ name }) => name === probe)?.view ?? view;
  const window = health.windows.filter(({ from, to }) => from <= now && to > now).at(-1);
  return {
    id: model.id,
    key: view.key,
    state,
    since,
    reason,
    probe,
    blame: reason && blameFor(reason),
    provider: providerText(model),
    modelName: model.modelName,
    labels: model.labels,
    uptime: view.uptime,
    slo: model.slo,
    firstSeen: health.firstSeen,
    detail:
      state === 'healthy' || state === 'maintenance' || reason === 'paused' ? null : (latest?.detail ?? null),
    maintenanceUntil: state === 'maintenance' ? (window?.to ?? null) : null,
    warning: state === 'healthy' ? warningOf(view, now) : null,
    acknowledged: acknowledgedAt(view, now),
    checked: view.latest !== null,
    nextDue: view.nextDue(),
    vendor,
  };
}

function causesOf(rows: readonly Row[]): Cause[] {
  const found = new Map<string, { cause: Cause; models: string[] }>();
  for (const { id, state, reason, blame, provider, since } of rows) {
    if (state === 'healthy' || state === 'maintenance' || reason === null || blame === null) continue;
    const place = JSON.stringify([state, reason, provider]);
    const known = found.get(place);
    const first = Math.min(since, known?.cause.since ?? since);
    const models = known?.models ?? [];
    models.push(id);
    found.set(place, { cause: { state, reason, blame, provider, since: first, models }, models });
  }
  return [...found.values()]
    .map(({ cause }) => cause)
    .sort((a, b) => badness[a.state] - badness[b.state] || a.since - b.since);
}

/** What a search looks in, here and in the script. */
export function searchTextOf({ id, provider, modelName, state, reason, labels }: Row): string {
  const own = Object.entries(labels).map(([key, value]) => `${key}:${value}`);
  const words = reason === null ? [] : [reason, reasonWords[reason].label];
  return [id, provider, modelName, state, ...own, ...words].join('\n').toLowerCase();
}

/** Words of a search that are looked for; further ones are ignored. */
const mostWords = 8;

/** Whether a row passes the filters. */
function matcherOf({ states: asked, labels, blame, text }: OverviewQuery): (row: Row) => boolean {
  const words = [...new Set(text.split(/\s+/))].filter((word) => word !== '').slice(0, mostWords);
  return (row) => {
    if (asked.length > 0 && !asked.includes(row.state)) return false;
    if (blame !== null && (row.blame !== blame || row.state === 'healthy')) return false;
    if (labels.length > 0) {
      const own = Object.entries(row.labels).map(([key, value]) => `${key}:${value}`);
      if (!labels.every((label) => own.includes(label))) return false;
    }
    if (words.length === 0) return true;
    const searched = searchTextOf(row);
    return words.every((word) => searched.includes(word));
  };
}

/** The label that most models have, if it divides them. */
function usualGrouping(models: readonly Row[], keys: readonly string[]): string {
  const dividing = keys.find((key) => {
    const values = new Set(models.map((row) => labelOf(row, key)));
    return values.size > 1 && values.size <= Math.max(2, models.length / 2) && !values.has(undefined);
  });
  return dividing === undefined ? 'none' : `label:${dividing}`;
}

function groupName(row: Row, grouping: string): string {
  if (grouping === 'provider') return row.provider;
  return grouping.startsWith('label:') ? (labelOf(row, grouping.slice('label:'.length)) ?? 'without') : '';
}

function groupsOf(rows: readonly Row[], grouping: string): Group[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = groupName(row, grouping);
    const known = groups.get(name);
    if (known === undefined) groups.set(name, [row]);
    else known.push(row);
  }
  // Rows are sorted, so groups come in the order of their worst row.
  return [...groups].map(([name, some]) => ({ name, rows: some }));
}

/** What the overview shows of these models, all of the registry. */
export function overviewOf(
  rows: readonly Row[],
  query: OverviewQuery,
  {
    now,
    monitor,
    costs = [],
  }: { readonly now: number; readonly monitor: MonitorView; readonly costs?: readonly string[] },
): OverviewView {
  const counts = { healthy: 0, degraded: 0, unhealthy: 0, unknown: 0, maintenance: 0 };
  const down = new Map<Blame, number>();
  for (const { state, blame } of rows) {
    counts[state] += 1;
    if (state === 'unhealthy' && blame !== null) down.set(blame, (down.get(blame) ?? 0) + 1);
  }
  const matching = rows
    .filter(matcherOf(query))
    .sort((a, b) => badness[a.state] - badness[b.state] || a.since - b.since || (a.id < b.id ? -1 : 1));
  const shown = matching.slice(0, query.limit);
  const labels = new Set<string>();
  const labelKeys = new Set<string>();
  for (const row of rows) {
    for (const [key, value] of Object.entries(row.labels)) {
      labelKeys.add(key);
      if (labels.size < mostLabels) labels.add(`${key}:${value}`);
    }
  }
  const keys = [...labelKeys].sort();
  const known =
    query.group === 'none' ||
    query.group === 'provider' ||
    (query.group?.startsWith('label:') === true && keys.includes(query.group.slice('label:'.length)));
  const grouping = query.group !== null && known ? query.group : usualGrouping(rows, keys);
  return {
    query,
    now,
    counts,
    total: rows.length,
    unchecked: rows.filter(({ checked }) => !checked).length,
    nextCheck: rows.reduce<number | null>(
      (next, { nextDue }) => (nextDue === null ? next : Math.min(next ?? nextDue, nextDue)),
      null,
    ),
    downBy: [...down].map(([blame, count]) => ({ blame, count })).sort((a, b) => b.count - a.count),
    causes: causesOf(rows),
    groups: groupsOf(shown, grouping),
    grouping,
    matching: matching.length,
    shown: shown.length,
    labels: [...labels].sort(),
    labelKeys: keys,
    costs,
    monitor,
  };
}
