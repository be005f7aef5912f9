import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf } from '../../domain/thrown.js';
import { ConfigError, inOrder } from '../../config/read/problem.js';
import { parseSource, type Source } from '../../config/read/source.js';
import { isList, isObject } from '../../domain/json.js';
import { UsageError } from '../failure.js';
import { draftBlackbox, type Part } from './blackbox.js';
import type { Draft, Drafted, Drafting } from './drafting.js';
import { draftGatus } from './gatus.js';
import { draftListed } from './listed-drafts.js';
import { listedModels } from './listed-models.js';
import { draftLitellm } from './litellm.js';
import { createReferences, type References } from './references.js';
import type { Tool } from './tools.js';
import { registryText, type RegistryText } from './registry-text.js';
import { draftUptimeKuma } from './uptime-kuma.js';

/** A registry made of the files of another tool. */
export interface Imported extends RegistryText {
  /** `file:line:column: path: what is not carried over, and why`. */
  readonly notes: readonly string[];
}

const longestFile = 32 * 1024 * 1024;

async function textOf(file: string): Promise<string> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      if (size > longestFile) throw new UsageError(`${file} has over ${longestFile / 1024 / 1024} MiB`);
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`cannot read ${file}: ${messageOf(error)}`);
  }
}

function sourceOf(file: string, text: string): Source {
  const { source, problems } = parseSource(file, resolve(file), text);
  if (problems.length > 0) throw new ConfigError(problems);
  return source;
}

/** Each is searched for in the file. */
const mostNotes = 10_000;

/** What already stands for a secret beside its reference. */
const scheme = /^(?:(?:Basic|Bearer|Token|Api-Key) ?)?$/i;

/** Notes of one file go to `notes`. */
export function draftingOf(
  source: Pick<Source, 'message'>,
  references: References,
  notes: string[],
): Drafting {
  const placeOf: Drafting['placeOf'] = (path) => source.message({ path, message: '' }).replace(/: $/, '');
  return {
    references,
    placeOf,
    note(path, message) {
      if (notes.length > mostNotes) return;
      if (notes.length === mostNotes) {
        notes.push('there is more that is not carried over');
        return;
      }
      notes.push(source.message({ path, message: `not carried over: ${message}`, at: 'key' }));
    },
    secret(text, name, path) {
      const clear = references.written(text).replaceAll(/\$\{[^}]*\}/g, '');
      if (references.holdsReference(text) && scheme.test(clear)) return text;
      return references.secret(text, name, placeOf(path));
    },
  };
}

/** The file that a draft is of. */
type Owners = Map<Draft, Drafting>;
type Read = (sources: readonly Source[], draftings: readonly Drafting[], owners: Owners) => Drafted;

function owned(drafted: Drafted, drafting: Drafting, owners: Owners): Drafted {
  for (const draft of drafted.models) owners.set(draft, drafting);
  return drafted;
}

/** Reads each file for itself. */
function each(draft: (value: unknown, drafting: Drafting) => Drafted): Read {
  return (sources, draftings, owners) => {
    const all = draftings.map((drafting, index) =>
      owned(draft(sources[index]?.value, drafting), drafting, owners),
    );
    const first = all.find(({ defaults }) => defaults !== undefined)?.defaults;
    return {
      models: all.flatMap(({ models }) => models),
      maintenance: all.flatMap(({ maintenance }) => maintenance ?? []),
      ...(first !== undefined && { defaults: first }),
    };
  };
}

const pair: Read = (sources, draftings, owners) => {
  const partWith = (key: string): Part | null => {
    const index = sources.findIndex(({ value }) => isObject(value) && Object.hasOwn(value, key));
    const drafting = draftings[index];
    return drafting === undefined ? null : { value: sources[index]?.value, drafting };
  };
  const [exporter, prometheus] = [partWith('modules'), partWith('scrape_configs')];
  if (exporter === null || prometheus === null || sources.length !== 2)
    throw new UsageError(
      'blackbox takes two files: the configuration of the exporter, which has "modules", and that of Prometheus, which has "scrape_configs" and so the targets',
    );
  return owned(draftBlackbox(exporter, prometheus), prometheus.drafting, owners);
};

const router: Read = each((value, drafting) => {
  const list = listedModels(value);
  if (list === null) throw new UsageError('openrouter takes the JSON of https://openrouter.ai/api/v1/models');
  const place = {
    provider: 'openai_compatible',
    baseUrl: 'https://openrouter.ai/api/v1',
    key: 'OPENROUTER_API_KEY',
  };
  return draftListed(list, place, drafting);
});

const readers: Readonly<Record<Tool, Read>> = {
  litellm: each(draftLitellm),
  gatus: each(draftGatus),
  'uptime-kuma': each(draftUptimeKuma),
  blackbox: pair,
  openrouter: router,
};

/** Keys of which a file of the tool has at least one. */
const marks: Readonly<Partial<Record<Tool, readonly string[]>>> = {
  litellm: ['model_list'],
  gatus: ['endpoints', 'external-endpoints', 'suites'],
  'uptime-kuma': ['monitorList'],
};

/** Makes a registry of the files of `tool`, with the models whose id or name fits `chosen`. Throws UsageError and ConfigError. */
export async function importedFrom(
  tool: Tool,
  files: readonly string[],
  chosen: ((name: string) => boolean) | null,
): Promise<Imported> {
  const texts = await Promise.all(files.map(textOf));
  const sources = files.map((file, index) => sourceOf(file, texts[index] ?? ''));
  const wanted = marks[tool];
  for (const { file, value } of sources) {
    // The rows of Uptime Kuma 2 are a list.
    if (tool === 'uptime-kuma' && isList(value)) continue;
    if (wanted?.some((key) => isObject(value) && Object.hasOwn(value, key)) === false)
      throw new UsageError(
        `${file} is no configuration of ${tool}: it has no ${wanted.map((key) => `"${key}"`).join(' and no ')}`,
      );
  }
  const references = createReferences(texts);
  const notes: string[] = [];
  const draftings = sources.map((source) => draftingOf(source, references, notes));
  const owners: Owners = new Map();
  const drafted = readers[tool](sources, draftings, owners);
  const models = drafted.models.filter(
    ({ name, entry }) => chosen === null || chosen(name) || chosen(String(entry.model)),
  );
  const head = [
    `Made by \`modelpulse import-config ${tool}\` of ${files.join(' and ')}.`,
    'What could not be carried over was said when it was made. `modelpulse validate` says what a day of checks costs.',
  ];
  const made = registryText({ ...drafted, models }, head, references);
  for (const { draft, why } of made.refused)
    owners.get(draft)?.note(draft.path, `is no model that modelpulse takes: ${why}`);
  return { ...made, notes: inOrder(notes, files[0] ?? '') };
}
