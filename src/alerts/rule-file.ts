import { stringify } from 'yaml';
import type { Calendar } from '../calendar/calendar.js';
import type { Model } from '../domain/model.js';
import { errorBudgetGroup } from './error-budget.js';
import { budgetAlert, keyAlert, modelAlerts } from './model-alerts.js';
import { moneyAlerts } from './money-alerts.js';
import { monitorAlerts } from './monitor-alerts.js';
import type { AlertRule, RuleGroup } from './rule-group.js';
import { deadlineAlerts } from './deadline-alerts.js';
import { incidentPath, modelLabel, modelPath } from './template.js';
import { unhealthyRules } from './unhealthy-alerts.js';

const heading = `# Rules for Prometheus 2.29 and later, written by \`modelpulse rules\`: write them anew when a model gets its first
# objective, budget, warning of its balance or second API key, or is checked more rarely. Everything else they read from the metrics.
`;

/** The groups of rules for a registry: those for any registry, and those that one of its models needs. */
export function ruleGroups(models: readonly Model[], calendar: Calendar, vendors = false): RuleGroup[] {
  const key = keyAlert(models, calendar);
  return [
    {
      name: 'modelpulse-models',
      rules: [
        ...unhealthyRules(vendors),
        ...modelAlerts(),
        ...deadlineAlerts,
        ...(models.some(({ tokensPerDay }) => tokensPerDay !== null) ? [budgetAlert] : []),
        ...(key === null ? [] : [key]),
        ...moneyAlerts(models),
      ],
    },
    ...(models.some(({ slo }) => slo !== null) ? [errorBudgetGroup()] : []),
    { name: 'modelpulse-monitor', rules: monitorAlerts() },
  ];
}

/** Settings of the configuration, beside the registry, that the file uses. */
interface RuleLinks {
  readonly publicUrl: string | null;
  readonly runbookUrl: string | null;
  readonly alertLabels: readonly string[];
}

/** Page of the runbooks in the source of modelpulse. */
const runbookPath = 'docs/alerts.md';

/** The groups as a file for Prometheus, with links and the labels of models on each alert. */
export function ruleFile(groups: readonly RuleGroup[], links: RuleLinks): string {
  const written = groups.map((group) => ({
    ...group,
    rules: group.rules.map((rule) => ('record' in rule ? rule : alertEntry(rule, links))),
  }));
  return heading + stringify({ groups: written }, { lineWidth: 0, blockQuote: 'literal', singleQuote: true });
}

function alertEntry(
  { about, labels, annotations, ...rule }: AlertRule,
  { publicUrl, runbookUrl, alertLabels }: RuleLinks,
) {
  const anchor = `#${rule.alert.toLowerCase()}`;
  const runbook =
    runbookUrl === null
      ? { runbook: `${runbookPath}${anchor}` }
      : { runbook_url: escapeTemplate(`${runbookUrl}${anchor}`) };
  if (about === 'monitor') return { ...rule, labels, annotations: { ...annotations, ...runbook } };
  const ofModel = Object.fromEntries([
    ['provider', modelLabel('provider')],
    ...alertLabels.map((name) => [name, modelLabel(`label_${name}`)] as const),
  ]);
  const path = about === 'incident' ? incidentPath : modelPath;
  const link = publicUrl === null ? {} : { link: `${escapeTemplate(publicUrl)}${path}` };
  return {
    ...rule,
    labels: { ...labels, ...ofModel },
    annotations: { ...annotations, ...link, ...runbook },
  };
}

/** Escapes text so that Prometheus reads no template in it. */
function escapeTemplate(text: string): string {
  return text.replaceAll('{{', '%7B%7B');
}
