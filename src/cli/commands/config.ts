import type { Command } from 'commander';
import { stringify } from 'yaml';
import { createCalendar } from '../../calendar/calendar.js';
import { estimateTokens } from '../../checker/ask/token-estimate.js';
import { jsonSchema } from '../../config/schema/json-schema.js';
import type { Settings } from '../../config/settings.js';
import { budgetWarning, costWarnings, dailyUse, unpricedText, type DailyUse } from '../daily-use.js';
import { endWarnings } from '../end-warnings.js';
import { globalOptions } from '../options.js';
import { loadFor } from '../load.js';
import { jsonText, terminalOf } from '../terminal.js';

/** Daily use of each model; null tokens with a health API, whose questions are unknown. */
function dailyUses({ models, remote }: Settings): DailyUse[] {
  const calendar = createCalendar();
  return models.map((model) => {
    return dailyUse(model, calendar, remote === null ? estimateTokens(model) : null);
  });
}

export function validateCommand(program: Command): void {
  program
    .command('validate')
    .description('check the configuration and print every error and warning')
    .action(async (_options: object, command: Command) => {
      const { config } = globalOptions(command);
      const { settings, warnings } = await loadFor(config, null, true);
      const uses = dailyUses(settings);
      const beyond = [...uses.flatMap((use) => budgetWarning(use) ?? []), ...costWarnings(uses)];
      const ending = endWarnings(settings, Date.now());
      for (const warning of [...warnings, ...beyond, ...ending])
        process.stderr.write(`warning: ${warning}\n`);
      const count = settings.models.length;
      process.stdout.write(`${config} is valid: ${count} ${count === 1 ? 'model' : 'models'}\n`);
      if (count === 0) return;
      const { dailyUseTable } = await import('../tables/daily-use-table.js');
      const table = dailyUseTable(uses, terminalOf(process.stdout, process.env));
      const unpriced = unpricedText(uses);
      const notes = [
        'At most; rechecks and checks on demand come on top.',
        ...(unpriced === null ? [] : [unpriced]),
      ];
      process.stdout.write(`\n${table}\n\n${notes.join('\n')}\n`);
    });
}

export function configCommand(program: Command): void {
  program
    .command('config')
    .description('print the effective configuration, with defaults applied and secrets masked')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const effective = (await loadFor(globalOptions(command).config)).effective();
      process.stdout.write(json === true ? jsonText(effective) : stringify(effective));
    });
}

export function schemaCommand(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of the configuration, for editors')
    .action(() => {
      process.stdout.write(jsonText(jsonSchema()));
    });
}
