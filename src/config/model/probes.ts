import { probeId } from '../../domain/probes.js';
import { longestId } from '../../domain/model.js';
import type { Findings, Path, Problem } from '../read/problem.js';
import type { ModelEntry } from '../schema/model-schema.js';
import type { ProbeEntry } from '../schema/probe-schema.js';

/** The entry of one probe of a model, and where it is written. */
interface ProbePlace {
  readonly name: string;
  readonly entry: ModelEntry;
  /** Of the probe, relative to the model. */
  readonly at: Path;
}

/** What a probe does not take from its model: what is asked, and what belongs to the model as a whole. */
const ofMain = {
  ...{ query: undefined, expect: undefined, max_tokens: undefined },
  ...{ slow: undefined, slo: undefined, probes: undefined, context: undefined, probe: undefined },
} satisfies Partial<ModelEntry>;

function probeEntry(model: ModelEntry, { name, pause, ...own }: ProbeEntry): ModelEntry {
  const set = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  // A long question is never asked as often as a short one, nor on its tokens.
  const long = own.probe === 'context' ? { schedule: undefined, budget: undefined, timeout: undefined } : {};
  return {
    ...model,
    ...ofMain,
    ...long,
    ...set,
    id: probeId(model.id, name),
    pause: model.pause === true || pause === true,
    rename_from: model.rename_from === undefined ? undefined : probeId(model.rename_from, name),
  };
}

/** The probe that `context` of a model stands for; none where the model itself is asked the long question. */
function contextProbe({ context, probe }: ModelEntry): ProbeEntry[] {
  if (context === undefined || probe === 'context') return [];
  const { tokens, ...rest } = context;
  return [{ name: 'context', probe: 'context', context: { tokens }, ...rest }];
}

/** The entries of the probes of a model beside its own. */
export function probeEntries(model: ModelEntry, { problems }: Findings): ProbePlace[] {
  const listed = (model.probes ?? []).map((probe, index) => ({ probe, at: ['probes', index] as Path }));
  const short = contextProbe(model).map((probe) => ({ probe, at: ['context'] as Path }));
  const seen = new Set<string>();
  const places: ProbePlace[] = [];
  for (const { probe, at } of [...short, ...listed]) {
    const named: Path = at.length === 1 ? at : [...at, 'name'];
    if (seen.has(probe.name)) {
      const message = `"${probe.name}" is already the name of a probe of this model`;
      problems.push({ path: named, message });
      continue;
    }
    seen.add(probe.name);
    if (probeId(model.id, probe.name).length > longestId)
      problems.push({
        path: named,
        message: `must have at most ${longestId} characters with the id of the model`,
      });
    places.push({ name: probe.name, entry: probeEntry(model, probe), at });
  }
  return places;
}

/** Settings that a probe has of its own. */
const own: ReadonlySet<unknown> = new Set([
  ...['probe', 'schedule', 'timeout', 'confirm', 'slow', 'query', 'expect', 'system_prompt', 'max_tokens'],
  ...['budget', 'outcomes', 'loading_grace', 'context', 'pause'],
]);

/** What was found of a probe beyond what was found of its model, at its place. */
export function placedAt(found: readonly Problem[], ofModel: readonly Problem[], at: Path): Problem[] {
  const known = new Set(ofModel.map(({ message }) => message));
  return found
    .filter(({ message }) => !known.has(message))
    .map((problem) => {
      const mine = own.has(problem.path[0]) && at.length > 1;
      return mine ? { ...problem, path: [...at, ...problem.path] } : { ...problem, path: at };
    });
}
