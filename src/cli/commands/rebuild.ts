import type { Command } from 'commander';
import { checkRollups, rebuildRollups, type Rebuilt, type WrongRow } from '../../store/transfer/rebuild.js';
import { globalOptions } from '../options.js';
import { loadFor } from '../load.js';
import { modelMemory } from '../model-memory.js';
import { packageFile } from '../package-files.js';
import { terminalOf } from '../terminal.js';

const mostShown = 20;

function summaryOf({ rows, wrong, givenUp }: Rebuilt, check: boolean): string {
  const lines = [`${rows} hours and days compared, ${wrong} ${check ? 'wrong' : 'corrected'}`];
  if (givenUp > 0)
    lines.push(
      `${givenUp} hours count results that are not kept, given up while the database could not be written`,
    );
  return `${lines.join('\n')}\n`;
}

export function rebuildCommand(program: Command, done: (code: number) => void): void {
  program
    .command('rebuild')
    .description(
      'recompute hourly and daily sums from results and states, and correct them; the daemon must be stopped',
    )
    .option(
      '--check',
      'only report differences, with the daemon running or stopped; exit with 1 if there are any',
    )
    .action(async ({ check = false }: { check?: boolean }, command: Command) => {
      const { settings } = await loadFor(globalOptions(command).config);
      const shown: WrongRow[] = [];
      const rebuilt = (check ? checkRollups : rebuildRollups)({
        path: settings.storage.path,
        migrationsDir: packageFile('migrations'),
        memory: modelMemory,
        found: (row) => {
          if (shown.length < mostShown) shown.push(row);
        },
      });
      if (shown.length > 0) {
        const { rebuildTable } = await import('../tables/rebuild-table.js');
        process.stdout.write(`${rebuildTable(shown, terminalOf(process.stdout, process.env))}\n`);
        if (rebuilt.wrong > shown.length)
          process.stdout.write(`and ${rebuilt.wrong - shown.length} more rows\n`);
      }
      process.stdout.write(summaryOf(rebuilt, check));
      if (check && rebuilt.wrong > 0) done(1);
    });
}
