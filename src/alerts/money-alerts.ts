import type { Model } from '../domain/model.js';
import { newest, newestOver, type AlertRule } from './rule-group.js';

/** Between two checks of a model the figure is absent once the limit is reset; a single low one does not last for the alert. */
const betweenChecks = '5m';

/** The remaining number alone says nothing: 40 of 50 requests are many, 40 of 100,000 tokens are none. */
const rateLimitAlert: AlertRule = {
  alert: 'ModelRateLimitLow',
  about: 'model',
  expr: `${newestOver(betweenChecks, 'modelpulse_ratelimit_remaining_ratio')} < 0.1`,
  for: '10m',
  labels: { severity: 'warning', blame: 'account' },
  annotations: {
    summary:
      '{{ $labels.model }}: {{ $value | humanizePercentage }} left of the rate limit of {{ $labels.kind }}',
    description:
      'For 10 minutes the provider of {{ $labels.model }} has told that less than 10 % of the rate limit of {{ $labels.kind }} is left. Requests will be refused with rate_limited when it is used up.',
  },
};

const monthBudgetAlert: AlertRule = {
  alert: 'ModelMonthBudgetLow',
  about: 'model',
  expr: `${newest('modelpulse_budget_cost_used_ratio')} > 0.8
and ${newest('modelpulse_budget_cost_used_ratio')} > scalar((day_of_month() - 1 + hour() / 24) / days_in_month())`,
  for: '5m',
  labels: { severity: 'warning', blame: 'monitor' },
  annotations: {
    summary: '{{ $labels.model }}: budget of the month almost used',
    description:
      'Checks of {{ $labels.model }} have used {{ $value | humanizePercentage }} of the budget of the UTC month. When it is used up, checks stop and the state is unknown until the next month.',
  },
};

const balanceAlert: AlertRule = {
  alert: 'ModelBalanceLow',
  about: 'model',
  expr: `${newest('modelpulse_account_balance')} < ignoring (key, currency) group_left () ${newest('modelpulse_account_balance_warn_below')}`,
  for: '15m',
  labels: { severity: 'warning', blame: 'account' },
  annotations: {
    summary: '{{ $labels.model }}: {{ $value | humanize }} {{ $labels.currency }} left on the account',
    description:
      'The account of API key {{ $labels.key }} of {{ $labels.model }} (position in the list, from 1) has {{ $value | humanize }} {{ $labels.currency }} left, less than balance.warn_below. Requests will be refused with quota_exhausted when it is used up.',
  },
};

/** Alerts on limits, budgets in money and balances that the registry needs. */
export function moneyAlerts(models: readonly Model[]): AlertRule[] {
  const hasBudget = models.some(({ usdPerMonth = null }) => usdPerMonth !== null);
  const warns = models.some(({ balance = null }) => balance !== null && balance.warnBelow !== null);
  return [rateLimitAlert, ...(hasBudget ? [monthBudgetAlert] : []), ...(warns ? [balanceAlert] : [])];
}
