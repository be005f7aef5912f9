import { paused } from './model-alerts.js';
import { newestOver, type AlertRule } from './rule-group.js';

const day = 86_400;

/** Seconds to the end of what the model needs, while they are fewer than those of `days`. Once it is over, the checks tell what became of it. */
function endsWithin(days: number, kinds: string): string {
  const left = `${newestOver('10m', `modelpulse_expiry_timestamp_seconds${kinds}`)} - time()`;
  return `(${left} < ${days} * ${day}) > -1 * ${day}
unless on (job, model) ${paused}`;
}

const summary = '{{ $labels.model }}: {{ $labels.kind }} ends in {{ $value | humanizeDuration }}';
const what =
  '`key` is an API key, `client_certificate` the file of `tls.cert_file`, `retirement` the model at its provider, `sunset` its address.';

/** Alerts on what ends: whoever has to act needs months for another model, and days for a key. */
export const deadlineAlerts: readonly AlertRule[] = [
  {
    alert: 'ModelEndAhead',
    about: 'model',
    expr: endsWithin(90, '{kind=~"retirement|sunset"}'),
    for: '1h',
    labels: { severity: 'info', blame: 'config' },
    annotations: {
      summary,
      description: `The provider has announced an end of {{ $labels.model }} ({{ $labels.kind }}) within 90 days. ${what} Move to another model before.`,
    },
  },
  {
    alert: 'ModelEndNear',
    about: 'model',
    expr: endsWithin(30, ''),
    for: '1h',
    labels: { severity: 'warning', blame: 'config' },
    annotations: {
      summary,
      description: `What {{ $labels.model }} needs ends within 30 days: {{ $labels.kind }}. ${what}`,
    },
  },
  {
    alert: 'ModelEndImminent',
    about: 'model',
    expr: endsWithin(7, ''),
    for: '1h',
    labels: { severity: 'critical', blame: 'config' },
    annotations: {
      summary,
      description: `What {{ $labels.model }} needs ends within a week, or ended in the last day: {{ $labels.kind }}. ${what}`,
    },
  },
];
