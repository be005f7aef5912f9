import type { Balance } from '../domain/balance.js';
import { amountOf, costOn, sumsByCurrency, type Cost } from '../domain/cost.js';
import { limitAt, limitKinds, ratioOf } from '../domain/headroom.js';
import { tokensOn } from '../domain/budget.js';
import { deadlinesOf } from '../domain/deadline.js';
import { phaseNames } from '../domain/result.js';
import { blameFor, type StateReason } from '../domain/reason.js';
import { states, type State } from '../domain/state.js';
import { shownState, type BucketCounts, type ModelView } from '../domain/view.js';
import type { ModelFamilyName } from './catalogue.js';
import { boundText, escapeLabel } from './format.js';
import { highest } from '../domain/list.js';
import type { Uptime } from '../domain/uptime.js';
import { usualSeries, type ShownSeries } from './shown-series.js';

/** A model at the moment of a scrape. */
export interface Row {
  readonly view: ModelView;
  /** The view of the probe that decides the state, which is that of the model where it has no other. */
  readonly decides: ModelView;
  /** `model="..."`, escaped. */
  readonly label: string;
  readonly state: State;
  readonly since: number;
  readonly reason: StateReason | null;
  readonly now: number;
  readonly shown: ShownSeries;
}

/** Writes the series of one family for one model as lines; empty for unknown values. */
type Write = (name: string, row: Row) => string;

function line(name: string, row: Row, value: number | null, more = ''): string {
  return value === null ? '' : `${name}{${row.label}${more}} ${value}\n`;
}

function label(name: string, value: string): string {
  return `,${name}="${escapeLabel(value)}"`;
}

function each<T>(items: readonly T[], write: (item: T, index: number) => string): string {
  let text = '';
  items.forEach((item, index) => (text += write(item, index)));
  return text;
}

function timestamp(of: (row: Row) => number | null): Write {
  return (name, row) => {
    const ms = of(row);
    return line(name, row, ms === null ? null : ms / 1000);
  };
}

function histogram(name: string, row: Row, buckets: BucketCounts | null): string {
  if (buckets === null) return '';
  let total = 0;
  let text = '';
  buckets.counts.forEach((count, index) => {
    total += count;
    text += `${name}_bucket{${row.label},le="${boundText(buckets.bounds[index])}"} ${total}\n`;
  });
  return text + line(`${name}_sum`, row, buckets.sum) + line(`${name}_count`, row, total);
}

function countOf({ view }: Row, outcome?: string): number {
  let total = 0;
  for (const result of view.results)
    if (outcome === undefined || result.outcome === outcome) total += result.count;
  return total;
}

function up({ state }: Row): number | null {
  if (state === 'unknown' || state === 'maintenance') return null;
  return state === 'unhealthy' ? 0 : 1;
}

function consecutiveFailures({ view, now }: Row): number {
  const { run } = view.health;
  return run?.kind === 'failure' && now <= run.validUntil ? run.count : 0;
}

/** Maximum characters of a detail in a label. */
const longestDetail = 160;

/** The first failure of the row, not the newest: a detail may differ with every request, and each would be a new series. */
function incidentDetail({ view, state }: Row): string | null {
  const { run } = view.health;
  if (state !== 'unhealthy' || run?.kind !== 'failure' || !run.detail) return null;
  return Array.from(run.detail).slice(0, longestDetail).join('');
}

function exclusionEnd({ view, now }: Row): number | null {
  const ends = view.exclusions.filter(({ from }) => from <= now).map(({ to }) => to);
  return ends.length === 0 ? null : highest(ends);
}

/** A figure of the uptime by window; with the provider's own, the label `scope` tells them apart. */
function uptimeLines(name: string, row: Row, of: (uptime: Uptime) => number | null): string {
  const { view, shown } = row;
  const series = (known: ModelView['uptime'], scope: string): string =>
    each(shown.windows, (window) => line(name, row, of(known[window]), label('window', window) + scope));
  if (!shown.providerUptime) return series(view.uptime, '');
  return series(view.uptime, label('scope', 'all')) + series(view.providerUptime, label('scope', 'provider'));
}

/** The soonest of each kind; that of the endpoint's certificate has a family of its own. */
function expiries(name: string, row: Row): string {
  const soonest = new Map<string, number>();
  // The soonest comes first.
  for (const { kind, at } of deadlinesOf(row.view))
    if (kind !== 'certificate' && !soonest.has(kind)) soonest.set(kind, at);
  return each([...soonest], ([kind, at]) => line(name, row, at / 1_000, label('kind', kind)));
}

function reasonLabels(reason: StateReason): string {
  return label('reason', reason) + label('blame', blameFor(reason) ?? '');
}

/** A model and its probes: what they use is used for the model. */
const allOf = ({ view }: Row): readonly ModelView[] => [view, ...view.probes.map((probe) => probe.view)];

const sumOf = (row: Row, of: (view: ModelView) => number): number =>
  allOf(row).reduce((sum, view) => sum + of(view), 0);

/** The budget of which most is used; each probe has one of its own. */
function mostUsed(row: Row, shareOf: (view: ModelView) => number | null): number | null {
  const shares = allOf(row).flatMap((view) => shareOf(view) ?? []);
  return shares.length === 0 ? null : highest(shares);
}

function budgetUsed({ model, tokensToday }: ModelView, now: number): number | null {
  const budget = model.tokensPerDay;
  return budget && tokensOn(tokensToday, now) / budget;
}

function costBudgetUsed({ model, monthCost }: ModelView, now: number): number | null {
  const { usdPerMonth = null } = model;
  if (usdPerMonth === null || monthCost === null) return null;
  return amountOf(costOn(monthCost, now)) / usdPerMonth;
}

/** From the first scrape on, where there is a price. */
function countedCost({ cost, model }: ModelView): Cost | null {
  if (cost !== null) return cost;
  const { price = null } = model;
  return price && { currency: price.currency, nanos: 0 };
}

/** In the currency of the model, which is that of its probes. */
const costOfAll = (row: Row): Cost | null => sumsByCurrency(allOf(row).map(countedCost))[0] ?? null;

/** Each account is one series, of the model that asks for it. */
const ownBalances = ({ view }: Row): readonly Balance[] =>
  (view.balances ?? []).filter(({ askedBy }) => askedBy === view.model.id);

/** Writers of the families, in the order of the exposition. */
export const modelFamilies: Readonly<Record<ModelFamilyName, Write>> = {
  model_info: (name, row) => {
    const { provider, modelName, hostingType, labels } = row.view.model;
    const fixed =
      label('provider', provider) + label('model_name', modelName) + label('hosting_type', hostingType);
    return line(
      name,
      row,
      1,
      fixed + each(Object.entries(labels), ([key, value]) => label(`label_${key}`, value)),
    );
  },
  model_status_info: (name, row) => {
    const reason = row.decides.latestConclusive?.reason ?? 'ok';
    return reason === 'ok' ? '' : line(name, row, 1, reasonLabels(reason));
  },
  model_unknown_info: (name, row) =>
    row.state === 'unknown' && row.reason !== null ? line(name, row, 1, reasonLabels(row.reason)) : '',
  model_version_changes_total: (name, row) => line(name, row, row.view.versionChanges),
  budget_tokens_used_ratio: (name, row) =>
    line(
      name,
      row,
      mostUsed(row, (view) => budgetUsed(view, row.now)),
    ),
  model_up: (name, row) => line(name, row, up(row)),
  model_state: (name, row) =>
    each(states, (state) => line(name, row, state === row.state ? 1 : 0, label('state', state))),
  checks_total: (name, row) => line(name, row, countOf(row)),
  check_failures_total: (name, row) => line(name, row, countOf(row, 'unhealthy')),
  check_results_total: (name, row) =>
    each(row.view.results, ({ outcome, reason, count }) =>
      line(name, row, count, label('outcome', outcome) + label('reason', reason)),
    ),
  check_duration_seconds: (name, row) => histogram(name, row, row.view.durations),
  time_to_first_token_seconds: (name, row) => histogram(name, row, row.view.firstTokens),
  tokens_per_second: (name, row) => {
    const { throughput } = row.view;
    return throughput?.counts.some((count) => count > 0) === true ? histogram(name, row, throughput) : '';
  },
  stream_gap_seconds: (name, row) => histogram(name, row, row.view.gaps),
  check_phase_seconds: (name, row) =>
    each(phaseNames, (phase) => {
      const ms = row.view.latest?.phases[phase];
      return line(name, row, ms === undefined ? null : ms / 1000, label('phase', phase));
    }),
  last_check_timestamp_seconds: timestamp(({ view }) => view.latest?.slot ?? null),
  last_success_timestamp_seconds: timestamp(({ view }) => view.lastSuccess),
  next_check_due_timestamp_seconds: timestamp(({ view }) => view.nextDue()),
  state_since_timestamp_seconds: timestamp(({ since }) => since),
  incident_start_timestamp_seconds: timestamp(({ view: { health } }) =>
    health.incident?.closedAt === null ? health.incident.openedAt : null,
  ),
  incident_detail_info: (name, row) => {
    const detail = incidentDetail(row);
    return detail === null ? '' : line(name, row, 1, label('detail', detail));
  },
  exclusion_end_timestamp_seconds: timestamp(exclusionEnd),
  consecutive_failures: (name, row) => line(name, row, consecutiveFailures(row)),
  uptime_ratio: (name, row) => uptimeLines(name, row, ({ uptime }) => uptime),
  coverage_ratio: (name, row) => uptimeLines(name, row, ({ coverage }) => coverage),
  slo_objective_ratio: (name, row) => line(name, row, row.view.model.slo),
  tokens_total: (name, row) =>
    line(
      name,
      row,
      sumOf(row, ({ inputTokens }) => inputTokens),
      label('type', 'input'),
    ) +
    line(
      name,
      row,
      sumOf(row, ({ outputTokens }) => outputTokens),
      label('type', 'output'),
    ),
  ratelimit_remaining: (name, row) =>
    each(['requests', 'tokens'] as const, (kind) =>
      line(name, row, row.view.rateLimitRemaining[kind] ?? null, label('kind', kind)),
    ),
  ratelimit_remaining_ratio: (name, row) =>
    each(limitKinds, (kind) => {
      const limit = limitAt(row.view.headroom, kind, row.now);
      return line(name, row, limit && ratioOf(limit), label('kind', kind));
    }),
  cost_total: (name, row) => {
    const cost = costOfAll(row);
    return cost === null ? '' : line(name, row, amountOf(cost.nanos), label('currency', cost.currency));
  },
  budget_cost_used_ratio: (name, row) =>
    line(
      name,
      row,
      mostUsed(row, (view) => costBudgetUsed(view, row.now)),
    ),
  account_balance: (name, row) =>
    each(ownBalances(row), ({ key, amount, currency }) =>
      line(name, row, amount, label('key', String(key)) + label('currency', currency)),
    ),
  account_balance_warn_below: (name, row) =>
    ownBalances(row).length === 0 ? '' : line(name, row, row.view.model.balance?.warnBelow ?? null),
  api_key_healthy: (name, row) =>
    row.view.keys.length < 2
      ? ''
      : each(row.view.keys, (healthy, index) =>
          line(name, row, healthy === null ? null : Number(healthy), label('key', String(index + 1))),
        ),
  tls_certificate_expiry_timestamp_seconds: timestamp(({ view }) => view.certificateExpiresAt),
  expiry_timestamp_seconds: expiries,
};

/** Prepares a model for writing, so that its state is computed once per scrape. */
export function rowOf(view: ModelView, now: number, shown: ShownSeries = usualSeries): Row {
  const { state, since, reason, probe } = shownState(view, now);
  const decides = view.probes.find(({ name }) => name === probe)?.view ?? view;
  return { view, decides, label: `model="${escapeLabel(view.model.id)}"`, state, since, reason, now, shown };
}
