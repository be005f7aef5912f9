import { setImmediate } from 'node:timers/promises';
import { isObject } from '../../domain/json.js';
import type { Model } from '../../domain/model.js';
import type { FileUse } from './file-uses.js';
import { tlsUses } from './file-uses.js';
import { interpolate } from './interpolate.js';
import type { References } from './interpolate.js';
import { referredSecrets } from './references.js';
import { keyWarnings } from '../model/key-warnings.js';
import { buildModel } from '../model/model.js';
import { placedAt, probeEntries } from '../model/probes.js';
import { fitInRate } from '../model/shared-rate.js';
import type { ModelContext } from '../model/model.js';
import { modelSchema } from '../schema/model-schema.js';
import { pathText } from './problem.js';
import type { Findings, Path, Problem } from './problem.js';
import { isExcused, readAs } from './read-as.js';
import { withoutUnset } from '../schema/seed-schema.js';
import type { Source } from './source.js';
import { addAll } from '../../domain/list.js';

/** One entry of a list of models, and its place. */
export interface Place {
  readonly source: Source;
  readonly path: Path;
  readonly written: unknown;
}

/** A place with the texts of its references. */
interface ReferringPlace extends Place {
  readonly references: References;
}

/** A jq program that a model names. */
export interface ProgramUse {
  readonly source: Source;
  readonly path: Path;
  readonly program: string;
}

interface Registry {
  readonly models: readonly Model[];
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  /** Certificates and keys the models name. */
  readonly uses: readonly FileUse[];
  readonly programs: readonly ProgramUse[];
  readonly replaced: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
}

interface Reading extends Findings {
  readonly model: Model | null;
  /** Those of its probes beside its own, and their places. */
  readonly probes: readonly { readonly model: Model; readonly at: Path }[];
  readonly uses: readonly FileUse[];
  readonly program: ProgramUse | null;
  readonly replaced: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
}

/** The program of a model, unless it contains a missing secret. */
function programOf(
  { custom, missingSecret }: Model,
  { source, path }: Place,
  preset: boolean,
): ProgramUse | null {
  const program = custom?.responseFormat ?? null;
  if (program === null || missingSecret !== null) return null;
  const inside = preset ? [] : ['endpoint_configuration', 'model_config'];
  return { source, path: [...path, ...inside, 'custom_response_format'], program };
}

function readModel(place: ReferringPlace, context: ModelContext): Reading {
  const { source, path, written, references } = place;
  const read = interpolate(written, references, path);
  const { value, missing, problems: unreadable, replaced, secrets } = read;
  const given = isObject(value) ? value.endpoint_configuration : undefined;
  const entry =
    isObject(value) && given !== undefined
      ? { ...value, endpoint_configuration: withoutUnset(given) }
      : value;
  const origin = {
    at: path,
    written,
    missing: [...missing, ...unreadable].map((problem) => problem.path),
    standIns: { id: 'unnamed' },
  };
  const { data, left, problems } = readAs(modelSchema, entry, origin);
  const lacks = (key: string): boolean => left.some((place) => pathText(place) === pathText([...path, key]));
  if (data === null || lacks('endpoint_configuration')) {
    const found = [...unreadable, ...problems];
    // Without them no model can be built.
    return {
      problems: found.length > 0 ? found : [...missing],
      warnings: [],
      model: null,
      probes: [],
      uses: [],
      program: null,
      replaced,
      secrets,
    };
  }

  const { uses, tls } = tlsUses(data.tls, source, [...path, 'tls']);
  const inside: Findings = { problems: [], warnings: [] };
  const complete = tls === undefined ? data : { ...data, tls };
  const reason = missing[0]?.message ?? null;
  const built = buildModel(complete, isObject(given) ? given : null, reason, context, inside);
  const hidden = referredSecrets(read.referred, built);
  const withHidden = (one: Model): Model => (hidden.length === 0 ? one : { ...one, referredSecrets: hidden });
  const apart = probeEntries(complete, inside).map(({ name, entry: probe, at }) => {
    const found: Findings = { problems: [], warnings: [] };
    const one = buildModel(probe, isObject(given) ? given : null, reason, context, found);
    addAll(inside.problems, placedAt(found.problems, inside.problems, at));
    addAll(inside.warnings, placedAt(found.warnings, inside.warnings, at));
    return { model: withHidden({ ...one, probeOf: { model: built.id, name } }), at };
  });
  const { models, warning } = fitInRate([withHidden(built), ...apart.map((probe) => probe.model)]);
  if (warning !== null) inside.warnings.push({ path: ['rate_per_min'], message: warning });
  const [model = built, ...others] = models;
  const probes = apart.map((probe, index) => ({ ...probe, model: others[index] ?? probe.model }));
  const placed = (problem: Problem): Problem => ({ ...problem, path: [...path, ...problem.path] });
  // A missing address would have named the provider.
  const excuses = lacks('base_url') ? [...left, [...path, 'provider']] : left;
  const nameless = missing.filter((problem) => pathText(problem.path) === pathText([...path, 'id']));
  return {
    problems: [
      ...unreadable,
      ...nameless,
      ...problems,
      ...inside.problems.map(placed).filter((problem) => !isExcused(problem, excuses)),
    ],
    warnings: [...missing.map(silenced), ...keyWarnings(value, path), ...inside.warnings.map(placed)],
    model: lacks('id') ? null : model,
    probes: lacks('id') ? [] : probes,
    uses,
    program: programOf(model, place, !isObject(given)),
    replaced,
    secrets: new Set([...secrets, ...hidden]),
  };
}

function silenced({ path, message }: Problem): Problem {
  return { path, message: `${message}: the model is unknown (secret_missing)` };
}

interface Named {
  readonly model: Model;
  readonly place: Place;
}

function nameProblems(named: readonly Named[]): string[] {
  const problems: string[] = [];
  const first = new Map<string, Place>();
  const renamed = new Map<string, string>();
  for (const { model, place } of named) {
    const earlier = first.get(model.id);
    if (earlier === undefined) first.set(model.id, place);
    else {
      const [start = ''] = earlier.source
        .message({ path: [...earlier.path, 'id'], message: '' })
        .split(': ', 1);
      problems.push(
        place.source.message({
          path: [...place.path, 'id'],
          message: `"${model.id}" is already the id of the model at ${start}`,
        }),
      );
    }
  }
  for (const { model, place } of named) {
    const { id, renameFrom } = model;
    if (renameFrom === null) continue;
    const at = { path: [...place.path, 'rename_from'] };
    const other = renamed.get(renameFrom);
    if (renameFrom === id)
      problems.push(place.source.message({ ...at, message: 'is the id of the model itself' }));
    else if (first.has(renameFrom)) {
      problems.push(
        place.source.message({
          ...at,
          message: `"${renameFrom}" is the id of another model, which keeps its history`,
        }),
      );
    } else if (other !== undefined) {
      problems.push(
        place.source.message({ ...at, message: `"${renameFrom}" is already taken over by "${other}"` }),
      );
    }
    renamed.set(renameFrom, id);
  }
  return problems;
}

const turn = 50;

/** Reads all models. Yields to the event loop now and then: a reload of thousands must not stop checks. */
export async function readRegistry(
  places: readonly ReferringPlace[],
  context: ModelContext,
): Promise<Registry> {
  const problems: string[] = [];
  const warnings: string[] = [];
  const uses: FileUse[] = [];
  const programs: ProgramUse[] = [];
  const replaced = new Set<string>();
  const secrets = new Set<string>();
  const named: Named[] = [];
  const probes: Named[] = [];
  for (const [index, place] of places.entries()) {
    if (index % turn === turn - 1) await setImmediate();
    const read = readModel(place, context);
    addAll(problems, read.problems.map(place.source.message));
    addAll(warnings, read.warnings.map(place.source.message));
    addAll(uses, read.uses);
    if (read.program !== null) programs.push(read.program);
    for (const text of read.replaced) replaced.add(text);
    for (const secret of read.secrets) secrets.add(secret);
    if (read.model !== null) named.push({ model: read.model, place });
    for (const { model, at } of read.probes)
      probes.push({ model, place: { ...place, path: [...place.path, ...at] } });
  }
  return {
    // The models first: whoever looks for one by another name finds it before its probes.
    models: [...named, ...probes].map(({ model }) => model),
    problems: [...problems, ...nameProblems(named)],
    warnings,
    uses,
    programs,
    replaced,
    secrets,
  };
}
