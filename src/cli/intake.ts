import { plainText } from '../domain/plain-text.js';
import type { Interval } from '../domain/state.js';
import { LineError } from '../store/transfer/import-line.js';
import type { Taken } from '../store/transfer/import-model.js';
import { UsageError } from './failure.js';

/** Longer than any line of an export, so that a file of another kind cannot exhaust memory. */
const longestLine = 16 * 1024 * 1024;

/** The lines of a text that comes in pieces, in batches. Throws UsageError, which names `what` is read. */
export async function* linesOf(
  pieces: AsyncIterable<unknown> | Iterable<unknown>,
  what: string,
): AsyncGenerator<readonly string[]> {
  // A long line comes in many pieces: each is searched once, and all are joined at the end of the line.
  let waiting: string[] = [];
  let length = 0;
  for await (const piece of pieces) {
    const [first = '', ...others] = String(piece).split('\n');
    waiting.push(first);
    length += first.length;
    const rest = others.pop();
    if (rest !== undefined) {
      yield [waiting.join(''), ...others];
      waiting = [rest];
      length = rest.length;
    }
    if (length > longestLine)
      throw new UsageError(`${what} has a line of over ${longestLine} characters: it is not a history file`);
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

/** Prints what an import did, with the names of the two histories; returns the number of models that it left alone. */
export function tellTaken(
  taken: readonly Taken[],
  { theirs, ours }: { readonly theirs: string; readonly ours: string },
): number {
  const left = taken.filter((model) => model.how === 'left');
  for (const { id, file, there } of left) {
    const why = `${theirs} has ${span(file)}, ${ours} ${span(there)}`;
    process.stderr.write(`${plainText(id)}: left alone, for the two overlap: ${why}\n`);
  }
  process.stdout.write(summaryOf(taken));
  return left.length;
}

/** Rewrites errors about lines to name `what` has them, and to be safe to print. */
export async function named<Result>(what: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof LineError)) throw error;
    throw new UsageError(plainText(`${what}: ${error.message}`));
  }
}
