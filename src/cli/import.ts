import type { Command } from 'commander';
import type { Interval } from '../domain/state.js';
import { importHistory } from '../store/transfer/import.js';
import { LineError } from '../store/transfer/import-line.js';
import type { Taken } from '../store/transfer/import-model.js';
import { UsageError } from './failure.js';
import { globalOptions } from './global-options.js';
import { linesOfFile } from './import-lines.js';
import { loadFor } from './load.js';
import { modelMemory } from './model-memory.js';
import { packageFile } from './package-files.js';
import { plainText } from './terminal.js';

const span = ({ from, to }: Interval): string =>
  `${new Date(from).toISOString()} to ${new Date(to).toISOString()}`;

function summaryOf(taken: readonly Taken[]): string {
  const count = (how: Taken['how']): number => taken.filter((model) => model.how === how).length;
  const parts = [
    `${count('new')} new`,
    `${count('before')} put before what was there`,
    `${count('there')} there already`,
    `${count('left')} left alone`,
  ];
  return `${taken.length} ${taken.length === 1 ? 'model' : 'models'}: ${parts.join(', ')}\n`;
}

/** What lines say wrong names the file too, and is made safe to print. */
async function named<Result>(file: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof LineError)) throw error;
    throw new UsageError(plainText(`${file === '-' ? 'standard input' : file}: ${error.message}`));
  }
}

export function importCommand(program: Command, done: (code: number) => void): void {
  program
    .command('import')
    .description(
      'import an exported history into the database in one transaction; the daemon must be stopped',
    )
    .argument('<file>', 'file written by export; - reads standard input')
    .action(async (file: string, _options: object, command: Command) => {
      const { settings } = await loadFor(globalOptions(command).config);
      const target = {
        path: settings.storage.path,
        migrationsDir: packageFile('migrations'),
        memory: modelMemory,
      };
      const taken = await named(file, importHistory(target, linesOfFile(file, process.stdin)));
      for (const model of taken) {
        if (model.how !== 'left') continue;
        const why = `the file has ${span(model.file)}, the database ${span(model.there)}`;
        process.stderr.write(`${plainText(model.id)}: left alone, for the two overlap: ${why}\n`);
      }
      process.stdout.write(summaryOf(taken));
      if (taken.some(({ how }) => how === 'left')) done(1);
    });
}
