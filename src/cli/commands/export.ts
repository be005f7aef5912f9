import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { StoreError } from '../../store/store-error.js';
import { UsageError } from '../failure.js';
import { globalOptions } from '../options.js';
import { loadFor } from '../load.js';
import { makeFile } from '../new-file.js';
import { storedHistory } from '../stored-history.js';

export function exportCommand(program: Command): void {
  program
    .command('export')
    .description(
      'write the history as JSON lines (docs/history-format.md), with the daemon running or stopped',
    )
    .argument('[id...]', 'model ids; default: all')
    .option('-o, --output <file>', 'write to a new file instead of standard output')
    .action(async (ids: string[], { output }: { output?: string }, command: Command) => {
      const { settings } = await loadFor(globalOptions(command).config);
      const history = await storedHistory(settings.storage.place);
      const lines = () => Readable.from(history.lines(ids), { objectMode: false });
      try {
        if (output === undefined) await pipeline(lines(), process.stdout, { end: false });
        else await makeFile(output, (partial) => pipeline(lines(), createWriteStream(partial)));
      } catch (error) {
        if (error instanceof StoreError && error.kind === 'unknown_model')
          throw new UsageError(error.message);
        throw error;
      }
    });
}
