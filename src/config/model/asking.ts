import type { Expectation, Model } from '../../domain/model.js';
import type { Schedule } from '../../domain/schedule.js';
import type { ExpectationEntry } from '../schema/expectation-schema.js';
import { minute, second } from '../schema/fields.js';
import type { DefaultsEntry } from '../schema/asking-schema.js';
import type { Path, Problem } from '../read/problem.js';

interface Question {
  readonly query: string;
  readonly expect: ExpectationEntry;
}

const question: Question = {
  query: 'What is the capital of India?',
  expect: { contains: ['New Delhi'] },
};

/** Questions about the picture and the sound that the prober sends. */
const sensed: Readonly<Partial<Record<Model['probe'], Question>>> = {
  vision: {
    query: 'What colour is this picture? Answer with one word.',
    expect: { contains: ['yellow'] },
  },
  audio: {
    query: 'Is there a tone in this clip? Answer with yes or no.',
    expect: { contains: ['yes'] },
  },
};

/** The question of a model without one of its own: a question in `defaults` is for probes of the kind named there. */
function usualQuestion(probe: Model['probe'], defaults: DefaultsEntry): Question {
  const own = sensed[probe];
  const theirs = sensed[defaults.probe ?? 'chat'];
  return own === theirs ? questionOf(defaults, own ?? question) : (own ?? question);
}

/** The effective query and expectation: a question of the model's own without an expectation accepts any text. */
function questionOf(own: DefaultsEntry, inherited: Question): Question {
  const query = own.query ?? inherited.query;
  return { query, expect: own.expect ?? (query === inherited.query ? inherited.expect : {}) };
}

function expectationOf(entry: ExpectationEntry, probe: Model['probe']): Expectation {
  // A list of models has no answer to compare, and a vector no text.
  if (probe === 'models') return {};
  const { contains, not_contains: notContains, equals, regex, json } = entry;
  const { min_length: minLength, max_length: maxLength, model } = entry;
  const ofModel = model === undefined ? {} : { model };
  if (probe === 'embeddings') return ofModel;
  return {
    ...(contains && { contains }),
    ...(notContains && { notContains }),
    ...(equals && { equals }),
    ...(regex !== undefined && { regex }),
    ...(json !== undefined && { json }),
    ...(minLength !== undefined && { minLength }),
    ...(maxLength !== undefined && { maxLength }),
    ...ofModel,
  };
}

function scheduleOf(entry: NonNullable<DefaultsEntry['schedule']>): Schedule {
  if (entry.cron === undefined) return { kind: 'every', everyMs: entry.every ?? minute };
  return {
    kind: 'cron',
    expression: entry.cron,
    timezone: entry.timezone ?? 'UTC',
    spreadMs: entry.spread ?? null,
  };
}

function textOrNull(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}

export type Asking = Pick<
  Model,
  | 'probe'
  | 'query'
  | 'expect'
  | 'systemPrompt'
  | 'maxTokens'
  | 'timeoutMs'
  | 'slow'
  | 'schedule'
  | 'confirm'
  | 'ratePerMin'
  | 'tokensPerDay'
  | 'outcomes'
  | 'loadingGraceMs'
> &
  Pick<Model['endpoint'], 'tls' | 'proxy'>;

/** Query and expectation of a model: its own, else those of `defaults`, else the builtin ones. */
export function askingOf(own: DefaultsEntry, defaults: DefaultsEntry): Asking {
  const probe = own.probe ?? defaults.probe ?? 'chat';
  const { query, expect } = questionOf(own, usualQuestion(probe, defaults));
  const confirm = { ...defaults.confirm, ...own.confirm };
  const slow = { duration: 20 * second, first_token: 5 * second, ...defaults.slow, ...own.slow };
  const tls = { ...defaults.tls, ...own.tls };
  return {
    probe,
    query,
    expect: expectationOf(expect, probe),
    systemPrompt: textOrNull(own.system_prompt ?? defaults.system_prompt),
    maxTokens: own.max_tokens ?? defaults.max_tokens ?? null,
    timeoutMs: own.timeout ?? defaults.timeout ?? 30 * second,
    slow: { durationMs: slow.duration ?? null, firstTokenMs: slow.first_token ?? null },
    schedule: scheduleOf(own.schedule ?? defaults.schedule ?? {}),
    confirm: {
      failures: confirm.failures ?? 2,
      recheckAfterMs: confirm.recheck_after ?? 10 * second,
      successes: confirm.successes ?? 2,
    },
    ratePerMin: own.rate_per_min ?? defaults.rate_per_min ?? null,
    tokensPerDay: (own.budget ?? defaults.budget)?.tokens_per_day ?? null,
    outcomes: { ...defaults.outcomes, ...own.outcomes },
    loadingGraceMs: own.loading_grace ?? defaults.loading_grace ?? 10 * minute,
    tls: {
      ...(tls.ca_file !== undefined && { caFile: tls.ca_file }),
      ...(tls.cert_file !== undefined && { certFile: tls.cert_file }),
      ...(tls.key_file !== undefined && { keyFile: tls.key_file }),
      ...(tls.server_name !== undefined && { serverName: tls.server_name }),
      insecure: tls.insecure ?? false,
    },
    proxy: own.proxy ?? defaults.proxy ?? null,
  };
}

/** Settings that a remote health API does not accept; it asks its own question. */
export function unsendable(entry: DefaultsEntry, at: Path): Problem[] {
  const set: Path[] = (['query', 'expect', 'probe'] as const)
    .filter((key) => entry[key] !== undefined)
    .map((key) => [key]);
  if (entry.slow?.first_token !== undefined) set.push(['slow', 'first_token']);
  return set.map((path) => ({
    path: [...at, ...path],
    message: 'cannot be set in remote mode: the health API asks its own question',
    at: 'key',
  }));
}
