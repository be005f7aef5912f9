import type { AlertRule } from './rule-group.js';
import { bridged, checkedSinceItBegan, reasonNow, reasonFound, sameModel } from './selection.js';

const degraded = 'modelpulse_model_state{state="degraded"}';
const unknownInfo = 'modelpulse_model_unknown_info';
const unknownReason = reasonFound((matchers) => `${unknownInfo}{${matchers}}`);

/** Alerts on single models that hold for any registry: what depends on an interval is read from the metrics. */
export function modelAlerts(): AlertRule[] {
  return [
    {
      alert: 'ModelDegraded',
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
        summary: '{{ $labels.model }} answers, but not as it should',
        description: `{{ $labels.model }} was degraded for most of the last 15 minutes, and in more than one check. ${reasonNow}`,
      },
    },
    {
      alert: 'ModelUnknown',
      expr: `max without (state) (${bridged('modelpulse_model_state{state="unknown"}')}) == 1
and ${sameModel} ${checkedSinceItBegan}
unless ${sameModel} ${bridged(`${unknownInfo}{reason="paused"}`)}`,
      for: '15m',
      labels: { severity: 'warning', blame: 'monitor' },
      annotations: {
        summary: 'nobody knows how {{ $labels.model }} is',
        description: `{{ $labels.model }} is checked, but for 15 minutes no result has proved anything. ${unknownReason}`,
      },
    },
    {
      alert: 'ModelOverdue',
      expr: 'time() - modelpulse_next_check_due_timestamp_seconds > 120',
      for: '2m',
      labels: { severity: 'warning', blame: 'monitor' },
      annotations: {
        summary: 'the check of {{ $labels.model }} is overdue',
        description:
          'The next check of {{ $labels.model }} was due {{ $value | humanizeDuration }} ago and was neither started nor counted as missed.',
      },
    },
    {
      alert: 'ModelCertificateExpiring',
      expr: 'last_over_time(modelpulse_tls_certificate_expiry_timestamp_seconds[10m]) - time() < 14 * 86400',
      for: '1h',
      labels: { severity: 'warning', blame: 'provider' },
      annotations: {
        summary: 'the certificate in front of {{ $labels.model }} expires soon',
        description:
          'The certificate of the endpoint of {{ $labels.model }} expires in {{ $value | humanizeDuration }}.',
      },
    },
  ];
}

/** For registries where a model has a budget: more than 80 % is used, and faster than the UTC day passes. */
export const budgetAlert: AlertRule = {
  alert: 'ModelTokenBudgetLow',
  expr: `${bridged('modelpulse_budget_tokens_used_ratio')} > 0.8
and ${bridged('modelpulse_budget_tokens_used_ratio')} > time() % 86400 / 86400`,
  for: '5m',
  labels: { severity: 'warning', blame: 'monitor' },
  annotations: {
    summary: 'checks of {{ $labels.model }} use up their tokens before the day ends',
    description:
      'Checks of {{ $labels.model }} have used {{ $value | humanizePercentage }} of the token budget of the UTC day. When it is spent, the model is unknown until midnight UTC.',
  },
};
