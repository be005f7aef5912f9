import { open } from 'node:fs/promises';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { providers } from '../../config/model/providers.js';
import { providerAdvice } from '../../config/model/provider-names.js';
import { plainText } from '../../domain/plain-text.js';
import { messageOf } from '../../domain/thrown.js';
import { UsageError } from '../failure.js';
import { jsonText, terminalOf } from '../terminal.js';

interface ExplainOptions {
  readonly provider?: string;
  readonly status?: number;
  readonly model?: string;
  readonly json?: true;
}

/** Most bytes that are read: archives of browsers have many. */
const mostBytes = 64 * 1024 * 1024;

/** The text of these bytes: PowerShell writes what it redirects in UTF-16, behind a mark. */
function decoded(bytes: Buffer): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

async function readSome(pieces: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const piece of pieces) {
    const chunk = Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece));
    chunks.push(chunk);
    size += chunk.length;
    if (size >= mostBytes) break;
  }
  return decoded(Buffer.concat(chunks).subarray(0, mostBytes));
}

async function textFrom(file: string | undefined): Promise<string> {
  if (file === undefined || file === '-') {
    if (process.stdin.isTTY) process.stderr.write('paste the reply, then press Ctrl-D\n');
    return readSome(process.stdin);
  }
  try {
    const handle = await open(file);
    try {
      return await readSome(handle.createReadStream({ autoClose: false }));
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${messageOf(error)}`);
  }
}

function statusOf(text: string): number {
  const status = /^[1-5]\d\d$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(status)) throw new InvalidArgumentError('Give an HTTP status such as 429.');
  return status;
}

function providerOf(name: string): string {
  if (Object.hasOwn(providers, name)) return name;
  throw new InvalidArgumentError(`Unknown provider: ${plainText(providerAdvice(name))}.`);
}

/** Adds `modelpulse explain`, which says what somebody's reply means. */
export function explainCommand(program: Command, done: (code: number) => void): void {
  program
    .command('explain')
    .argument('[file]', 'the reply; default: standard input')
    .description(
      'explain a reply that you have: output of curl -i, a HAR file, JSON, or the error of a client',
    )
    .addOption(
      new Option('--provider <name>', 'whose API it is, where the reply does not say so').argParser(
        providerOf,
      ),
    )
    .addOption(new Option('--status <code>', 'HTTP status, where the reply has none').argParser(statusOf))
    .option('--model <name>', 'name of the model, so that its words are not taken for what is wrong')
    .option('--json', 'as JSON')
    .action(async (file: string | undefined, { json, ...hints }: ExplainOptions) => {
      const [whole, { explain }, { entryOfArchive }, { bodyLimit }] = await Promise.all([
        textFrom(file),
        import('../../checker/explain/explain.js'),
        import('../../checker/explain/json-forms.js'),
        import('../../checker/transport/exchange-limits.js'),
      ]);
      const entry = entryOfArchive(whole);
      if (entry === null && whole.length > bodyLimit)
        process.stderr.write('the reply is longer than 1 MiB: only its beginning is explained\n');
      const found = explain(entry ?? whole, hints);
      if (found === null) {
        process.stderr.write('there is nothing to explain\n');
        done(1);
        return;
      }
      const { explanationShape, explanationText } = await import('../tables/explanation.js');
      if (json === true) process.stdout.write(jsonText(explanationShape(found)));
      else process.stdout.write(explanationText(found, terminalOf(process.stdout, process.env)));
    });
}
