import type { Reason } from '../domain/reason.js';
import { anyInstance, newest, type AlertRule, type RecordingRule } from './rule-group.js';
import { incidentDetail, reasonOf, sinceIncident, vendorsThatTell } from './template.js';

/** Reasons of each model that is unhealthy, as alerts have them. */
export const unhealthyReason = 'modelpulse:unhealthy_reason:info';

const reasonNow = 'modelpulse:unhealthy_reason:now';

const unhealthy = 'modelpulse_model_state{state="unhealthy"}';
const maintenance = 'modelpulse_model_state{state="maintenance"}';
const notWatched = 'modelpulse_model_unknown_info{reason="not_watched"}';
/** Time for which an alert on one kind of reason continues while the reason alternates with others. */
const takingTurns = '15m';
/** Time after which the alert of an unwatched model ends; long enough for a restart. */
const restart = '5m';
const refusals: readonly Reason[] = ['auth_failed', 'permission_denied'];
const empty: readonly Reason[] = ['quota_exhausted'];
const reason = reasonOf('modelpulse_model_status_info');
const incident = { detail: incidentDetail, since: sinceIncident };

/**
 * Alerts on unhealthy models. The daemon has confirmed the state, so they fire at the first evaluation after it. They
 * read `modelpulse:unhealthy_reason:info`. It includes its own previous value, so that an alert continues through
 * missed scrapes, an unconfirmed success, maintenance, a short restart and a move to another instance, and never starts in one of them. `reason` is
 * no label of an alert: with it, each new error would end one alert and start another.
 */
/** With what vendors say where their status pages are read. */
export function unhealthyRules(vendors = false): (RecordingRule | AlertRule)[] {
  return [
    {
      record: reasonNow,
      // Only the newest scrape: the model may have been degraded for another reason minutes ago.
      expr: anyInstance(`modelpulse_model_status_info
  and on (job, instance, model) ${unhealthy} == 1`),
    },
    {
      record: unhealthyReason,
      expr: `(
  ${reasonNow}
  or last_over_time(${reasonNow}[${takingTurns}]) and ${unhealthyReason}
  or ignoring (reason, blame) ${unhealthyReason}
)
and ignoring (reason, blame) (
  ${newest(unhealthy, 'state')} == 1
  or ${newest(maintenance, 'state')} == 1
  or ${newest(notWatched, 'reason', 'blame')} and ${anyInstance(`max_over_time(${unhealthy}[${restart}])`, 'state')} == 1
)`,
    },
    {
      alert: 'ModelUnhealthy',
      about: 'incident',
      expr: withReason('!~', [...empty, ...refusals]),
      labels: { severity: 'critical' },
      annotations: {
        summary: '{{ $labels.model }} is unhealthy',
        description: `Checks of {{ $labels.model }} fail. Blame: {{ $labels.blame }}. ${reason}`,
        ...incident,
        ...(vendors && { vendors: vendorsThatTell }),
      },
    },
    {
      alert: 'ModelQuotaExhausted',
      about: 'incident',
      expr: withReason('=~', empty),
      labels: { severity: 'critical' },
      annotations: {
        summary: '{{ $labels.model }}: quota exhausted',
        description:
          'The provider refuses the checks of {{ $labels.model }} because the credit or quota of the account is used up. Add credit or wait until the quota resets.',
        ...incident,
      },
    },
    {
      alert: 'ModelKeyRefused',
      about: 'incident',
      expr: withReason('=~', refusals),
      labels: { severity: 'critical' },
      annotations: {
        summary: '{{ $labels.model }}: API key refused',
        description: `The provider accepts no API key of {{ $labels.model }}. Replace the key or give it access to the model. ${reason}`,
        ...incident,
      },
    },
  ];
}

function withReason(operator: '=~' | '!~', reasons: readonly Reason[]): string {
  return `max without (reason) (${unhealthyReason}{reason${operator}"${reasons.join('|')}"})`;
}
