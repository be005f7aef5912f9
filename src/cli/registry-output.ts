import { Option } from 'commander';
import { modelMatcher } from '../config/maintenance.js';
import type { Variable } from './foreign/references.js';
import { plainLines } from './terminal.js';
import { writeTextFile } from './text-file.js';

/** Options of a command that writes a registry. */
export interface RegistryOptions {
  readonly output?: string;
  readonly force?: true;
  readonly only?: readonly string[];
}

export const outputOption = (): Option =>
  new Option('-o, --output <file>', 'write the registry to this file; default: standard output');
export const forceOption = (): Option => new Option('--force', 'replace the file of --output');
export const onlyOption = (): Option =>
  new Option('--only <pattern>', 'only models with such a name, as gpt-*; can be repeated').argParser(
    (pattern: string, before: readonly string[] | undefined) => [...(before ?? []), pattern],
  );

/** The choice of `--only`; null for all. */
export function chosenBy({ only }: RegistryOptions): ((name: string) => boolean) | null {
  return only === undefined ? null : modelMatcher({ models: only });
}

/** Writes the registry, and to standard error what is not in it and what to do next. */
export async function writeRegistry(
  made: { readonly text: string; readonly ids: readonly string[]; readonly variables: readonly Variable[] },
  notes: readonly string[],
  { output, force }: RegistryOptions,
): Promise<void> {
  if (output === undefined) process.stdout.write(made.text);
  else await writeTextFile(output, made.text, force === true);
  for (const note of notes) process.stderr.write(`${plainLines(note)}\n`);
  const count = (amount: number, noun: string): string => `${amount} ${noun}${amount === 1 ? '' : 's'}`;
  const names = made.variables.map(
    ({ name, moved, from }) => `  ${name}${moved ? ` (in clear at ${from})` : ''}\n`,
  );
  process.stderr.write(
    `${count(made.ids.length, 'model')} written${output === undefined ? '' : ` to ${output}`}; ${count(notes.length, 'line')} above ${notes.length === 1 ? 'says' : 'say'} what was not carried over\n`,
  );
  if (names.length > 0) process.stderr.write(`variables to set:\n${plainLines(names.join(''))}`);
}
