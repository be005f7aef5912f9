import type { AlertRule } from './rule-group.js';
import { bridged } from './selection.js';

/** Slots that were lost while the daemon ran; those of a stop and of the time before a start are no fault of it. */
const missed = 'modelpulse_scheduler_checks_missed_total{cause=~"capacity|loop_blocked|overlap"}';
const startedChecks = 'modelpulse_scheduler_delay_seconds_count';

/** Alerts on modelpulse itself, the same for any registry. */
export function monitorAlerts(): AlertRule[] {
  return [
    {
      alert: 'ModelpulseDown',
      // Whatever the job is called: a target that was modelpulse in the last week.
      expr: 'up == 0 and on (job, instance) last_over_time(modelpulse_build_info[7d])',
      for: '2m',
      labels: { severity: 'critical', blame: 'monitor' },
      annotations: {
        summary: 'modelpulse at {{ $labels.instance }} does not answer',
        description: 'Prometheus cannot scrape {{ $labels.instance }}, so nobody is told when a model fails.',
      },
    },
    {
      alert: 'ModelpulseAbsent',
      expr: 'absent(modelpulse_build_info)',
      for: '5m',
      labels: { severity: 'critical', blame: 'monitor' },
      annotations: {
        summary: 'there is no modelpulse',
        description:
          'No target has exposed modelpulse_build_info for 5 minutes: it is gone, or nobody scrapes it.',
      },
    },
    {
      alert: 'ModelpulseConnectivityLost',
      expr: `${bridged('modelpulse_connectivity_up')} == 0`,
      for: '2m',
      labels: { severity: 'critical', blame: 'network' },
      annotations: {
        summary: 'modelpulse at {{ $labels.instance }} reaches nobody',
        description:
          'Nothing that modelpulse at {{ $labels.instance }} tries can be reached, so models are unknown, not unhealthy.',
      },
    },
    {
      alert: 'ModelpulseChecksMissed',
      // A difference, not increase(): after a crash the counter may go on a little lower, which is no reset.
      expr: `(
  last_over_time(${missed}[5m])
  - last_over_time(${missed}[5m] offset 30m)
  >= 10
)
> on (job, instance) group_left () (0.05 * increase(${startedChecks}[30m]))`,
      labels: { severity: 'warning', blame: 'monitor' },
      annotations: {
        summary: 'modelpulse at {{ $labels.instance }} misses checks: {{ $labels.cause }}',
        description:
          '{{ $value }} slots were missed within 30 minutes ({{ $labels.cause }}), more than one for every 20 checks.',
      },
    },
    {
      alert: 'ModelpulseClockDoubted',
      // A doubt lasts a minute, unless the clock never holds.
      expr: 'max_over_time(modelpulse_clock_doubted[15m]) > 0',
      labels: { severity: 'warning', blame: 'monitor' },
      annotations: {
        summary: 'the clock of modelpulse at {{ $labels.instance }} is not to be trusted',
        description:
          'In the last 15 minutes the wall clock was set by over an hour, or was not between 2000 and 2100. If the clock stays so for a minute, results are recorded by it.',
      },
    },
    {
      alert: 'ModelpulseStoreFailing',
      expr: 'increase(modelpulse_store_errors_total[5m]) > 0',
      for: '10m',
      labels: { severity: 'critical', blame: 'monitor' },
      annotations: {
        summary: 'modelpulse at {{ $labels.instance }} cannot write its history',
        description:
          'Operations of the store have failed for 10 minutes. Checks go on and their results wait in memory: a restart would lose them.',
      },
    },
    {
      alert: 'ModelpulseResultsDropped',
      expr: 'increase(modelpulse_store_dropped_results_total[15m]) > 0',
      labels: { severity: 'critical', blame: 'monitor' },
      annotations: {
        summary: 'modelpulse at {{ $labels.instance }} has given up results',
        description:
          'Results of checks were given up unwritten in the last 15 minutes: the raw history has a hole.',
      },
    },
    {
      alert: 'ModelpulseDatabaseLost',
      expr: 'increase(modelpulse_store_files_lost_total[15m]) > 0',
      labels: { severity: 'critical', blame: 'monitor' },
      annotations: {
        summary: 'the database of modelpulse at {{ $labels.instance }} was lost',
        description:
          'The database was damaged, deleted or replaced while modelpulse used it, and a fresh one was begun. The log says where the other file is.',
      },
    },
    {
      alert: 'ModelpulseResultsRefused',
      expr: 'increase(modelpulse_store_refused_results_total[15m]) > 0',
      labels: { severity: 'warning', blame: 'monitor' },
      annotations: {
        summary: 'the store of modelpulse at {{ $labels.instance }} refused results',
        description:
          'Results were given up in the last 15 minutes because the store refused their content. The log names each model and value; other results are not affected.',
      },
    },
    {
      alert: 'ModelpulseResultsPending',
      expr: `min_over_time(modelpulse_store_pending_results[5m])
> clamp_min(increase(${startedChecks}[5m]) / 5, 10)`,
      for: '5m',
      labels: { severity: 'warning', blame: 'monitor' },
      annotations: {
        summary: 'results wait for the store of modelpulse at {{ $labels.instance }}',
        description:
          '{{ $value }} results or more have been waiting all the time, which is more than a minute of checks: the disk is too slow or the store fails.',
      },
    },
    {
      alert: 'ModelpulseReloadFailed',
      expr: `${bridged('modelpulse_config_last_reload_successful')} == 0`,
      for: '5m',
      labels: { severity: 'warning', blame: 'config' },
      annotations: {
        summary: 'modelpulse at {{ $labels.instance }} refuses its configuration',
        description: 'The newest configuration is wrong, and the one before it stays in force.',
      },
    },
    {
      alert: 'ModelpulseWatchdog',
      expr: 'vector(1)',
      labels: { severity: 'none', blame: 'monitor' },
      annotations: {
        summary: 'alerting works',
        description: 'Always fires. Let something outside miss it when it stops.',
      },
    },
  ];
}
