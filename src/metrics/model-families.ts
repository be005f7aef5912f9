import { keysOf } from '../domain/table.js';
import { tokensOn } from '../domain/budget.js';
import { phaseNames } from '../domain/result.js';
import { blameFor, type StateReason } from '../domain/reason.js';
import { states, type State } from '../domain/state.js';
import { stateAt } from '../domain/timeline.js';
import { uptimeWindows, type BucketCounts, type ModelView } from '../domain/view.js';
import type { ModelFamilyName } from './catalogue.js';
import { boundText, escapeLabel } from './format.js';
import { highest } from '../domain/list.js';

/** A model at the moment of a scrape. */
export interface Row {
  readonly view: ModelView;
  /** `model="..."`, escaped. */
  readonly label: string;
  readonly state: State;
  readonly since: number;
  readonly reason: StateReason | null;
  readonly now: number;
}

/** Writes the series of one family for one model as lines; empty for unknown values. */
type Write = (name: string, row: Row) => string;

const windows = keysOf(uptimeWindows);

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

function reasonLabels(reason: StateReason): string {
  return label('reason', reason) + label('blame', blameFor(reason) ?? '');
}

function budgetUsed({ view, now }: Row): number | null {
  const budget = view.model.tokensPerDay;
  return budget && tokensOn(view.tokensToday, now) / budget;
}

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
    const reason = row.view.latestConclusive?.reason ?? 'ok';
    return reason === 'ok' ? '' : line(name, row, 1, reasonLabels(reason));
  },
  model_unknown_info: (name, row) =>
    row.state === 'unknown' && row.reason !== null ? line(name, row, 1, reasonLabels(row.reason)) : '',
  model_version_changes_total: (name, row) => line(name, row, row.view.versionChanges),
  budget_tokens_used_ratio: (name, row) => line(name, row, budgetUsed(row)),
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
  uptime_ratio: (name, row) =>
    each(windows, (window) => line(name, row, row.view.uptime[window].uptime, label('window', window))),
  coverage_ratio: (name, row) =>
    each(windows, (window) => line(name, row, row.view.uptime[window].coverage, label('window', window))),
  slo_objective_ratio: (name, row) => line(name, row, row.view.model.slo),
  tokens_total: (name, row) =>
    line(name, row, row.view.inputTokens, label('type', 'input')) +
    line(name, row, row.view.outputTokens, label('type', 'output')),
  ratelimit_remaining: (name, row) =>
    each(['requests', 'tokens'] as const, (kind) =>
      line(name, row, row.view.rateLimitRemaining[kind] ?? null, label('kind', kind)),
    ),
  api_key_healthy: (name, row) =>
    row.view.keys.length < 2
      ? ''
      : each(row.view.keys, (healthy, index) =>
          line(name, row, healthy === null ? null : Number(healthy), label('key', String(index + 1))),
        ),
  tls_certificate_expiry_timestamp_seconds: timestamp(({ view }) => view.certificateExpiresAt),
};

/** Prepares a model for writing, so that its state is computed once per scrape. */
export function rowOf(view: ModelView, now: number): Row {
  const { state, since, reason } = stateAt(view.health, now);
  return { view, label: `model="${escapeLabel(view.model.id)}"`, state, since, reason, now };
}
