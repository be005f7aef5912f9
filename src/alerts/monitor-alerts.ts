import { anyInstance, bridged, newest, type AlertRule } from './rule-group.js';

/** Slots lost while the daemon ran; slots lost during a stop or before a start are not its fault. */
const missed = 'modelpulse_scheduler_checks_missed_total{cause=~"capacity|loop_blocked|overlap"}';
/** A counter that is read from the database at the start, with what other instances have missed. */
const readAtStart = `modelpulse_shards_owned
  and on (job, instance) time() - process_start_time_seconds < 2100`;
const startedChecks = 'modelpulse_scheduler_delay_seconds_count';

/**
 * Alerts on instances that share a database; other instances have none of these metrics. The instances of a database are those of
 * a job.
 */
const fleetAlerts: readonly AlertRule[] = [
  {
    alert: 'ModelpulseShardsUnowned',
    about: 'monitor',
    // Shards of an instance that is not scraped are not counted: ModelpulseDown tells of it.
    expr: `sum without (instance, pod) (modelpulse_shards_owned) < 256
unless count without (instance, pod) (modelpulse_shards_owned) < ${anyInstance('modelpulse_instances')}`,
    for: '2m',
    labels: { severity: 'critical', blame: 'monitor' },
    annotations: {
      summary: 'modelpulse of {{ $labels.job }}: no instance checks some models',
      description:
        'The instances of {{ $labels.job }} own {{ $value }} of 256 shards. Models of the other shards are not checked.',
    },
  },
  {
    alert: 'ModelpulseLeasesFailing',
    about: 'monitor',
    // Of 24 renewals in two minutes more than half fail; a restart of the server costs a few.
    expr: 'rate(modelpulse_lease_renewals_failed_total[2m]) > 0.1',
    for: '1m',
    labels: { severity: 'critical', blame: 'monitor' },
    annotations: {
      summary: 'modelpulse at {{ $labels.instance }} cannot renew its leases',
      description:
        'modelpulse at {{ $labels.instance }} cannot renew the leases of its shards and starts no checks. Other instances take the models over if they reach the database.',
    },
  },
  {
    alert: 'ModelpulseConfigsDiffer',
    about: 'monitor',
    // Longer than a rolling restart takes.
    expr: `${newest('modelpulse_instances_disagree')} == 1`,
    for: '10m',
    labels: { severity: 'warning', blame: 'config' },
    annotations: {
      summary: 'modelpulse of {{ $labels.job }}: instances have different configurations',
      description:
        'For 10 minutes instances of {{ $labels.job }} have had different models. Models that only some of them have may not be checked.',
    },
  },
  {
    alert: 'ModelpulseWritesFenced',
    about: 'monitor',
    // A single one is what a suspended machine leaves.
    expr: 'increase(modelpulse_fenced_writes_total[5m]) > 0',
    for: '15m',
    labels: { severity: 'warning', blame: 'monitor' },
    annotations: {
      summary: 'modelpulse at {{ $labels.instance }} loses its models again and again',
      description:
        'For 15 minutes other instances have taken over models of {{ $labels.instance }} while it checked them, and the results were dropped.',
    },
  },
];

/** Alerts on modelpulse itself, the same for any registry. */
export function monitorAlerts(): AlertRule[] {
  return [
    {
      alert: 'ModelpulseDown',
      about: 'monitor',
      // Independent of the job name: any target that was modelpulse in the last week.
      expr: 'up == 0 and on (job, instance) last_over_time(modelpulse_build_info[7d])',
      for: '2m',
      labels: { severity: 'critical', blame: 'monitor' },
      annotations: {
        summary: 'modelpulse at {{ $labels.instance }} is down',
        description:
          'Prometheus cannot scrape {{ $labels.instance }}. No alert fires for its models until it can, unless other instances share its database and take them over.',
      },
    },
    {
      alert: 'ModelpulseAbsent',
      about: 'monitor',
      expr: 'absent(modelpulse_build_info)',
      for: '5m',
      labels: { severity: 'critical', blame: 'monitor' },
      annotations: {
        summary: 'no modelpulse is scraped',
        description:
          'No target has exposed modelpulse_build_info for 5 minutes: modelpulse does not run, or Prometheus does not scrape it.',
      },
    },
    {
      alert: 'ModelpulseConnectivityLost',
      about: 'monitor',
      expr: `${bridged('modelpulse_connectivity_up')} == 0`,
      for: '2m',
      labels: { severity: 'critical', blame: 'network' },
      annotations: {
        summary: 'modelpulse at {{ $labels.instance }} has no network connectivity',
        description:
          'modelpulse at {{ $labels.instance }} cannot reach any connectivity target or model host. Models are unknown, not unhealthy.',
      },
    },
    {
      alert: 'ModelpulseChecksMissed',
      about: 'monitor',
      // A difference, not increase(): after a crash the counter may continue a little lower, which is no reset.
      expr: `(
  last_over_time(${missed}[5m])
  - last_over_time(${missed}[5m] offset 30m)
  >= 10
)
> on (job, instance) group_left () (0.05 * increase(${startedChecks}[30m]))
unless on (job, instance) (
  ${readAtStart}
)`,
      labels: { severity: 'warning', blame: 'monitor' },
      annotations: {
        summary: 'modelpulse at {{ $labels.instance }} misses checks: {{ $labels.cause }}',
        description:
          'modelpulse at {{ $labels.instance }} missed {{ $value }} checks in the last 30 minutes, more than 5 % of those it started. Cause: {{ $labels.cause }}.',
      },
    },
    {
      alert: 'ModelpulseClockDoubted',
      about: 'monitor',
      // The clock is doubted for a minute, unless it never becomes stable.
      expr: 'max_over_time(modelpulse_clock_doubted[15m]) > 0',
      labels: { severity: 'warning', blame: 'monitor' },
      annotations: {
        summary: 'modelpulse at {{ $labels.instance }}: system clock is wrong or was set',
        description:
          'In the last 15 minutes the system clock was set by more than an hour, or was not between 2000 and 2100. After a minute without another jump, modelpulse uses the new time.',
      },
    },
    {
      alert: 'ModelpulseStoreFailing',
      about: 'monitor',
      // An operation that hangs counts as no error or as a single one.
      expr: `increase(modelpulse_store_errors_total[5m]) > 0
or ${bridged('modelpulse_store_oldest_pending_seconds')} > 300`,
      for: '10m',
      labels: { severity: 'critical', blame: 'monitor' },
      annotations: {
        summary: 'modelpulse at {{ $labels.instance }} cannot write to its database',
        description:
          'For 10 minutes database operations have failed, or results have waited for more than 5 minutes. Checks continue and their results wait in memory; a restart loses them.',
      },
    },
    {
      alert: 'ModelpulseResultsDropped',
      about: 'monitor',
      expr: 'increase(modelpulse_store_dropped_results_total[15m]) > 0',
      labels: { severity: 'critical', blame: 'monitor' },
      annotations: {
        summary: 'modelpulse at {{ $labels.instance }} dropped results',
        description:
          'In the last 15 minutes more results waited for the database than memory holds, and the oldest were dropped. They are missing from the list of checks.',
      },
    },
    {
      alert: 'ModelpulseDatabaseLost',
      about: 'monitor',
      expr: 'increase(modelpulse_store_files_lost_total[15m]) > 0',
      labels: { severity: 'critical', blame: 'monitor' },
      annotations: {
        summary: 'modelpulse at {{ $labels.instance }} lost its database',
        description:
          'The database was damaged, deleted or replaced while modelpulse used it. modelpulse started a new one; the log names the old file.',
      },
    },
    {
      alert: 'ModelpulseResultsRefused',
      about: 'monitor',
      expr: 'increase(modelpulse_store_refused_results_total[15m]) > 0',
      labels: { severity: 'warning', blame: 'monitor' },
      annotations: {
        summary: 'modelpulse at {{ $labels.instance }}: database refused results',
        description:
          'In the last 15 minutes results were dropped because the database refused their content. The log names each model and value. Other results are not affected.',
      },
    },
    {
      alert: 'ModelpulseResultsPending',
      about: 'monitor',
      expr: 'min_over_time(modelpulse_store_oldest_pending_seconds[5m]) > 60',
      labels: { severity: 'warning', blame: 'monitor' },
      annotations: {
        summary: 'modelpulse at {{ $labels.instance }} writes results too slowly',
        description:
          'For 5 minutes results have waited for the database for more than a minute. The disk is too slow or hangs, or the database fails.',
      },
    },
    {
      alert: 'ModelpulseReloadFailed',
      about: 'monitor',
      expr: `${bridged('modelpulse_config_last_reload_successful')} == 0`,
      for: '5m',
      labels: { severity: 'warning', blame: 'config' },
      annotations: {
        summary: 'modelpulse at {{ $labels.instance }}: configuration reload failed',
        description:
          'The new configuration is invalid. modelpulse keeps the previous one, and would not start again with the new one.',
      },
    },
    ...fleetAlerts,
    {
      alert: 'ModelpulseNotificationsFailing',
      about: 'monitor',
      expr: `min_over_time(modelpulse_notifications_oldest_pending_seconds[5m]) > 600
or increase(modelpulse_notifications_given_up_total[1h]) > 0`,
      labels: { severity: 'warning', blame: 'monitor' },
      annotations: {
        summary: 'modelpulse at {{ $labels.instance }} cannot reach the channel {{ $labels.channel }}',
        description:
          'A message to the channel {{ $labels.channel }} has waited for more than 10 minutes, or was given up in the last hour. Messages to other channels are sent.',
      },
    },
    {
      alert: 'ModelpulseNotificationsPending',
      about: 'monitor',
      expr: 'min_over_time(modelpulse_notifications_pending[15m]) > 100',
      labels: { severity: 'warning', blame: 'monitor' },
      annotations: {
        summary: 'modelpulse at {{ $labels.instance }}: messages pile up for {{ $labels.channel }}',
        description:
          'For 15 minutes more than 100 messages have waited for the channel {{ $labels.channel }}: it fails, or takes less than it is sent.',
      },
    },
    {
      alert: 'ModelpulseWatchdog',
      about: 'monitor',
      expr: 'vector(1)',
      labels: { severity: 'none', blame: 'monitor' },
      annotations: {
        summary: 'alerting works',
        description:
          'This alert always fires. Send it to an external service that notifies you when it stops arriving.',
      },
    },
  ];
}
