import { dirname, resolve } from 'node:path';
import type { Capabilities } from '../model/address.js';
import { effectiveConfig, effectiveModel } from './effective.js';
import { channelUses, tlsUses } from './file-uses.js';
import type { FileUse } from './file-uses.js';
import { requestedModel, type Requested } from '../model/health-request.js';
import { openSource, placesIn, readIncluded } from './include.js';
import { createInputs } from './inputs.js';
import type { Inputs } from './inputs.js';
import { filesReferred, interpolate } from './interpolate.js';
import type { References } from './interpolate.js';
import { endOfCertificate, withClientCertificate } from '../model/deadlines.js';
import { noPrices, withKnownPrices, withListedPrices, type FindPrices } from '../model/listed-prices.js';
import { keyWarnings } from '../model/key-warnings.js';
import { modelMatcher } from '../maintenance.js';
import type { DefaultsEntry } from '../schema/asking-schema.js';
import { createParsedSources, type KeptSources } from './parsed-sources.js';
import { ConfigError, inOrder, withWords } from './problem.js';
import { isExcused, readAs } from './read-as.js';
import { referredSecrets } from './references.js';
import { readRegistry, type ProgramUse } from './registry.js';
import { settingsSchema } from '../schema/schema.js';
import type { SettingsEntry } from '../schema/schema.js';
import { sectionFindings, settingsOf } from '../schema/sections.js';
import { createMask } from './secrets.js';
import { readLogos } from './logo.js';
import { statusPageWarnings } from '../status-page.js';
import { unknownVendorPages } from '../vendor-status.js';
import type { Settings } from '../settings.js';
import type { Source } from './source.js';
import { isObject } from '../../domain/json.js';
import { addAll } from '../../domain/list.js';
import { messageOf } from '../../domain/thrown.js';

export { ConfigError };

export type Environment = Readonly<Record<string, string | undefined>>;

export interface LoadedConfig {
  readonly settings: Settings;
  /** `file:line:column: path: message`. */
  readonly warnings: readonly string[];
  /** Absolute paths of all files read, and of directories to watch for new files. */
  readonly files: readonly string[];
  /** Changes when the content of any of the files does, secrets included. */
  readonly fingerprint: string;
  /** False where the list of prices could not be read: another load tries it again, also with the same content. */
  readonly hasPrices: boolean;
  /** What was read and parsed, for the next load. */
  readonly seen: ReturnType<Inputs['seen']>;
  readonly sources: KeptSources;
  /** The effective configuration with the file's keys, presets expanded, secrets masked. */
  effective(): unknown;
  /** The part of one model as YAML; null when there is none with this id. */
  effectiveOf(id: string): string | null;
  /** The model that the body of a health request describes. */
  requested(body: unknown): Requested;
}

const secretLimit = 64 * 2 ** 10;
const certificateLimit = 2 ** 20;

/** Editors and `echo` add a trailing line break. */
const withoutLastBreak = (text: string): string => text.replace(/\r?\n$/, '');

/** Reads the references of one file; `${file:...}` is relative to its directory. */
async function referencesOf(source: Source, env: Environment, inputs: Inputs): Promise<References> {
  const absolute = (name: string): string => resolve(dirname(source.absolute), name);
  const found = new Map<string, Awaited<ReturnType<Inputs['read']>>>();
  for (const name of new Set(filesReferred(source.value))) {
    const read = await inputs.read(absolute(name), secretLimit);
    found.set(name, 'text' in read ? { text: withoutLastBreak(read.text) } : read);
  }
  return {
    variable: (name) => {
      const text = env[name];
      return text === undefined ? undefined : withoutLastBreak(text);
    },
    file: (name) => found.get(name) ?? { problem: 'no such file' },
  };
}

interface Main {
  readonly entry: SettingsEntry;
  /** Null when the file's `mode` is invalid. */
  readonly mode: 'builtin' | 'remote' | null;
  readonly uses: readonly FileUse[];
  readonly replaced: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
}

function readMain(source: Source, references: References, problems: string[], warnings: string[]): Main {
  const { models, ...written } = isObject(source.value) ? source.value : {};
  const read = interpolate(written, references, []);
  const { value, missing, problems: unreadable, replaced } = read;
  const secrets = new Set([...read.secrets, ...referredSecrets(read.referred)]);
  const whole = { ...(isObject(value) && value), ...(models !== undefined && { models }) };
  const origin = {
    at: [],
    written: source.value,
    missing: [...missing, ...unreadable].map(({ path }) => path),
  };
  const { data, left, problems: unfit } = readAs(settingsSchema, whole, origin);
  const entry = data ?? settingsSchema.parse({});
  const mode = left.some(([section, key]) => section === 'checker' && (key ?? 'mode') === 'mode')
    ? null
    : entry.checker.mode;

  const findings = sectionFindings(entry, mode);
  if (entry.models === undefined && entry.include === undefined) {
    findings.problems.push({ path: ['models'], message: 'is required; "models: []" is valid' });
  }
  const between = findings.problems.filter((problem) => !isExcused(problem, left));
  addAll(problems, [...missing, ...unreadable, ...unfit, ...between].map(source.message));
  addAll(warnings, [...keyWarnings(value, []), ...findings.warnings].map(source.message));
  const { tls, uses } = tlsUses(entry.defaults.tls, source, ['defaults', 'tls']);
  const { notifications, uses: ofChannels } = channelUses(entry.notifications, source);
  const complete = { ...entry, defaults: { ...entry.defaults, tls }, notifications };
  return { entry: complete, mode, uses: [...uses, ...ofChannels], replaced, secrets };
}

/** A function of its own: a closure made while loading would retain everything that was parsed. */
function later(
  settings: Settings,
  secrets: Parameters<typeof effectiveConfig>[1],
): Pick<LoadedConfig, 'effective' | 'effectiveOf'> {
  return {
    effective: () => effectiveConfig(settings, secrets),
    effectiveOf(id) {
      const model = settings.models.find((one) => one.id === id);
      return model === undefined ? null : effectiveModel(settings, model, secrets);
    },
  };
}

function requester(defaults: DefaultsEntry, capabilities: Capabilities): LoadedConfig['requested'] {
  return (body) => requestedModel(body, defaults, capabilities);
}

/** Why a jq program does not compile; null when it does. */
type ProgramProblem = (program: string) => Promise<string | null>;

/** Programs that do not compile, each tried once. */
async function programProblems(
  programs: readonly ProgramUse[],
  problemIn: ProgramProblem,
): Promise<string[]> {
  const found = new Map<string, string | null>();
  for (const { program } of programs) if (!found.has(program)) found.set(program, await problemIn(program));
  return programs.flatMap(({ source, path, program }) => {
    const message = found.get(program) ?? null;
    return message === null ? [] : [source.message({ path, message: `does not compile: ${message}` })];
  });
}

/**
 * Reads, validates and completes a configuration and all included files. `capabilities` lists the probes of the builtin
 * prober, `programProblem` compiles its jq programs, `findPrices` reads the list of prices, `texts` stand in the place of files. Resolves with `before`, an earlier load of the same path and environment, if no content
 * has changed since: nothing is parsed then, and otherwise no text that it has parsed. Throws a `ConfigError` with every problem of every file.
 */
export async function loadConfig(
  path: string,
  env: Environment,
  capabilities: Capabilities,
  programProblem: ProgramProblem = () => Promise.resolve(null),
  before: LoadedConfig | null = null,
  findPrices: FindPrices = noPrices,
  texts: ReadonlyMap<string, string> = new Map(),
): Promise<LoadedConfig> {
  const inputs = createInputs(texts);
  if (before?.hasPrices === true && (await inputs.same(before.seen))) return before;
  const sources = createParsedSources(before?.sources ?? new Map());
  const problems: string[] = [];
  const warnings: string[] = [];
  const source = await openSource(path, { inputs, sources }, problems);
  if (source === null) throw new ConfigError(problems, inputs.files());

  const references = await referencesOf(source, env, inputs);
  const main = readMain(source, references, problems, warnings);
  const { entry, mode } = main;
  const patterns = entry.include === undefined ? [] : [entry.include].flat();
  const included = await readIncluded(source, patterns, { inputs, sources }, problems);

  const context = {
    defaults: entry.defaults,
    remoteTimeoutMs: mode === 'remote' ? (entry.remote?.timeout ?? 0) : null,
    capabilities: mode === 'builtin' ? capabilities : null,
  };
  const places = placesIn(source).map((place) => ({ ...place, references }));
  for (const other of included) {
    const own = await referencesOf(other, env, inputs);
    addAll(
      places,
      placesIn(other).map((place) => ({ ...place, references: own })),
    );
  }
  const registry = await readRegistry(places, context);
  addAll(problems, registry.problems);
  addAll(warnings, registry.warnings);
  if (mode === 'builtin') addAll(problems, await programProblems(registry.programs, programProblem));

  const certificateEnds = new Map<string, number | null>();
  for (const use of [...main.uses, ...registry.uses]) {
    const found = await inputs.read(use.file, certificateLimit);
    if ('problem' in found)
      problems.push(use.source.message({ path: use.path, message: `${use.file}: ${found.problem}` }));
    else if (use.path.at(-1) === 'cert_file' && !certificateEnds.has(use.file))
      certificateEnds.set(use.file, endOfCertificate(found.text));
  }
  const { logos, problems: logoProblems } = await readLogos(source, entry.status_pages, inputs);
  addAll(problems, logoProblems);
  const mask = createMask([...main.replaced, ...registry.replaced]);
  const hide = (message: string): string => withWords(message, mask);
  if (problems.length > 0) throw new ConfigError(inOrder(problems.map(hide), path), inputs.files());

  const dated = registry.models.map((model) => withClientCertificate(model, certificateEnds));
  let hasPrices = true;
  const models = await withListedPrices(dated, findPrices).catch((error: unknown) => {
    hasPrices = false;
    warnings.push(`prices are not known: ${messageOf(error)}`);
    return withKnownPrices(dated, before?.settings.models ?? []);
  });
  const complete = settingsOf(entry, models, logos);
  for (const [index, rule] of complete.maintenance.entries()) {
    const matches = modelMatcher(rule);
    if (complete.models.some(({ id }) => matches(id))) continue;
    if (complete.models.length === 0) break;
    warnings.push(source.message({ path: ['maintenance', index, 'models'], message: 'match no model' }));
  }
  addAll(
    warnings,
    unknownVendorPages(entry.vendor_status, complete.models).map((message) =>
      source.message({ path: ['vendor_status'], message }),
    ),
  );
  const pageWarnings = statusPageWarnings(complete.statusPages, complete.models);
  addAll(
    warnings,
    pageWarnings.map(({ path, ...rest }) => source.message({ ...rest, path: ['status_pages', ...path] })),
  );
  return {
    settings: complete,
    warnings: inOrder(warnings.map(hide), path),
    files: inputs.files(),
    fingerprint: inputs.fingerprint(),
    hasPrices,
    seen: inputs.seen(),
    sources: sources.kept,
    ...later(complete, [...main.secrets, ...registry.secrets]),
    requested: requester(entry.defaults, capabilities),
  };
}
