import { createInterface } from 'node:readline/promises';
import { UsageError } from '../failure.js';
import {
  addressProblem,
  likelyProvider,
  modelProblem,
  needsAddress,
  offered,
  providerProblem,
  usualKeyEnv,
  usualModel,
  variableProblem,
  type Choices,
} from './first-choices.js';

/** What was given on the command line. */
export interface Given {
  readonly provider?: string;
  readonly model?: string;
  readonly baseUrl?: string;
  /** `none` for no key. */
  readonly keyEnv?: string;
  readonly yes?: true;
}

/** Asks for one value; undefined where nobody can be asked. */
type Question = (
  text: string,
  fallback: string | null,
  problem: (answer: string) => string | null,
) => Promise<string | undefined>;

const mostTries = 5;

/** Asks on the terminal, again where an answer cannot be taken. */
function createQuestion(input: NodeJS.ReadableStream, output: NodeJS.WritableStream) {
  const lines = createInterface({ input, output });
  // The input may end before all is answered.
  const ended = new Promise<null>((resolve) => lines.once('close', () => resolve(null)));
  const ask: Question = async (text, fallback, problem) => {
    for (let attempt = 0; attempt < mostTries; attempt += 1) {
      const shown = fallback === null ? `${text}: ` : `${text} [${fallback}]: `;
      const answer = await Promise.race([lines.question(shown), ended]);
      if (answer === null) {
        // The question has no line break yet.
        output.write('\n');
        throw new UsageError('nothing was written: the input ended');
      }
      const value = answer.trim() === '' ? (fallback ?? '') : answer.trim();
      const why = problem(value);
      if (why === null) return value;
      output.write(`  ${why}\n`);
    }
    throw new UsageError('nothing was written');
  };
  return { ask, close: () => lines.close() };
}

function checked(value: string, option: string, problem: (answer: string) => string | null): string {
  const why = problem(value);
  if (why !== null) throw new UsageError(`${option}: ${why}`);
  return value;
}

async function choose(given: Given, ask: Question, env: NodeJS.ProcessEnv): Promise<Choices> {
  const needed = (option: string): never => {
    throw new UsageError(`give ${option}, or run it on a terminal, where it asks`);
  };
  const provider =
    given.provider === undefined
      ? ((await ask(`provider (${offered.join(', ')})`, likelyProvider(env), providerProblem)) ??
        needed('--provider'))
      : checked(given.provider, '--provider', providerProblem);
  const baseUrl =
    given.baseUrl !== undefined
      ? checked(given.baseUrl, '--base-url', addressProblem)
      : needsAddress(provider)
        ? ((await ask('address (base_url)', null, addressProblem)) ?? needed('--base-url'))
        : null;
  const model =
    given.model === undefined
      ? ((await ask('model', usualModel(provider), modelProblem)) ?? needed('--model'))
      : checked(given.model, '--model', modelProblem);
  const orNone = (text: string): string | null => (text === 'none' ? null : variableProblem(text));
  const variable =
    given.keyEnv === undefined
      ? ((await ask('variable with the API key, or none', usualKeyEnv(provider) ?? 'none', orNone)) ??
        usualKeyEnv(provider) ??
        'none')
      : checked(given.keyEnv, '--key-env', orNone);
  return { provider, model, baseUrl, keyEnv: variable === 'none' ? null : variable };
}

/** What the command line says, and what the answers on the terminal say of the rest. Throws UsageError. */
export async function askedChoices(given: Given, env: NodeJS.ProcessEnv): Promise<Choices> {
  if (given.yes === true)
    return choose(given, (_text, fallback) => Promise.resolve(fallback ?? undefined), env);
  const isComplete =
    given.provider !== undefined &&
    given.model !== undefined &&
    (given.baseUrl !== undefined || !needsAddress(given.provider));
  if (isComplete || !process.stdin.isTTY) return choose(given, () => Promise.resolve(undefined), env);
  const { ask, close } = createQuestion(process.stdin, process.stderr);
  return choose(given, ask, env).finally(close);
}
