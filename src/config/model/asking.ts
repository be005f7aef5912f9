import { challengedProbes, challengeQuery } from '../../domain/challenge.js';
import type { Endpoint, Expectation, Model } from '../../domain/model.js';
import type { Schedule } from '../../domain/schedule.js';
import type { ExpectationEntry } from '../schema/expectation-schema.js';
import { day, minute, second } from '../schema/fields.js';
import type { ModelEntry } from '../schema/model-schema.js';
import { textConditionOf, type DefaultsEntry } from '../schema/asking-schema.js';
import { moneyOf } from './money.js';
import type { Path, Problem } from '../read/problem.js';

interface Question {
  readonly query: string;
  readonly expect: ExpectationEntry;
}

const question: Question = {
  query: 'What is the capital of India?',
  expect: { contains: ['New Delhi'] },
};

/** Questions about the picture and the sound that the prober sends, and for the tool, the schema and the long text. */
const sensed: Readonly<Partial<Record<Model['probe'], Question>>> = {
  vision: {
    query: 'What colour is this picture? Answer with one word.',
    expect: { contains: ['yellow'] },
  },
  audio: {
    query: 'Is there a tone in this clip? Answer with yes or no.',
    expect: { contains: ['yes'] },
  },
  tools: {
    query: 'What is the capital of India? Report it with the function report_capital.',
    expect: { contains: ['New Delhi'] },
  },
  structured: {
    query: 'What is the capital of India? Answer as JSON with the members capital and country.',
    expect: { contains: ['New Delhi'] },
  },
  // The code word is looked for by the probe itself.
  context: {
    query: 'What is the code word at the beginning of this text? Answer with the code word only.',
    expect: {},
  },
};

/** A fresh question for each check, which brings its own expectation. */
const freshQuestion: Question = { query: challengeQuery, expect: {} };

/**
 * The question that modelpulse chooses. A model in the form of the model-health API has the question of that API, and an
 * expectation of the operator's fits no fresh question.
 */
function chosenQuestion(probe: Model['probe'], fixed: boolean, ...given: DefaultsEntry[]): Question {
  const expected = given.some(({ expect }) => expect !== undefined);
  return fixed || expected || !challengedProbes.has(probe) ? (sensed[probe] ?? question) : freshQuestion;
}

/** The question of a model without one of its own: a question in `defaults` is for probes of the kind named there. */
function usualQuestion(own: DefaultsEntry, defaults: DefaultsEntry, fixed: boolean): Question {
  const probe = probeOf(own, defaults);
  if (sensed[probe] !== sensed[defaults.probe ?? 'chat']) return chosenQuestion(probe, fixed, own);
  return questionOf(defaults, chosenQuestion(probe, fixed, own, defaults));
}

/** The effective query and expectation: a question of the model's own without an expectation accepts any text. */
function questionOf(own: DefaultsEntry, inherited: Question): Question {
  const query = own.query ?? inherited.query;
  return { query, expect: own.expect ?? (query === inherited.query ? inherited.expect : {}) };
}

const probeOf = (own: DefaultsEntry, defaults: DefaultsEntry): Model['probe'] =>
  own.probe ?? defaults.probe ?? 'chat';

/** The question of a model; a probe that cannot ask a fresh one keeps its usual one. */
function askedOf(own: DefaultsEntry, defaults: DefaultsEntry, fixed: boolean): Question {
  const probe = probeOf(own, defaults);
  const asked = questionOf(own, usualQuestion(own, defaults, fixed));
  if (asked.query !== challengeQuery || challengedProbes.has(probe)) return asked;
  return sensed[probe] ?? question;
}

/** The model with the question of the model-health API in the place of a fresh one. */
export function withFixedQuestion(model: Model): Model {
  if (model.query !== challengeQuery) return model;
  const { query, expect } = question;
  return { ...model, query, expect: { ...model.expect, ...expectationOf(expect, model.probe) } };
}

/** Finds an expectation of texts beside a fresh question, whose answer is compared anyway. */
export function challengeProblems(
  { query: own, expect }: DefaultsEntry,
  { query }: Pick<Asking, 'query'>,
): Problem[] {
  if (query !== challengeQuery) return [];
  const key = textConditionOf(expect);
  const advice = own === undefined ? '; set "query" too, since "defaults" have this one' : '';
  const message = `cannot stand beside "query: challenge", whose answer is checked${advice}`;
  return key === null ? [] : [{ path: ['expect', key], message, at: 'key' }];
}

function expectationOf(entry: ExpectationEntry, probe: Model['probe']): Expectation {
  // A list of models has no answer to compare, and a vector no text.
  if (probe === 'models') return {};
  const { contains, not_contains: notContains, equals, regex, json } = entry;
  const { min_length: minLength, max_length: maxLength, model } = entry;
  const ofModel = model === undefined ? {} : { model };
  if (probe === 'embeddings') {
    const { dimensions, norm, similar_to_first: similarToFirst } = entry;
    return {
      ...ofModel,
      ...(dimensions !== undefined && { dimensions }),
      ...(norm !== undefined && { norm }),
      ...(similarToFirst !== undefined && { similarToFirst }),
    };
  }
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
  | 'contextTokens'
  | 'systemPrompt'
  | 'maxTokens'
  | 'timeoutMs'
  | 'slow'
  | 'schedule'
  | 'confirm'
  | 'ratePerMin'
  | 'tokensPerDay'
  | 'usdPerMonth'
  | 'price'
  | 'balance'
  | 'outcomes'
  | 'loadingGraceMs'
> &
  Pick<Model['endpoint'], 'tls' | 'proxy'>;

/** A long question is asked once a day, is answered late, and has a budget of its own. */
function longAsking({ context }: Partial<Pick<ModelEntry, 'context'>>): DefaultsEntry {
  return {
    schedule: context?.schedule ?? { every: day },
    timeout: context?.timeout ?? 2 * minute,
    slow: { duration: null },
    budget: context?.budget ?? { tokens_per_day: 5 * (context?.tokens ?? 0) },
  };
}

/** Query and expectation of a model: its own, else those of `defaults`, else the builtin ones, of which `fixed` excludes the fresh one. */
export function askingOf(
  own: DefaultsEntry & Partial<Pick<ModelEntry, 'context'>>,
  common: DefaultsEntry,
  fixed: boolean,
): Asking {
  const probe = probeOf(own, common);
  const defaults = probe === 'context' ? { ...common, ...longAsking(own) } : common;
  const { query, expect } = askedOf(own, defaults, fixed);
  const confirm = { ...defaults.confirm, ...own.confirm };
  const slow = { duration: 20 * second, first_token: 5 * second, ...defaults.slow, ...own.slow };
  const tls = { ...defaults.tls, ...own.tls };
  return {
    probe,
    ...(probe === 'context' && { contextTokens: own.context?.tokens ?? 0 }),
    query,
    expect: expectationOf(expect, probe),
    systemPrompt: textOrNull(own.system_prompt ?? defaults.system_prompt),
    maxTokens: own.max_tokens ?? defaults.max_tokens ?? null,
    timeoutMs: own.timeout ?? defaults.timeout ?? 30 * second,
    slow: {
      durationMs: slow.duration ?? null,
      firstTokenMs: slow.first_token ?? null,
      ...(slow.tokens_per_second && { tokensPerSecond: slow.tokens_per_second }),
      ...(slow.gap && { gapMs: slow.gap }),
      ...(slow.baseline && { baseline: slow.baseline }),
    },
    schedule: scheduleOf(own.schedule ?? defaults.schedule ?? {}),
    confirm: {
      failures: confirm.failures ?? 2,
      recheckAfterMs: confirm.recheck_after ?? 10 * second,
      successes: confirm.successes ?? 2,
    },
    ratePerMin: own.rate_per_min ?? defaults.rate_per_min ?? null,
    tokensPerDay: (own.budget ?? defaults.budget)?.tokens_per_day ?? null,
    ...moneyOf(own, defaults),
    outcomes: { ...defaults.outcomes, ...own.outcomes },
    loadingGraceMs: own.loading_grace ?? defaults.loading_grace ?? 10 * minute,
    tls: tlsOf(tls),
    proxy: own.proxy ?? defaults.proxy ?? null,
  };
}

/** Settings that a remote health API does not accept; it asks its own question. */
export function unsendable(entry: DefaultsEntry, at: Path): Problem[] {
  const set: Path[] = (['query', 'expect', 'probe'] as const)
    .filter((key) => entry[key] !== undefined)
    .map((key) => [key]);
  for (const limit of ['first_token', 'tokens_per_second', 'gap'] as const)
    if (entry.slow?.[limit] !== undefined) set.push(['slow', limit]);
  return set.map((path) => ({
    path: [...at, ...path],
    message: 'cannot be set in remote mode: the health API asks its own question',
    at: 'key',
  }));
}

/** The TLS settings of an entry. */
export function tlsOf(tls: NonNullable<DefaultsEntry['tls']>): Endpoint['tls'] {
  return {
    ...(tls.ca_file !== undefined && { caFile: tls.ca_file }),
    ...(tls.cert_file !== undefined && { certFile: tls.cert_file }),
    ...(tls.key_file !== undefined && { keyFile: tls.key_file }),
    ...(tls.server_name !== undefined && { serverName: tls.server_name }),
    insecure: tls.insecure ?? false,
  };
}

/** A client certificate has a key, and a key belongs to one. */
export function certificateProblems({ tls }: Pick<Asking, 'tls'>): Problem[] {
  if ((tls.certFile === undefined) === (tls.keyFile === undefined)) return [];
  const [has, lacks] = tls.certFile === undefined ? ['key_file', 'cert_file'] : ['cert_file', 'key_file'];
  return [{ path: ['tls', has], message: `needs "${lacks}" beside it` }];
}
