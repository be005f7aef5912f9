import { createReadStream } from 'node:fs';
import { UsageError } from './failure.js';

/** Longer than any line of an export, so that a file of another kind cannot fill the memory. */
const longestLine = 16 * 1024 * 1024;

/** The lines of the file, or of `input` for `-`, some at a time; throws UsageError when it cannot be read. */
export async function* linesOfFile(
  file: string,
  input: NodeJS.ReadableStream,
): AsyncGenerator<readonly string[]> {
  const stream = file === '-' ? input : createReadStream(file);
  stream.setEncoding('utf8');
  // A long line comes in many chunks: each is searched once, and joined when its end has come.
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
        throw new UsageError(`${file} holds a line of over ${longestLine} characters: it is no history file`);
    }
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof Error) || !('syscall' in error)) throw error;
    throw new UsageError(`cannot read ${file}: ${error.message}`);
  }
  if (length > 0) yield [waiting.join('')];
}
