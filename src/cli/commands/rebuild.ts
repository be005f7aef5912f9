import type { Command } from 'commander';
import type { Rebuilt, WrongRow } from '../../store/transfer/rebuilding.js';
import type { TimelineDifference } from '../../store/transfer/replay.js';
import { plainText } from '../../domain/plain-text.js';
import { globalOptions } from '../options.js';
import { loadFor } from '../load.js';
import { storedHistory } from '../stored-history.js';
import { terminalOf } from '../terminal.js';

const mostShown = 20;

function replayedText({ results, models, since, different }: Rebuilt['replayed'], check: boolean): string {
  if (since === null) return 'no results could be replayed';
  const found = check || different === 0 ? 'differences' : 'differences; rebuild does not change states';
  const from = new Date(since).toISOString();
  return `${results} results of ${models} models replayed, since ${from}, ${different} ${found}`;
}

function summaryOf({ rows, wrong, givenUp, replayed }: Rebuilt, check: boolean): string {
  const lines = [
    replayedText(replayed, check),
    `${rows} hours and days compared, ${wrong} ${check ? 'wrong' : 'corrected'}`,
  ];
  if (givenUp > 0)
    lines.push(
      `${givenUp} hours count results that are not kept, given up while the database could not be written`,
    );
  return `${lines.join('\n')}\n`;
}

/** Collects the first rows, and prints them with the number of the others. */
function shownOf<Row>(render: (rows: readonly Row[]) => Promise<string>) {
  const shown: Row[] = [];
  return {
    add: (row: Row): void => {
      if (shown.length < mostShown) shown.push(row);
    },
    async print(count: number, what: string): Promise<void> {
      if (shown.length === 0) return;
      process.stdout.write(`${await render(shown)}\n`);
      if (count > shown.length) process.stdout.write(`and ${count - shown.length} more ${what}\n`);
    },
  };
}

export function rebuildCommand(program: Command, done: (code: number) => void): void {
  program
    .command('rebuild')
    .description(
      'correct hourly and daily sums, and compare states with a replay of results; the daemon must be stopped',
    )
    .option(
      '--check',
      'only report differences, with the daemon running or stopped; exit with 1 if there are any',
    )
    .action(async ({ check = false }: { check?: boolean }, command: Command) => {
      const { settings } = await loadFor(globalOptions(command).config);
      const terminal = terminalOf(process.stdout, process.env);
      const tables = () => import('../tables/rebuild-table.js');
      const wrong = shownOf<WrongRow>(async (rows) => (await tables()).rebuildTable(rows, terminal));
      const different = shownOf<TimelineDifference>(async (rows) =>
        (await tables()).timelineTable(rows, terminal),
      );
      const history = await storedHistory(settings.storage.place);
      const rebuilt = await history[check ? 'compare' : 'correct']({
        found: wrong.add,
        differs: different.add,
        fails({ model, message }) {
          process.stderr.write(
            `${plainText(model)}: its results cannot be replayed: ${plainText(message)}\n`,
          );
        },
      });
      await different.print(rebuilt.replayed.different, 'differences');
      await wrong.print(rebuilt.wrong, 'rows');
      process.stdout.write(summaryOf(rebuilt, check));
      const { different: unlike, failed } = rebuilt.replayed;
      if (failed > 0 || (check && (rebuilt.wrong > 0 || unlike > 0))) done(1);
    });
}
