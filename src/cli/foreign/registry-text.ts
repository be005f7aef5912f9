import { stringify } from 'yaml';
import { buildModel } from '../../config/model/model.js';
import { defaultsSchema } from '../../config/schema/asking-schema.js';
import { modelSchema } from '../../config/schema/model-schema.js';
import { scalarProblem } from '../../config/read/interpolate.js';
import { pathText, type Findings } from '../../config/read/problem.js';
import { capabilities } from '../../checker/ask/dialects.js';
import { isObject } from '../../domain/json.js';
import { plainText } from '../../domain/plain-text.js';
import { createIds, type Draft, type Drafted } from './drafting.js';
import type { References, Variable } from './references.js';

/** A registry as text, and what of the drafts is not in it. */
export interface RegistryText {
  readonly text: string;
  readonly ids: readonly string[];
  /** Variables that the text refers to. */
  readonly variables: readonly Variable[];
  readonly refused: readonly { readonly draft: Draft; readonly why: string }[];
}

const longestComment = 300;

/** One line that no text can leave. */
const comment = (text: string): string => `# ${plainText(text).slice(0, longestComment)}`;

function mapped(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapped(item, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, mapped(item, change)]),
  );
}

/** The text of a value that the loader takes in no place; null without one. */
function unfitIn(value: unknown): string | null {
  if (Array.isArray(value) || isObject(value)) {
    for (const item of Object.values(value)) {
      const found = unfitIn(item);
      if (found !== null) return found;
    }
    return null;
  }
  return scalarProblem(value);
}

/** Why the loader would not take the entry; null when it does. */
function problemOf(entry: Readonly<Record<string, unknown>>, references: References): string | null {
  const plausible = mapped(entry, references.resolved);
  const unfit = unfitIn(plausible);
  if (unfit !== null) return `a text of it ${unfit}`;
  const isAddress = (key: string, value: unknown): boolean =>
    (key === 'base_url' || key === 'proxy') && value === 'stand-in';
  const filled = Object.entries(isObject(plausible) ? plausible : {}).map(([key, value]) => [
    key,
    isAddress(key, value) ? 'https://stand-in.invalid' : value,
  ]);
  const { success, data, error } = modelSchema.safeParse(Object.fromEntries(filled));
  if (!success) {
    const [issue] = error.issues;
    const path = (issue?.path ?? []).map((step) => (typeof step === 'number' ? step : String(step)));
    return `${pathText(path)} ${issue?.message ?? 'is not valid'}`;
  }
  const findings: Findings = { problems: [], warnings: [] };
  buildModel(
    data,
    null,
    null,
    { defaults: defaultsSchema.parse({}), remoteTimeoutMs: null, capabilities },
    findings,
  );
  const [problem] = findings.problems;
  return problem === undefined ? null : `${pathText(problem.path)} ${problem.message}`;
}

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ');

function entryText(
  entry: Readonly<Record<string, unknown>>,
  comments: readonly string[],
  references: References,
): string {
  const written = stringify([mapped(entry, references.written)], { lineWidth: 0 });
  return indented([...comments.map(comment), written.trimEnd()].join('\n'));
}

function sectionText(section: Readonly<Record<string, unknown>>, references: References): string {
  return stringify(mapped(section, references.written), { lineWidth: 0 });
}

/** Writes the drafts as a registry that the loader takes; `head` are comments at its top. */
export function registryText(
  { models, defaults, maintenance = [] }: Drafted,
  head: readonly string[],
  references: References,
): RegistryText {
  const idFor = createIds();
  const refused: { draft: Draft; why: string }[] = [];
  const entries: string[] = [];
  const ids: string[] = [];
  for (const draft of models) {
    const why = problemOf({ ...draft.entry, id: 'model' }, references);
    if (why !== null) {
      refused.push({ draft, why });
      continue;
    }
    // A name may be a reference, which an id cannot be.
    const id = idFor(references.resolved(draft.name));
    ids.push(id);
    entries.push(entryText({ id, ...draft.entry }, draft.comments, references));
  }
  const body = [
    ...(defaults === undefined ? [] : [sectionText({ defaults }, references)]),
    ...(maintenance.length === 0 ? [] : [sectionText({ maintenance }, references)]),
    entries.length === 0 ? 'models: []\n' : `models:\n${entries.join('\n\n')}\n`,
  ].join('\n');
  const named = new Set([...body.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
  const variables = references.variables().filter(({ name }) => named.has(name));
  const list = variables.map(
    ({ name, from, moved }) => `  ${name}: ${moved ? 'in clear' : 'a reference'} at ${from}`,
  );
  const about =
    variables.length === 0 ? [] : ['', 'Variables to set in the environment of modelpulse:', ...list];
  const top = [...head, ...about].map((line) =>
    line === '' ? '#' : comment(line).replace(/^# (?=\w+: (?:in clear|a reference) at )/, '#   '),
  );
  return { text: `${top.join('\n')}\n\n${body}`, ids, variables, refused };
}
