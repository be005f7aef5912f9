import { isObject, type Members } from '../../domain/json.js';
import type { Model } from '../../domain/model.js';
import { issueMessage } from '../read/issue-message.js';
import type { Findings, Path } from '../read/problem.js';
import type { DefaultsEntry } from '../schema/asking-schema.js';
import { endpointConfiguration, withoutUnset } from '../schema/seed-schema.js';
import type { Capabilities } from './address.js';
import { buildModel } from './model.js';
import { pathOfIssue } from '../read/problem.js';

/** A problem of a request, and its place in the body. */
interface RequestProblem {
  readonly path: Path;
  readonly message: string;
}

const deepest = 32;
const mostMembers = 100;
const mostValues = 2_000;
const mostKeys = 20;
const mostHeaders = 50;

interface Place {
  readonly value: unknown;
  readonly depth: number;
  readonly step: string | number;
  readonly above: Place | null;
}

function pathOf(place: Place): Path {
  const steps: (string | number)[] = [];
  for (let at = place; at.above !== null; at = at.above) steps.unshift(at.step);
  return steps;
}

/**
 * The first place where a body exceeds the limits for callers; null when it does not. Runs before any other reader of
 * the body, and does not recurse, so that neither size nor depth costs more than this one walk.
 */
function overLimits(body: unknown): RequestProblem | null {
  const waiting: Place[] = [{ value: body, depth: 0, step: '', above: null }];
  let values = 0;
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const { value, depth } = place;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > deepest) return { path: [], message: `is nested more than ${deepest} levels deep` };
    const members = Object.entries(value);
    values += members.length;
    if (members.length > mostMembers)
      return { path: pathOf(place), message: `must have at most ${mostMembers} members` };
    if (values > mostValues) return { path: [], message: `must have at most ${mostValues} members in all` };
    const listed = Array.isArray(value);
    for (const [key, item] of members) {
      waiting.push({ value: item, depth: depth + 1, step: listed ? Number(key) : key, above: place });
    }
  }
  return null;
}

/** Lists of a request in the seed's form, each item of which is a header or a key. */
const lists: readonly (readonly [path: readonly string[], most: number])[] = [
  [['model_config', 'apikeys'], mostKeys],
  [['model_config', 'custom_headers'], mostHeaders],
  [['model_config', 'model_jwt_config', 'jwt_headers'], mostHeaders],
];

/** Lists of the seed's form that exceed the limits for callers. */
function longLists(given: unknown): RequestProblem[] {
  return lists.flatMap(([path, most]) => {
    const list = path.reduce<unknown>((value, step) => (isObject(value) ? value[step] : undefined), given);
    return Array.isArray(list) && list.length > most
      ? [{ path, message: `must have at most ${most} items` }]
      : [];
  });
}

/** Members of the flat form that are nested, or named differently, in the seed's. */
const places: Readonly<Record<string, Path>> = {
  testing_for: ['testing_for'],
  model_name: ['model_name'],
  model_version: ['model_version'],
  model_endpoint_url: ['model_config', 'endpoint_url'],
  system_prompt: ['model_config', 'system_prompt'],
  model_source: ['model_config', 'model_source'],
  model_provider: ['model_config', 'model_provider'],
  rate_per_min: ['model_config', 'rate_per_min'],
  model_auth_type: ['model_config', 'model_auth_type'],
  model_jwt_config: ['model_config', 'model_jwt_config'],
  model_api_key: ['model_config', 'model_api_key'],
  input_modalities: ['model_config', 'input_modalities'],
  output_modalities: ['model_config', 'output_modalities'],
  custom_headers: ['model_config', 'custom_headers'],
  custom_payload: ['model_config', 'custom_payload'],
  custom_response_format: ['model_config', 'custom_response_format'],
  custom_response_content_type: ['model_config', 'custom_response_content_type'],
};

function fromFlat(flat: Members): Members {
  const config: Record<string, unknown> = {};
  const whole: Record<string, unknown> = { model_config: config };
  for (const [name, path] of Object.entries(places)) {
    const target = path.length === 1 ? whole : config;
    target[String(path.at(-1))] = flat[name];
  }
  return whole;
}

/** Where the caller wrote the member at `path` of the seed's form. */
function writtenAt(path: Path, form: string): Path {
  if (form === 'endpoint_configuration') return [form, ...path];
  for (const [name, place] of Object.entries(places)) {
    if (place.every((step, index) => path[index] === step)) return [form, name, ...path.slice(place.length)];
  }
  return [form];
}

const placeOf = (path: readonly PropertyKey[]): string => JSON.stringify(path.map(String));

/** A copy without the members at `places`, in the form of `placeOf`. */
function withoutMembers(value: unknown, places: ReadonlySet<string>, at: readonly string[] = []): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => withoutMembers(item, places, [...at, String(index)]));
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => ({ key, item, path: [...at, key] }))
      .filter(({ path }) => !places.has(placeOf(path)))
      .map(({ key, item, path }) => [key, withoutMembers(item, places, path)]),
  );
}

/** Messages for an issue; without the suggestions of a configuration file, which compare all known names. */
const callersMessage: typeof issueMessage = (issue) =>
  issue.code === 'unrecognized_keys' ? 'unknown key' : issueMessage(issue);

/** Reads the seed's form; drops unknown members. */
function parse(given: unknown) {
  const first = endpointConfiguration.safeParse(given, { error: callersMessage });
  const unknown = (first.error?.issues ?? []).flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => placeOf([...issue.path, key])) : [],
  );
  if (unknown.length === 0) return { given, parsed: first };
  const known = withoutMembers(given, new Set(unknown));
  return { given: known, parsed: endpointConfiguration.safeParse(known, { error: callersMessage }) };
}

/** Defaults for a model that a caller described: without operator settings that would be sent to its address. */
function defaultsFor(defaults: DefaultsEntry): DefaultsEntry {
  const { ca_file: caFile } = defaults.tls ?? {};
  return {
    ...defaults,
    tls: caFile === undefined ? undefined : { ca_file: caFile },
    proxy: undefined,
    system_prompt: undefined,
    // Callers would see the operator's question, and be told whether the model meets an expectation that they do not know.
    query: undefined,
    expect: undefined,
  };
}

/** True for a model with a header `Host`: a caller would reach another site at an address that the operator allowed. */
function namesHost({ endpoint: { headers, jwt, auth } }: Model): boolean {
  const names = [...Object.keys(headers), ...Object.keys(jwt?.headers ?? {}), auth.headerName];
  return names.some((name) => name.toLowerCase() === 'host');
}

export type Requested = { readonly model: Model } | { readonly problems: readonly RequestProblem[] };

/** The model that the body of a health request describes, in either of its forms. Resolves no variables or files. */
export function requestedModel(
  body: unknown,
  defaults: DefaultsEntry,
  capabilities: Capabilities,
): Requested {
  const excess = overLimits(body);
  if (excess !== null) return { problems: [excess] };
  const flat = isObject(body) ? body.target_model_configuration : undefined;
  const form = isObject(flat) ? 'target_model_configuration' : 'endpoint_configuration';
  const written = isObject(flat) ? fromFlat(flat) : isObject(body) ? body.endpoint_configuration : undefined;
  if (!isObject(written)) {
    return {
      problems: [{ path: ['endpoint_configuration'], message: 'is required, and must be an object' }],
    };
  }
  const at = ({ path, message }: RequestProblem): RequestProblem => ({
    path: writtenAt(path, form),
    message,
  });
  const set = withoutUnset(written);
  const tooLong = longLists(set);
  if (tooLong.length > 0) return { problems: tooLong.map(at) };
  const { given, parsed } = parse(set);
  if (!parsed.success) {
    return {
      problems: parsed.error.issues.map((issue) => at({ path: pathOfIssue(issue), message: issue.message })),
    };
  }
  const entry = { id: 'request', endpoint_configuration: parsed.data };
  const context = { defaults: defaultsFor(defaults), remoteTimeoutMs: null, capabilities, anyProvider: true };
  const findings: Findings = { problems: [], warnings: [] };
  // An object, since it was parsed as one.
  const model = buildModel(entry, given as Members, null, context, findings);
  if (findings.problems.length === 0 && namesHost(model))
    return { problems: [{ path: [form], message: 'must not set the header host' }] };
  if (findings.problems.length === 0) return { model };
  return {
    problems: findings.problems.map(({ path, message }) => at({ path: path.slice(1), message })),
  };
}
