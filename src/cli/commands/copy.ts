import { Option, type Command } from 'commander';
import type { StoragePlace } from '../../config/settings.js';
import { UsageError } from '../failure.js';
import { linesOf, named, tellTaken } from '../intake.js';
import { loadFor } from '../load.js';
import { openReader } from '../open-reader.js';
import { globalOptions } from '../options.js';
import { storedHistory } from '../stored-history.js';
import { createProgress, terminalOf } from '../terminal.js';

/** The store that `--to` names. Throws UsageError, which has nothing of the text: there may be a password in it. */
function placeOf(text: string): StoragePlace {
  // Each statement is parsed anew, so that it works behind any pooler.
  if (/^postgres(?:ql)?:\/\//i.test(text))
    return { kind: 'postgres', url: text, preparedStatements: false, listenUrl: null };
  if (text === '' || /^[a-z][\w+.-]+:/i.test(text))
    throw new UsageError('--to takes a file, or postgres://user:password@host:port/database');
  return { kind: 'sqlite', path: text, onCorrupt: 'stop' };
}

/** Shows on a terminal how many models are done. */
async function createCount(place: StoragePlace): Promise<ReturnType<typeof createProgress>> {
  const terminal = terminalOf(process.stderr, process.env);
  let models = 0;
  if (terminal.escapes) {
    const { store } = await openReader(place);
    try {
      models = (await store.models()).length;
    } finally {
      await store.close();
    }
  }
  return createProgress(models, 'models copied', terminal, (text) => process.stderr.write(text));
}

/** Counts a model as done when the next one begins, and the last one at its end. */
async function* counting(
  batches: AsyncIterable<readonly string[]>,
  advance: () => void,
): AsyncGenerator<readonly string[]> {
  let begun = false;
  for await (const batch of batches) {
    for (const line of batch) {
      if (!line.startsWith('{"type":"model",')) continue;
      if (begun) advance();
      begun = true;
    }
    yield batch;
  }
  if (begun) advance();
}

export function copyCommand(program: Command, done: (code: number) => void): void {
  program
    .command('copy')
    .description(
      'copy the history to another database, between SQLite and PostgreSQL; no daemon may use that one',
    )
    .addOption(
      new Option('--to <place>', 'file, or postgres://user:password@host:port/database')
        .env('MODELPULSE_COPY_TO')
        .makeOptionMandatory(),
    )
    .action(async ({ to }: { to: string }, command: Command) => {
      const target = placeOf(to);
      const { settings } = await loadFor(globalOptions(command).config);
      const { place } = settings.storage;
      const [from, into] = [await storedHistory(place), await storedHistory(target)];
      const progress = await createCount(place);
      const what = 'the history';
      const lines = counting(linesOf(from.lines([]), what), progress.advance);
      const taken = await named(what, into.take(lines)).finally(progress.clear);
      if (tellTaken(taken, { theirs: what, ours: 'the other database' }) > 0) done(1);
    });
}
