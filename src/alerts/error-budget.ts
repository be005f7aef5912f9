import { burnWindows, leastChecks, leastFailures, type BurnWindow } from './burn-window.js';
import { anyInstance, newest, newestOver, type AlertRule, type RuleGroup } from './rule-group.js';
import { unhealthyReason } from './unhealthy-alerts.js';

const failures = 'modelpulse:check_failures:increase5m';
const checks = 'modelpulse:known_checks:increase5m';
const objective = newestOver('10m', 'modelpulse_slo_objective_ratio');
const stepLength = '5m';

/** A counter of models, which goes on from the database where another instance takes the model over: the greatest value is the newest. */
function counted(counter: string, offset: string): string {
  return anyInstance(`last_over_time(${counter}[5m]${offset})`);
}

/** Results that count: unknown ones are neither good nor bad, as in the uptime. */
function knownChecks(offset: string): string {
  const all = counted('modelpulse_checks_total', offset);
  const unknown = counted('modelpulse_check_results_total{outcome="unknown"}', offset);
  return `(
    ${all} - sum without (outcome, reason) (${unknown})
    or ${all}
  )`;
}

function failedChecks(offset: string): string {
  return counted('modelpulse_check_failures_total', offset);
}

/**
 * Growth of a counter in a step of five minutes, for models with an objective. Differences of neighbouring steps add up
 * to any window without loss, are whole numbers, and cost 864 samples for three days. A counter that decreases, as
 * after a crash or a restored backup, loses its step; increase() would treat that as a reset and count all of it again.
 */
function grown(counter: (offset: string) => string): string {
  return `clamp_min(
  ${counter('')}
  - ${counter(' offset 5m')},
  0
)
and ${objective}`;
}

/**
 * The group of burn-rate alerts for registries where a model has an objective. A pair of windows is silent until data
 * cover all of the long window, while the long window reaches into excluded time (counters cannot be corrected), and
 * after an outage: no check failed in the newest step, and the model was unhealthy in the short window and is not now.
 * Failures that are never confirmed are no outage; for them the short window alone ends the alert.
 */
export function errorBudgetGroup(): RuleGroup {
  return {
    name: 'modelpulse-error-budgets',
    interval: stepLength,
    rules: [
      { record: failures, expr: grown(failedChecks) },
      { record: checks, expr: grown(knownChecks) },
      ...burnWindows.map(burnAlert),
    ],
  };
}

function burnAlert(window: BurnWindow): AlertRule {
  const { long, short, burn, severity, covered } = window;
  return {
    alert: 'ModelErrorBudgetBurn',
    about: 'model',
    expr: `${ratio(long)} > ${burn} * (1 - ${objective})
and ${ratio(short)} > ${burn} * (1 - ${objective})
and sum_over_time(${failures}[${long}]) >= ${leastFailures}
and sum_over_time(${checks}[${long}]) >= ${leastChecks}
and present_over_time(${checks}[${short}] offset ${covered})
unless ${newest('modelpulse_exclusion_end_timestamp_seconds')} > time() - ${window.longMs / 1_000}
unless (
  ${failures} == 0
  and ignoring (reason, blame) present_over_time(${unhealthyReason}[${short}])
  and ${newest('modelpulse_model_state{state="unhealthy"}', 'state')} == 0
)`,
    labels: { severity, blame: 'provider', window: long },
    annotations: {
      summary: '{{ $labels.model }}: error budget burns too fast',
      description: `{{ $value | humanizePercentage }} of the checks of {{ $labels.model }} failed in the last ${long}. At this rate the error budget of 30 days lasts ${Math.floor(30 / burn)} days or less.`,
    },
  };
}

function ratio(window: string): string {
  const over = (series: string): string =>
    window === stepLength ? series : `sum_over_time(${series}[${window}])`;
  return `${over(failures)} / ${over(checks)}`;
}
