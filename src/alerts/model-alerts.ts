import { minuteMs } from '../domain/period.js';
import type { Calendar } from '../calendar/calendar.js';
import type { Model } from '../domain/model.js';
import {
  anyInstance,
  checkedSinceItBegan,
  checkIntervalMs,
  modelMatcher,
  newest,
  newestOver,
  type AlertRule,
} from './rule-group.js';
import { reasonOf, sinceState } from './template.js';

const degraded = 'modelpulse_model_state{state="degraded"}';
const unknownInfo = 'modelpulse_model_unknown_info';

/** The sum over the instances that have had the model. */
function sumOf(expr: string): string {
  return anyInstance(expr, 'state').replace(/^max/, 'sum');
}

export const paused = newest(`${unknownInfo}{reason="paused"}`, 'reason', 'blame');

/** Alerts on single models, the same for any registry: values that depend on an interval are read from the metrics. */
export function modelAlerts(): AlertRule[] {
  return [
    {
      alert: 'ModelDegraded',
      about: 'model',
      // Both must exist before the window, or its first few samples would stand for all of it. An alert that fires outlasts a
      // restart or a move to another instance, after which the state begins anew.
      expr: `${anyInstance('last_over_time(modelpulse_model_status_info[5m])', 'reason')}
and ignoring (blame) (
  ${sumOf(`sum_over_time(${degraded}[15m])`)} / ${sumOf(`count_over_time(${degraded}[15m])`)} > 0.8
  and ${anyInstance(`present_over_time(${degraded}[15m] offset 15m)`, 'state')}
)
and ignoring (blame) ${newest('modelpulse_model_up')} == 1
and on (job, model) (
  ${checkedSinceItBegan}
  or on (job, model) ALERTS{alertname="ModelDegraded",alertstate="firing"}
)`,
      labels: { severity: 'warning' },
      annotations: {
        summary: '{{ $labels.model }} is degraded',
        description: `{{ $labels.model }} was degraded for most of the last 15 minutes, in more than one check. Blame: {{ $labels.blame }}. ${reasonOf('modelpulse_model_status_info')}`,
        since: sinceState,
      },
    },
    {
      alert: 'ModelUnknown',
      about: 'model',
      // An instance that the database cannot reach still has its models, which are unknown there; others know them.
      expr: `${newest('modelpulse_model_state{state="unknown"}', 'state')} == 1
and ${checkedSinceItBegan}
unless ${paused}
unless ${anyInstance('modelpulse_model_state{state!="unknown"}', 'state')} == 1`,
      for: '15m',
      labels: { severity: 'warning', blame: 'monitor' },
      annotations: {
        summary: '{{ $labels.model }}: state unknown for 15 minutes',
        description: `{{ $labels.model }} is checked, but no result in the last 15 minutes shows whether it is healthy. ${reasonOf(unknownInfo)}`,
        since: sinceState,
      },
    },
    {
      alert: 'ModelOverdue',
      about: 'model',
      expr: `time() - ${anyInstance('modelpulse_next_check_due_timestamp_seconds')} > 120`,
      for: '2m',
      labels: { severity: 'warning', blame: 'monitor' },
      annotations: {
        summary: '{{ $labels.model }}: check overdue',
        description:
          'The next check of {{ $labels.model }} was due {{ $value | humanizeDuration }} ago. The scheduler has neither started it nor counted it as missed.',
      },
    },
    {
      alert: 'ModelCertificateExpiring',
      about: 'model',
      // Without checks nobody sees that it was renewed.
      expr: `${newestOver('10m', 'modelpulse_tls_certificate_expiry_timestamp_seconds')} - time() < 14 * 86400
unless ${paused}`,
      for: '1h',
      labels: { severity: 'warning', blame: 'provider' },
      annotations: {
        summary: '{{ $labels.model }}: certificate expires in {{ $value | humanizeDuration }}',
        description:
          'The TLS certificate of the endpoint of {{ $labels.model }} expires in {{ $value | humanizeDuration }}. Checks fail with tls_error after that.',
      },
    },
  ];
}

/** For registries where a model has a budget: more than 80 % is used, and faster than the UTC day passes. */
export const budgetAlert: AlertRule = {
  alert: 'ModelTokenBudgetLow',
  about: 'model',
  expr: `${newest('modelpulse_budget_tokens_used_ratio')} > 0.8
and ${newest('modelpulse_budget_tokens_used_ratio')} > time() % 86400 / 86400`,
  for: '5m',
  labels: { severity: 'warning', blame: 'monitor' },
  annotations: {
    summary: '{{ $labels.model }}: token budget of the day almost used',
    description:
      'Checks of {{ $labels.model }} have used {{ $value | humanizePercentage }} of the token budget of the UTC day. When it is used up, checks stop and the state is unknown until midnight UTC.',
  },
};

const spans = [
  ['15m', 15 * minuteMs],
  ['1h', 60 * minuteMs],
  ['6h', 360 * minuteMs],
  ['1d', 1440 * minuteMs],
  ['7d', 10_080 * minuteMs],
] as const;
type Span = (typeof spans)[number][0];
const longest: Span = '7d';

/** A span in which each key of the model is used twice, so that a success can follow a single refusal. */
function spanOf(model: Model, calendar: Calendar): Span {
  const neededMs = 2 * model.endpoint.apiKeys.length * (checkIntervalMs(model, calendar) ?? 0);
  return spans.find(([, ms]) => ms >= neededMs)?.[0] ?? longest;
}

/** The alert on one dead key of several; null where no model has several. Rarely checked models need a longer span. */
export function keyAlert(models: readonly Model[], calendar: Calendar): AlertRule | null {
  const several = models.filter(({ endpoint }) => endpoint.apiKeys.length > 1);
  if (several.length === 0) return null;
  const idsBySpan = new Map<Span, string[]>();
  for (const model of several) {
    const span = spanOf(model, calendar);
    idsBySpan.set(span, [...(idsBySpan.get(span) ?? []), model.id]);
  }
  const slow = spans.slice(1).map(([span]) => ({ span, ids: (idsBySpan.get(span) ?? []).sort() }));
  const rare = slow.flatMap(({ ids }) => ids);
  const parts = [
    deadFor('15m', rare.length === 0 ? '' : `{${modelMatcher('!~', rare)}}`),
    ...slow
      .filter(({ ids }) => ids.length > 0)
      .map(({ span, ids }) => deadFor(span, `{${modelMatcher('=~', ids)}}`)),
  ];
  return {
    alert: 'ModelApiKeyDead',
    about: 'model',
    expr: parts.join('\nor\n'),
    labels: { severity: 'warning', blame: 'account' },
    annotations: {
      summary: '{{ $labels.model }}: API key {{ $labels.key }} is refused',
      description:
        'The provider refuses API key {{ $labels.key }} of {{ $labels.model }} (position in the list, from 1) at every check that uses it. Replace the key or remove it from the list.',
    },
  };
}

/** A key that is dead now, had no success in the span, and was known before it. */
function deadFor(span: Span, matchers: string): string {
  const key = `modelpulse_api_key_healthy${matchers}`;
  return `(
  ${newest(key)} == 0
  and ${anyInstance(`max_over_time(${key}[${span}])`)} == 0
  and ${anyInstance(`present_over_time(${key}[${span}] offset ${span})`)}
)`;
}
