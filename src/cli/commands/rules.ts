import { InvalidArgumentError, type Command } from 'commander';
import { createCalendar } from '../../calendar/calendar.js';
import { addressProblem } from '../../config/schema/fields.js';
import { longestAddress } from '../../domain/address.js';
import type { Model } from '../../domain/model.js';
import { globalOptions } from '../options.js';
import { loadFor } from '../load.js';
import { feasibilityLines } from '../../alerts/feasibility.js';
import { ruleFile, ruleGroups } from '../../alerts/rule-file.js';

/** Adds `modelpulse rules`: prints Prometheus rules to standard output and their limits to standard error. */
export function rulesCommand(program: Command): void {
  program
    .command('rules')
    .description(
      'print alerting rules for Prometheus; warnings about objectives the interval cannot measure go to stderr',
    )
    .option(
      '--runbook-url <url>',
      'URL of a copy of docs/alerts.md; overrides server.runbook_url',
      runbookAddress,
    )
    .action(async ({ runbookUrl }: { runbookUrl?: string }, command: Command) => {
      const { models: all, server, vendorStatus } = (await loadFor(globalOptions(command).config)).settings;
      // Probes have no series of their own.
      const models = all.filter(({ probeOf }) => probeOf === undefined);
      const calendar = createCalendar();
      const lines = [...unusedLabelLines(models, server.alertLabels), ...feasibilityLines(models, calendar)];
      for (const line of lines) process.stderr.write(`${line}\n`);
      const links = { ...server, runbookUrl: runbookUrl ?? server.runbookUrl };
      process.stdout.write(ruleFile(ruleGroups(models, calendar, Boolean(vendorStatus)), links));
    });
}

function runbookAddress(text: string): string {
  const problem = addressProblem(text, ['http:', 'https:']);
  if (problem !== null || text.length > longestAddress)
    throw new InvalidArgumentError(problem ?? `must have at most ${longestAddress} characters`);
  return text;
}

/** A line for each label of `server.alert_labels` that no model has. */
function unusedLabelLines(models: readonly Model[], names: readonly string[]): string[] {
  return names
    .filter((name) => !models.some(({ labels }) => Object.hasOwn(labels, name)))
    .map((name) => `server.alert_labels: no model has the label ${name}`);
}
