import type { AlertRule } from './rule-group.js';
import { bridged, checkedSinceItBegan, sameModel } from './selection.js';
import { reasonOf, sinceState } from './template.js';

const degraded = 'modelpulse_model_state{state="degraded"}';
const unknownInfo = 'modelpulse_model_unknown_info';

/** Alerts on single models that hold for any registry: what depends on an interval is read from the metrics. */
export function modelAlerts(): AlertRule[] {
  return [
    {
      alert: 'ModelDegraded',
      about: 'model',
      // Both must have been there before the window, or its few first samples would speak for all of it.
      expr: `max without (reason) (
  last_over_time(modelpulse_model_status_info[5m])
  and ${sameModel} (
    avg_over_time(${degraded}[15m]) > 0.8
    and present_over_time(${degraded}[15m] offset 15m)
  )
  and ${sameModel} ${bridged('modelpulse_model_up')} == 1
  and ${sameModel} ${checkedSinceItBegan}
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
      expr: `max without (state) (${bridged('modelpulse_model_state{state="unknown"}')}) == 1
and ${sameModel} ${checkedSinceItBegan}
unless ${sameModel} ${bridged(`${unknownInfo}{reason="paused"}`)}`,
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
      expr: 'time() - modelpulse_next_check_due_timestamp_seconds > 120',
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
      expr: 'last_over_time(modelpulse_tls_certificate_expiry_timestamp_seconds[10m]) - time() < 14 * 86400',
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
  expr: `${bridged('modelpulse_budget_tokens_used_ratio')} > 0.8
and ${bridged('modelpulse_budget_tokens_used_ratio')} > time() % 86400 / 86400`,
  for: '5m',
  labels: { severity: 'warning', blame: 'monitor' },
  annotations: {
    summary: '{{ $labels.model }}: token budget of the day almost used',
    description:
      'Checks of {{ $labels.model }} have used {{ $value | humanizePercentage }} of the token budget of the UTC day. When it is used up, checks stop and the state is unknown until midnight UTC.',
  },
};
