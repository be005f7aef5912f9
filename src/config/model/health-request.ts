import type { Model } from '../../domain/model.js';
import type { Capabilities } from './address.js';
import { issueMessage } from '../read/issue-message.js';
import { buildModel } from './model.js';
import type { DefaultsEntry } from '../schema/asking-schema.js';
import type { Findings, Path } from '../read/problem.js';
import { longLists, overLimits, type RequestProblem } from './request-limits.js';
import { endpointConfiguration, withoutUnset } from '../schema/seed-schema.js';

type Members = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Members of the flat form that stand deeper, or under another name, in the seed's. */
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

/** Where the caller wrote what stands at `path` of the seed's form. */
function writtenAt(path: Path, form: string): Path {
  if (form === 'endpoint_configuration') return [form, ...path];
  for (const [name, place] of Object.entries(places)) {
    if (place.every((step, index) => path[index] === step)) return [form, name, ...path.slice(place.length)];
  }
  return [form];
}

const placeOf = (path: readonly PropertyKey[]): string => JSON.stringify(path.map(String));

/** A copy without the members at `places`, each as `placeOf` has it. */
function withoutMembers(value: unknown, places: ReadonlySet<string>, at: readonly string[] = []): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => withoutMembers(item, places, [...at, String(index)]));
  }
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => ({ key, item, path: [...at, key] }))
      .filter(({ path }) => !places.has(placeOf(path)))
      .map(({ key, item, path }) => [key, withoutMembers(item, places, path)]),
  );
}

/** Words for an issue; without the hints of a configuration file, which look through all names that may be meant. */
const callersMessage: typeof issueMessage = (issue) =>
  issue.code === 'unrecognized_keys' ? 'unknown key' : issueMessage(issue);

/** Reads the seed's form; members that nobody knows are left out. */
function parse(given: unknown) {
  const first = endpointConfiguration.safeParse(given, { error: callersMessage });
  const unknown = (first.error?.issues ?? []).flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => placeOf([...issue.path, key])) : [],
  );
  if (unknown.length === 0) return { given, parsed: first };
  const known = withoutMembers(given, new Set(unknown));
  return { given: known, parsed: endpointConfiguration.safeParse(known, { error: callersMessage }) };
}

/** What holds for a model that a caller described: nothing of the operator's that would be shown to its address. */
function defaultsFor(defaults: DefaultsEntry): DefaultsEntry {
  const { ca_file: caFile } = defaults.tls ?? {};
  return {
    ...defaults,
    tls: caFile === undefined ? undefined : { ca_file: caFile },
    proxy: undefined,
    system_prompt: undefined,
  };
}

export type Requested = { readonly model: Model } | { readonly problems: readonly RequestProblem[] };

/** The model that the body of a health request describes, in either of its forms. Refers to no variable and no file. */
export function requestedModel(
  body: unknown,
  defaults: DefaultsEntry,
  capabilities: Capabilities,
): Requested {
  const excess = overLimits(body);
  if (excess !== null) return { problems: [excess] };
  const flat = isMap(body) ? body.target_model_configuration : undefined;
  const form = isMap(flat) ? 'target_model_configuration' : 'endpoint_configuration';
  const written = isMap(flat) ? fromFlat(flat) : isMap(body) ? body.endpoint_configuration : undefined;
  if (!isMap(written)) {
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
    return { problems: parsed.error.issues.map(({ path, message }) => at({ path: path as Path, message })) };
  }
  const entry = { id: 'request', endpoint_configuration: parsed.data };
  const context = { defaults: defaultsFor(defaults), remoteTimeoutMs: null, capabilities, anyProvider: true };
  const findings: Findings = { problems: [], warnings: [] };
  const model = buildModel(entry, given as Members, null, context, findings);
  if (findings.problems.length === 0) return { model };
  return {
    problems: findings.problems.map(({ path, message }) => at({ path: path.slice(1), message })),
  };
}
