import { minuteMs } from '../../domain/period.js';
import { createCalendar } from '../../calendar/calendar.js';
import { stretch } from '../../calendar/next-slot.js';
import { challengedProbes, challengeQuery } from '../../domain/challenge.js';
import { formatDuration } from '../../domain/duration.js';
import type { Model } from '../../domain/model.js';
import type { Schedule } from '../../domain/schedule.js';
import type { Findings, Path, Problem } from '../read/problem.js';
import type { DefaultsEntry } from '../schema/asking-schema.js';
import { presetKeys, type ModelEntry } from '../schema/model-schema.js';
import { addressOf, type Understood } from './address.js';
import { askingOf, certificateProblems, challengeProblems, unsendable, type Asking } from './asking.js';
import { configuredDeadlines, deadlineProblems } from './deadlines.js';
import { keysOf } from './endpoint.js';
import { lacksKey } from './key-warnings.js';
import { modalityWarning } from './modality.js';
import { moneyProblems } from './money.js';
import { expandPreset } from './preset.js';
import { isObject } from '../../domain/json.js';
import { addAll } from '../../domain/list.js';

/** Settings for all models. */
export interface ModelContext extends Understood {
  readonly defaults: DefaultsEntry;
  /** The deadline in remote mode; null in builtin mode. */
  readonly remoteTimeoutMs: number | null;
}

function formProblems(entry: ModelEntry): Problem[] {
  const seed = entry.endpoint_configuration;
  if (seed !== undefined) {
    const doubled = presetKeys.filter((key) => entry[key] !== undefined);
    const message = 'cannot stand beside "endpoint_configuration", which has its own place for it';
    const problems: Problem[] = doubled.map((key) => ({ path: [key], message, at: 'key' }));
    const nameless = seed.model_name === undefined && seed.model_config.model_provider !== 'custom';
    if (nameless) problems.push({ path: ['endpoint_configuration', 'model_name'], message: 'is required' });
    return problems;
  }
  const problems: Problem[] = [];
  if (entry.provider === undefined && entry.base_url === undefined) {
    const message = 'is required, or "base_url", or the whole as "endpoint_configuration"';
    problems.push({ path: ['provider'], message });
  }
  if (entry.model === undefined && entry.provider !== 'custom') {
    problems.push({ path: ['model'], message: 'is required' });
  }
  if (entry.api_key !== undefined && entry.api_keys !== undefined) {
    problems.push({ path: ['api_keys'], message: 'cannot stand beside "api_key"', at: 'key' });
  }
  return problems;
}

const asksWithin = (payload: unknown): boolean => JSON.stringify(payload).includes('{prompt}');

/** True for a custom body that holds a question of its own. */
const hasQuestion = (payload: unknown): boolean => payload !== undefined && !asksWithin(payload);

/** A custom question needs a body with a place for it. */
function customFindings(payload: unknown, preset: boolean, { problems, warnings }: Findings): void {
  const at: Path = [...(preset ? [] : ['endpoint_configuration', 'model_config']), 'custom_payload'];
  if (payload === undefined) problems.push({ path: at, message: 'is required by provider "custom"' });
  else if (!asksWithin(payload))
    warnings.push({ path: at, message: 'has no "{prompt}": the question is not asked', at: 'key' });
}

/** A long question has a length, and no other question has one. */
function contextProblems({ context }: ModelEntry, { probe }: Asking): Problem[] {
  return probe === 'context' && context === undefined
    ? [{ path: ['context'], message: 'is required by probe "context"' }]
    : [];
}

/** The only provider that uses the key. */
const providerOf = { region: 'bedrock', api_version: 'azure_openai' } as const;

/** What can be expected of a vector. */
const ofVector: ReadonlySet<string> = new Set(['model', 'dimensions', 'norm', 'similar_to_first']);

function ineffective(
  entry: ModelEntry,
  { probe }: Asking,
  provider: string | null,
  remote: boolean,
): Problem[] {
  const warnings: Problem[] = [];
  for (const key of ['region', 'api_version'] as const) {
    const only = providerOf[key];
    if (entry[key] === undefined || provider === only) continue;
    const message = `has no effect: only provider "${only}" has one`;
    warnings.push({ path: [key], message, at: 'key' });
  }
  if (remote && entry.timeout !== undefined) {
    const message = 'has no effect in remote mode: "remote.timeout" is the deadline';
    warnings.push({ path: ['timeout'], message, at: 'key' });
  }
  if (entry.query === challengeQuery && !challengedProbes.has(probe)) {
    const message = `has no effect: probe "${probe}" asks no fresh question`;
    warnings.push({ path: ['query'], message, at: 'key' });
  }
  if (!remote && (probe === 'embeddings' || probe === 'models')) {
    for (const key of Object.keys(entry.expect ?? {})) {
      if (probe === 'embeddings' && ofVector.has(key)) continue;
      warnings.push({
        path: ['expect', key],
        message: `has no effect: probe "${probe}" brings no text`,
        at: 'key',
      });
    }
  }
  return warnings;
}

/**
 * The model of an entry; `given` is its `endpoint_configuration` as written, references replaced. When `findings` get a
 * problem, the model must not be used, unless the problem follows from `missingSecret`.
 */
export function buildModel(
  entry: ModelEntry,
  given: Readonly<Record<string, unknown>> | null,
  missingSecret: string | null,
  context: ModelContext,
  findings: Findings,
): Model {
  const remote = context.remoteTimeoutMs !== null;
  const configuration =
    entry.endpoint_configuration ?? expandPreset(entry, entry.probe ?? context.defaults.probe ?? 'chat');
  const config = configuration.model_config;
  const beside = {
    rate_per_min: entry.rate_per_min ?? config.rate_per_min ?? context.defaults.rate_per_min,
    system_prompt: entry.system_prompt ?? config.system_prompt ?? context.defaults.system_prompt,
  };
  const fixed = remote || entry.endpoint_configuration !== undefined || hasQuestion(config.custom_payload);
  const asking = askingOf({ ...entry, ...beside }, context.defaults, fixed);
  const { tls, proxy, ...asked } = asking;
  const { provider, endpoint } = addressOf(entry, configuration, asking.probe, context, findings);
  const schedule = stretch(asking.schedule, asking.ratePerMin);

  addAll(findings.problems, [
    ...formProblems(entry),
    ...certificateProblems(asking),
    ...contextProblems(entry, asking),
    ...challengeProblems(entry, asking),
    ...moneyProblems(asking),
  ]);
  if (provider === 'custom')
    customFindings(config.custom_payload, entry.endpoint_configuration === undefined, findings);
  if (remote) addAll(findings.problems, unsendable(entry, []));
  addAll(findings.warnings, [
    ...ineffective(entry, asking, provider, remote),
    ...modalityWarning(entry, asking.probe),
  ]);
  const slowed = rateWarning(asking.schedule, schedule, asking.ratePerMin, entry.id);
  const rateAt: Path =
    config.rate_per_min !== undefined && entry.rate_per_min === undefined
      ? ['endpoint_configuration', 'model_config', 'rate_per_min']
      : ['rate_per_min'];
  if (slowed !== null) findings.warnings.push({ path: rateAt, message: slowed });

  const model: Model = {
    ...asked,
    id: entry.id,
    labels: entry.labels ?? {},
    slo: entry.slo ?? null,
    pause: entry.pause ?? false,
    renameFrom: entry.rename_from ?? null,
    ...(entry.vendor_status !== undefined && { vendorStatus: entry.vendor_status }),
    provider,
    modelName: configuration.model_name ?? '',
    hostingType: config.hosting_type ?? 'External',
    endpoint: {
      ...endpoint,
      apiKeys: keysOf(config),
      region: entry.region ?? null,
      headers: Object.fromEntries((config.custom_headers ?? []).map(({ key, value }) => [key, value])),
      tls,
      proxy,
    },
    requestOptions: config.default_request_options ?? {},
    custom:
      provider === 'custom'
        ? { payload: config.custom_payload ?? {}, responseFormat: config.custom_response_format ?? null }
        : null,
    schedule,
    timeoutMs: context.remoteTimeoutMs ?? asking.timeoutMs,
    missingSecret,
    endpointConfiguration: sent(given ?? configuration, beside),
  };
  addAll(findings.problems, deadlineProblems(entry, model.endpoint));
  const deadlines = configuredDeadlines(entry, model);
  if (context.capabilities !== null && lacksKey(model)) {
    const path =
      entry.endpoint_configuration === undefined ? ['provider'] : ['endpoint_configuration', 'model_config'];
    findings.warnings.push({ path, message: `"${provider}" needs a key, and the model has none` });
  }
  return deadlines.length === 0 ? model : { ...model, deadlines };
}

/** The body of a remote check: as configured, with the model's other members merged in. */
function sent(configuration: Readonly<Record<string, unknown>>, beside: Readonly<Record<string, unknown>>) {
  const config = configuration.model_config;
  const set = Object.entries(beside).filter(([, value]) => value !== undefined);
  return withoutUndefined({
    ...configuration,
    model_config: { ...(isObject(config) && config), ...Object.fromEntries(set) },
  });
}

/** A copy; JSON values keep their type in JSON. */
function withoutUndefined<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function comesMoreOften(schedule: Schedule, ratePerMin: number, id: string): boolean {
  const calendar = createCalendar();
  const first = calendar.nextSlot(schedule, id, Date.UTC(2024, 0, 1));
  return (
    first !== null && calendar.slotsBetween(schedule, id, first - 1, first + minuteMs - 1).count > ratePerMin
  );
}

/** Warns when `rate_per_min` slows a schedule, and says what happens; null when it does not. */
function rateWarning(
  asked: Schedule,
  allowed: Schedule,
  ratePerMin: number | null,
  id: string,
): string | null {
  if (ratePerMin === null) return null;
  if (asked.kind === 'every' && allowed.kind === 'every' && asked.everyMs !== allowed.everyMs) {
    const [from, to] = [formatDuration(asked.everyMs), formatDuration(allowed.everyMs)];
    return `allows ${ratePerMin} checks a minute: the interval of ${from} is stretched to ${to}`;
  }
  if (asked.kind === 'cron' && comesMoreOften(asked, ratePerMin, id)) {
    return `allows ${ratePerMin} checks a minute: the cron schedules more, and checks beyond the rate end as rate_budget`;
  }
  return null;
}
