import { stringify } from 'yaml';
import type { Calendar } from '../../calendar/calendar.js';
import type { Model } from '../../domain/model.js';
import { errorBudgetGroup } from './error-budget.js';
import { keyAlert } from './key-alert.js';
import { budgetAlert, modelAlerts } from './model-alerts.js';
import { monitorAlerts } from './monitor-alerts.js';
import type { RuleGroup } from './rule-group.js';
import { unhealthyRules } from './unhealthy-alerts.js';

const heading = `# Rules for Prometheus 2.29 and later, written by \`modelpulse rules\`: write them anew when a model gets its first
# objective, token budget or second API key, or is checked more rarely. Everything else they read from the metrics.
`;

/** The groups of rules for a registry: those that any needs, and those that one of its models asks for. */
export function ruleGroups(models: readonly Model[], calendar: Calendar): RuleGroup[] {
  const key = keyAlert(models, calendar);
  return [
    {
      name: 'modelpulse-models',
      rules: [
        ...unhealthyRules(),
        ...modelAlerts(),
        ...(models.some(({ tokensPerDay }) => tokensPerDay !== null) ? [budgetAlert] : []),
        ...(key === null ? [] : [key]),
      ],
    },
    ...(models.some(({ slo }) => slo !== null) ? [errorBudgetGroup()] : []),
    { name: 'modelpulse-monitor', rules: monitorAlerts() },
  ];
}

/** The groups as a file for Prometheus; each alert says where its entry in the runbook at `runbookUrl` is. */
export function ruleFile(groups: readonly RuleGroup[], runbookUrl: string): string {
  const written = groups.map((group) => ({
    ...group,
    rules: group.rules.map((rule) =>
      'record' in rule
        ? rule
        : {
            ...rule,
            annotations: {
              ...rule.annotations,
              runbook_url: `${runbookUrl}#${rule.alert.toLowerCase()}`,
            },
          },
    ),
  }));
  return heading + stringify({ groups: written }, { lineWidth: 0, blockQuote: 'literal', singleQuote: true });
}
