import { createCalendar } from '../../src/calendar/calendar.js';
import { capabilities } from '../../src/checker/ask/dialects.js';
import { ruleFile, ruleGroups } from '../../src/alerts/rule-file.js';
import type { AlertRule, RuleGroup } from '../../src/alerts/rule-group.js';
import { loadConfig } from '../../src/config/read/load.js';

/** A file of the fixtures. */
export function fixture(name: string): string {
  return `test/fixtures/rules/${name}`;
}

/** The rules for a registry of the fixtures. */
export async function groupsFor(name: string): Promise<RuleGroup[]> {
  const { settings } = await loadConfig(fixture(name), {}, capabilities);
  return ruleGroups(settings.models, createCalendar());
}

/** The file that `modelpulse rules` prints for them. */
export async function fileFor(name: string): Promise<string> {
  const { settings } = await loadConfig(fixture(name), {}, capabilities);
  return ruleFile(await groupsFor(name), settings.server);
}

/** The alerts of all groups, without what is only recorded. */
export function alertsIn(groups: readonly RuleGroup[]): AlertRule[] {
  return groups.flatMap(({ rules }) => rules.flatMap((rule) => ('alert' in rule ? [rule] : [])));
}
