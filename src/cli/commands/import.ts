import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import type { Interval } from '../../domain/state.js';
import { LineError } from '../../store/transfer/import-line.js';
import type { Taken } from '../../store/transfer/import-model.js';
import { importHistory } from '../../store/transfer/import.js';
import { UsageError } from '../failure.js';
import { loadFor } from '../load.js';
import { modelMemory } from '../model-memory.js';
import { globalOptions } from '../options.js';
import { packageFile } from '../package-files.js';
import { plainText } from '../../domain/plain-text.js';
import { sqlitePath } from '../sqlite-path.js';

/** Longer than any line of an export, so that a file of another kind cannot exhaust memory. */
const longestLine = 16 * 1024 * 1024;

/** The lines of the file, or of `input` for `-`, in batches. Throws UsageError when it cannot be read. */
export async function* linesOfFile(
  file: string,
  input: NodeJS.ReadableStream,
): AsyncGenerator<readonly string[]> {
  const stream = file === '-' ? input : createReadStream(file);
  stream.setEncoding('utf8');
  // A long line comes in many chunks: each is searched once, and all are joined at the end of the line.
  let waiting: string[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      const [first = '', ...others] = String(chunk).split('\n');
      waiting.push(first);
      length += first.length;
      const rest = others.pop();
      if (rest !== undefined) {
        yield [waiting.join(''), ...others];
        waiting = [rest];
        length = rest.length;
      }
      if (length > longestLine)
        throw new UsageError(
          `${file} has a line of over ${longestLine} characters: it is not a history file`,
        );
    }
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof Error) || !('syscall' in error)) throw error;
    throw new UsageError(`cannot read ${file}: ${error.message}`);
  }
  if (length > 0) yield [waiting.join('')];
}

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

/** Rewrites errors about lines to name the file, and to be safe to print. */
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
        path: sqlitePath(settings, 'import writes files only'),
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
