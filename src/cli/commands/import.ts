import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { UsageError } from '../failure.js';
import { linesOf, named, tellTaken } from '../intake.js';
import { loadFor } from '../load.js';
import { globalOptions } from '../options.js';
import { storedHistory } from '../stored-history.js';

/** The lines of the file, or of `input` for `-`, in batches. Throws UsageError when it cannot be read. */
export async function* linesOfFile(
  file: string,
  input: NodeJS.ReadableStream,
): AsyncGenerator<readonly string[]> {
  const stream = file === '-' ? input : createReadStream(file);
  stream.setEncoding('utf8');
  try {
    yield* linesOf(stream, file);
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof Error) || !('syscall' in error)) throw error;
    throw new UsageError(`cannot read ${file}: ${error.message}`);
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
      const history = await storedHistory(settings.storage.place);
      const what = file === '-' ? 'standard input' : file;
      const taken = await named(what, history.take(linesOfFile(file, process.stdin)));
      if (tellTaken(taken, { theirs: 'the file', ours: 'the database' }) > 0) done(1);
    });
}
