import { dirname, join, relative, resolve } from 'node:path';
import { pathOfIssue } from './problem.js';
import { isObject, memberOf } from '../../domain/json.js';
import type { Inputs } from './inputs.js';
import { closestName } from './closest-name.js';
import { issueMessage } from './issue-message.js';
import type { Place } from './registry.js';
import { includedSchema, settingsSchema } from '../schema/schema.js';
import type { ParsedSources } from './parsed-sources.js';
import type { Source } from './source.js';
import { addAll } from '../../domain/list.js';

/** Maximum size of a configuration file. */
const configLimit = 16 * 2 ** 20;

/** What one load reads and parses with. */
export interface Reading {
  readonly inputs: Inputs;
  readonly sources: ParsedSources;
}

/** Reads and parses one file; null with problems when it has no usable map. */
export async function openSource(
  file: string,
  { inputs, sources }: Reading,
  problems: string[],
): Promise<Source | null> {
  const absolute = resolve(file);
  const found = await inputs.read(absolute, configLimit);
  if ('problem' in found) {
    problems.push(`${file}: ${found.problem}`);
    return null;
  }
  const parsed = sources.parse(file, absolute, found.text);
  addAll(problems, parsed.problems);
  if (parsed.problems.length > 0) return null;
  const { value } = parsed.source;
  if (isObject(value)) return parsed.source;
  const message =
    value === null ? 'is empty, and must hold at least "models"' : 'must be a map with the key "models"';
  problems.push(parsed.source.message({ path: [], message }));
  return null;
}

/** The entries of a list of models with their places. */
export function placesIn(source: Source): Place[] {
  const list = memberOf(source.value, 'models');
  return Array.isArray(list)
    ? list.map((written: unknown, index) => ({ source, path: ['models', index], written }))
    : [];
}

function includedProblems(source: Source): string[] {
  const result = includedSchema.safeParse(source.value, { error: issueMessage });
  return (result.error?.issues ?? []).flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys')
      return [source.message({ path: pathOfIssue(issue), message: issue.message })];
    return issue.keys.map((key) => {
      const main = Object.hasOwn(settingsSchema.shape, key);
      const meant = closestName(key, ['models']) === null ? '' : ' (did you mean "models"?)';
      const message = main
        ? 'belongs into the main file; an included file holds only "models"'
        : `unknown key${meant}; an included file holds only "models"`;
      return source.message({ path: [key], message, at: 'key' });
    });
  });
}

/** The files that the patterns of `include` match, relative to the main file, each once and in order. */
export async function readIncluded(
  main: Source,
  patterns: readonly string[],
  reading: Reading,
  problems: string[],
): Promise<Source[]> {
  const { inputs } = reading;
  const directory = dirname(main.absolute);
  const files = new Set<string>();
  for (const [index, pattern] of patterns.entries()) {
    const found = await inputs.match(pattern, directory);
    const others = found.filter((file) => file !== main.absolute);
    const fixed = pattern.split('/').slice(0, -1);
    const wild = fixed.findIndex((part) => /[*?[\]{}()!]/.test(part));
    inputs.watch(
      resolve(
        directory,
        ...(wild < 0 ? fixed : fixed.slice(0, wild)).map((part, place) =>
          place === 0 && part === '' ? '/' : part,
        ),
      ),
    );
    if (others.length === 0) {
      const written = memberOf(main.value, 'include');
      const path = Array.isArray(written) ? ['include', index] : ['include'];
      problems.push(main.message({ path, message: `no file matches ${JSON.stringify(pattern)}` }));
    }
    for (const file of others) {
      inputs.watch(dirname(file));
      files.add(file);
    }
  }
  const sources: Source[] = [];
  for (const file of files) {
    const name = join(dirname(main.file), relative(directory, file));
    const source = await openSource(name, reading, problems);
    if (source === null) continue;
    addAll(problems, includedProblems(source));
    sources.push(source);
  }
  return sources;
}
