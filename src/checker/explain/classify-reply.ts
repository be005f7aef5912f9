import { monotonicMs, type Clock } from '../../domain/clock.js';
import { isObject, memberOf } from '../../domain/json.js';
import type { Model, Probe } from '../../domain/model.js';
import { blameFor, type Blame, type Outcome, type Reason } from '../../domain/reason.js';
import type { CheckResult } from '../../domain/result.js';
import type { Dialect } from '../ask/dialect.js';
import { dialectFor } from '../ask/dialects.js';
import { createRedaction } from '../secrets/redact.js';
import type { Exchange, Reply } from '../transport/exchange.js';
import { endsInCall, type Answer, type Meets } from '../verdict/answer.js';
import { contentOf } from '../verdict/content.js';
import { errorIn } from '../verdict/error-member.js';
import type { Deciding } from '../verdict/deciding.js';
import { finish } from '../verdict/finish.js';
import { judge, verdict, type Verdict } from '../verdict/judge.js';
import { readStream } from '../verdict/stream-reading.js';
import { foreignModel } from './foreign-model.js';
import { givenReply, headersOf, type GivenBody, type GivenHeaders } from './given-reply.js';
import { retryAdvice, type RetryAdvice } from './retry-advice.js';

/** A reply that a call of a model got. */
export interface GivenReply {
  /** Whose API it is, such as `openai` or `bedrock`; `openai_compatible` unless set. */
  readonly provider?: string | undefined;
  readonly status: number;
  readonly headers?: GivenHeaders | null | undefined;
  /** At most 1 MiB is read. */
  readonly body?: GivenBody;
  /** Name of the model; its words in an error are not taken for what is wrong. */
  readonly model?: string | undefined;
}

/** What a reply means. */
export interface Classified {
  readonly reason: Reason;
  /** Who has to act; null when nobody has. */
  readonly blame: Blame | null;
  /** What one such reply says of the model. */
  readonly outcome: Outcome;
  /** What the reply says, in a line without secrets; null when the reason says all. */
  readonly detail: string | null;
  readonly retry: RetryAdvice;
}

/** What else is known of the question. */
export interface Asked {
  readonly changes?: Partial<Model>;
  readonly meets?: Meets;
  readonly probe?: Probe;
  /** Unix ms at which the reply came; dates in it are compared with it. */
  readonly now?: number;
}

/** A classified reply, and what decided: null where it was the status of an answer, or the answer itself. */
export interface Decided extends Classified {
  readonly deciding: Deciding | null;
  /** The wait that the reply asks for made a quota of a rate limit. */
  readonly byWait: boolean;
  readonly result: CheckResult;
}

const nothingExpected: Meets = () => null;

/** Probes whose answers are told apart by their shape; the first that reads a reply counts. */
const readable: readonly Probe[] = ['chat', 'responses', 'completion', 'embeddings', 'models'];

/** A field of an event, also after comments, with which gateways keep a stream open; or comments alone. */
const beginsAsEvents =
  /^\s{0,8}(?:(?::[^\r\n]{0,1000}[\r\n]{1,4}){0,100}(?:data|event|id|retry): ?|(?::[^\r\n]{0,1000}[\r\n]{1,4}){1,100}$)/;

const isStream = (text: string, { headers }: Reply): boolean =>
  /^text\/event-stream|ndjson/i.test(headers['content-type'] ?? '') || beginsAsEvents.test(text);

interface Chosen {
  readonly probe: Probe;
  readonly dialect: Dialect;
  readonly answer: Answer | null;
}

/** The dialect that reads the reply: that of a stream, else the first that finds an answer, else that of chat. */
function chosenFor(provider: string, reply: Reply, probe: Probe | undefined): Chosen {
  // What a program of the operator reads is not known here.
  const api = provider === 'custom' ? 'openai_compatible' : provider;
  const fallback = dialectFor('openai_compatible', 'chat');
  if (fallback === null) throw new Error('openai_compatible has no dialect');
  const { text, payload } = reply.status < 300 ? contentOf(reply) : { text: '', payload: undefined };
  const stream = reply.status < 300 && isObject(payload) ? null : dialectFor(api, 'chat_stream');
  if (probe === undefined && stream !== null && reply.status < 300 && isStream(text, reply))
    return { probe: 'chat_stream', dialect: stream, answer: null };
  for (const one of probe === undefined ? readable : [probe]) {
    const dialect = dialectFor(api, one);
    const read = payload === undefined ? null : (dialect?.read(payload) ?? null);
    // A list of models reads as one of vectors that hold nothing.
    const answer = probe === undefined && read?.vector === 0 && namesModels(payload) ? null : read;
    if (probe === undefined && answer?.models !== undefined && errorIn(payload, true) !== null) break;
    if (dialect !== null && (answer !== null || probe !== undefined)) return { probe: one, dialect, answer };
  }
  return { probe: 'chat', dialect: dialectFor(api, 'chat') ?? fallback, answer: null };
}

function readingOf({ stream }: Dialect, { status, body }: Reply) {
  if (stream === undefined || status >= 300) return null;
  const reading = readStream(stream);
  reading.push(body);
  reading.end();
  return reading;
}

/** True for a list of objects with ids, and nothing of a vector. */
function namesModels(payload: unknown): boolean {
  const first = memberOf(memberOf(payload, 'data'), 0);
  return typeof memberOf(first, 'id') === 'string' && memberOf(first, 'embedding') === undefined;
}

/** Whatever somebody else asked for, a call of a tool and a list of models are answers. */
const answersAnyway = (answer: Answer | null, name: string): boolean =>
  answer !== null &&
  answer.error === undefined &&
  answer.finish !== 'miscalled' &&
  (endsInCall(answer) || (answer.models !== undefined && name === ''));

/**
 * Judges a reply as a check of modelpulse does, by the rules of its provider: a pure function of reply and time. Takes time
 * linear in the length of the reply.
 */
export function decideReply(given: GivenReply, asked: Asked = {}): Decided {
  const { provider = 'openai_compatible', model: name = '', status } = given;
  const headers = headersOf(given.headers);
  const reply = givenReply(status, headers, given.body);
  const { probe, dialect, answer } = chosenFor(provider, reply, asked.probe);
  const model = { ...foreignModel(provider, name, probe), ...asked.changes };
  let deciding: Deciding | null = null;
  const reading = readingOf(dialect, reply);
  const isHttp = Number.isInteger(status) && status >= 200 && status <= 599;
  const meets = asked.meets ?? nothingExpected;
  const judged: Verdict = !isHttp
    ? verdict('malformed_response', `HTTP status ${status}`)
    : asked.meets === undefined && answersAnyway(answer ?? reading?.draft ?? null, name)
      ? verdict('ok', null, answer)
      : judge(reply, { model, dialect, meets, reading, tell: (one) => (deciding = one) });
  const now = asked.now ?? Date.now();
  const clock: Clock = { wall: () => now, monotonic: () => monotonicMs(0) };
  const exchange: Exchange = {
    reply,
    fault: null,
    durationMs: 0,
    firstTokenMs: null,
    speed: null,
    phases: {},
    certificateExpiresAt: null,
    intercepted: false,
  };
  const result = finish({ model, startedAt: now, redact: createRedaction([]) }, exchange, judged, clock);
  const { reason, outcome, detail } = result;
  return {
    reason,
    blame: blameFor(reason),
    outcome,
    detail,
    retry: retryAdvice(reason, result.retryAfterMs, headers),
    deciding,
    byWait: reason !== judged.reason,
    result,
  };
}

/** What a reply to a call of a model means, whoever made the call. */
export function classify(given: GivenReply): Classified {
  const { reason, blame, outcome, detail, retry } = decideReply(given);
  return { reason, blame, outcome, detail, retry };
}
