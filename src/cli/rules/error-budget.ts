import { burnWindows, leastChecks, leastFailures, type BurnWindow } from './burn-window.js';
import type { AlertRule, RuleGroup } from './rule-group.js';
import { sameModel } from './selection.js';

const failures = 'modelpulse:check_failures:increase5m';
const checks = 'modelpulse:known_checks:increase5m';
const objective = 'last_over_time(modelpulse_slo_objective_ratio[10m])';
const stepLength = '5m';

/** Results that prove something: what is unknown is neither good nor bad, as in the uptime. */
function knownChecks(offset: string): string {
  const all = `last_over_time(modelpulse_checks_total[5m]${offset})`;
  const unknown = `last_over_time(modelpulse_check_results_total{outcome="unknown"}[5m]${offset})`;
  return `(
    ${all} - ${sameModel} group_left () sum by (job, instance, model) (${unknown})
    or ${all}
  )`;
}

function failedChecks(offset: string): string {
  return `last_over_time(modelpulse_check_failures_total[5m]${offset})`;
}

/**
 * How much a counter grew in a step of five minutes, for models with an objective. Differences of neighbouring steps add
 * up to any window without loss, are whole numbers, and cost 864 samples for three days. A counter that falls back, as
 * after a crash or a restored backup, loses its step; increase() would take that for a reset and count all of it again.
 */
function grown(counter: (offset: string) => string): string {
  return `clamp_min(
  ${counter('')}
  - ${counter(' offset 5m')},
  0
)
and ${objective}`;
}

/** The group of burn-rate alerts for registries where a model has an objective. */
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
  const { long, short, burn, severity } = window;
  return {
    alert: 'ModelErrorBudgetBurn',
    expr: `${ratio(long)} > ${burn} * (1 - ${objective})
and ${ratio(short)} > ${burn} * (1 - ${objective})
and sum_over_time(${failures}[${long}]) >= ${leastFailures}
and sum_over_time(${checks}[${long}]) >= ${leastChecks}`,
    labels: { severity, blame: 'provider', window: long },
    annotations: {
      summary: '{{ $labels.model }} fails too often for its objective',
      description: `{{ $value | humanizePercentage }} of the checks of {{ $labels.model }} failed within ${long}, and it goes on. At this rate the errors allowed in 30 days are used up in ${Math.floor(30 / burn)} days or less.`,
    },
  };
}

function ratio(window: string): string {
  const over = (series: string): string =>
    window === stepLength ? series : `sum_over_time(${series}[${window}])`;
  return `${over(failures)} / ${over(checks)}`;
}
