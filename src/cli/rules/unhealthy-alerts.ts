import type { Reason } from '../../domain/reason.js';
import type { AlertRule, RecordingRule } from './rule-group.js';
import { bridged, reasonNow, sameModel } from './selection.js';

const reasonInfo = 'modelpulse:unhealthy_reason:info';
const unhealthy = 'modelpulse_model_state{state="unhealthy"}';
const maintenance = 'modelpulse_model_state{state="maintenance"}';
/** Longer than the two minutes after a window in which the state has not yet been seen for long enough. */
const afterWindow = '4m';
const refusals: readonly Reason[] = ['auth_failed', 'permission_denied'];
const empty: readonly Reason[] = ['quota_exhausted'];

/**
 * The alerts on models that are unhealthy, each such model in exactly one of them. The daemon has confirmed the state;
 * instead of `for`, which starts anew with each change of a label and each gap, the state must also have been seen two
 * minutes ago or earlier, so that alternating reasons and a restart delay nothing. One minute of failure stays silent
 * unless it comes back. What fires when a maintenance window begins goes on to its end, and beyond it while the model is
 * still unhealthy: the incident stays open, so it is told once. `reason` is not a label: with it an alert would end and begin with each other error.
 */
export function unhealthyRules(): (RecordingRule | AlertRule)[] {
  return [
    {
      record: reasonInfo,
      // While a success waits for confirmation there is no reason; then those of the last hour stand.
      expr: `(
  ${bridged('modelpulse_model_status_info')}
  or ${sameModel} last_over_time(modelpulse_model_status_info[1h])
)
and ${sameModel} (
  ${bridged(unhealthy)} == 1
  and max_over_time(${unhealthy}[15m] offset 2m) == 1
)
or ${bridged(reasonInfo)}
and ${sameModel} (
  max_over_time(${maintenance}[${afterWindow}]) == 1
  and ${sameModel} (${bridged(maintenance)} == 1 or ${bridged(unhealthy)} == 1)
)`,
    },
    {
      alert: 'ModelUnhealthy',
      expr: withReason('!~', [...empty, ...refusals]),
      labels: { severity: 'critical' },
      annotations: {
        summary: '{{ $labels.model }} is unhealthy',
        description: `Checks of {{ $labels.model }} fail, and it is {{ $labels.blame }} that has to act. ${reasonNow}`,
      },
    },
    {
      alert: 'ModelQuotaExhausted',
      expr: withReason('=~', empty),
      labels: { severity: 'critical' },
      annotations: {
        summary: '{{ $labels.model }} refuses: its quota is used up or its bill is open',
        description:
          'The provider of {{ $labels.model }} answers, but no longer for this account. Nothing but money or time mends it.',
      },
    },
    {
      alert: 'ModelKeyRefused',
      expr: withReason('=~', refusals),
      labels: { severity: 'critical' },
      annotations: {
        summary: '{{ $labels.model }} refuses its API key',
        description: `No key of {{ $labels.model }} is accepted. ${reasonNow}`,
      },
    },
  ];
}

function withReason(operator: '=~' | '!~', reasons: readonly Reason[]): string {
  return `max without (reason) (${reasonInfo}{reason${operator}"${reasons.join('|')}"})`;
}
