import type { Command } from 'commander';
import { createCalendar } from '../calendar/calendar.js';
import { globalOptions } from './global-options.js';
import { loadFor } from './load.js';
import { feasibilityLines } from './rules/feasibility.js';
import { ruleFile, ruleGroups } from './rules/rule-file.js';

/** Adds `modelpulse rules`: Prometheus rules on standard output, what they cannot do on standard error. */
export function rulesCommand(program: Command): void {
  program
    .command('rules')
    .description(
      'print alerting rules for Prometheus; what objectives and intervals make impossible goes to stderr',
    )
    .option('--runbook-url <base>', 'where the page on alerts is', 'docs/alerts.md')
    .action(async ({ runbookUrl }: { runbookUrl: string }, command: Command) => {
      const { models } = (await loadFor(globalOptions(command).config)).settings;
      const calendar = createCalendar();
      for (const line of feasibilityLines(models, calendar)) process.stderr.write(`${line}\n`);
      process.stdout.write(ruleFile(ruleGroups(models, calendar), runbookUrl));
    });
}
