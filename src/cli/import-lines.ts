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
  let rest = '';
  try {
    for await (const chunk of stream) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > longestLine)
        throw new UsageError(`${file} holds a line of over ${longestLine} characters: it is no history file`);
      yield lines;
    }
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof Error) || !('syscall' in error)) throw error;
    throw new UsageError(`cannot read ${file}: ${error.message}`);
  }
  if (rest !== '') yield [rest];
}
