import type { Challenge } from '../../domain/challenge.js';
import { isObject, memberOf } from '../../domain/json.js';
import type { Model } from '../../domain/model.js';
import type { Reason } from '../../domain/reason.js';
import type { Usage } from '../../domain/result.js';
import { seenVector, type SeenVector } from '../../domain/vector.js';
import { callsShown, judgeReply, reasonOfRefusal } from './ability.js';
import { judgeAnswer, visibleText, type Answer, type Meets, type ReplyIdentity } from './answer.js';
import { classify, reasonOfStatus, withoutEcho } from './classify.js';
import { contentOf, type Content } from './content.js';
import { telling, type Tell } from './deciding.js';
import type { Dialect } from '../ask/dialect.js';
import { limitIn } from '../ask/sent-limit.js';
import { errorIn, failureIn } from './error-member.js';
import { reasonOfText } from './error-rules.js';
import type { Reply } from '../transport/exchange.js';
import { bodyLimit } from '../transport/exchange-limits.js';
import { JqSyntaxError, JqNotRunError, type Jq } from './jq.js';
import type { ReplyError } from './reply-error.js';
import { bareRunFailureIn, runFailureIn, type RunFailure } from './run-failure.js';
import type { StreamReading } from './stream-reading.js';

/** The meaning of a reply; its texts are not yet bounded or redacted. */
export interface Verdict {
  readonly reason: Reason;
  readonly detail: string | null;
  readonly response: string | null;
  readonly responseModel: string | null;
  readonly fingerprint: string | null;
  readonly usage: Usage | null;
  /** The vector in short, where the expectation compares it with the first one. */
  readonly vector?: SeenVector;
  readonly identity?: ReplyIdentity;
}

/** The response is `visible`, the text of `answer` without reasoning. */
export function verdict(
  reason: Reason,
  detail: string | null,
  answer: Answer | null = null,
  visible = '',
): Verdict {
  return {
    reason,
    detail,
    response: visible || null,
    responseModel: answer?.model ?? null,
    fingerprint: answer?.fingerprint ?? null,
    usage: answer?.usage ?? null,
    ...(answer?.identity && { identity: answer.identity }),
  };
}

/** Not the name of a class, as Python writes it. */
const isMarkup = (text: string): boolean => /^\s*<(?!class ["'])/.test(text);

/** True for many characters that are not text, as in compressed data. */
function isBinary(text: string): boolean {
  const head = text.slice(0, 512);
  const odd = head.match(/[\p{Cc}\ufffd]/gu)?.filter((one) => !/\s/.test(one)).length ?? 0;
  return odd * 10 > head.length;
}

function describeText(text: string): string {
  if (text.trim() === '') return 'empty body';
  if (isBinary(text)) return 'bytes that are no text';
  if (!isMarkup(text)) return text.slice(0, 2_000);
  const title = /<title[^>]*>([^<]*)/i.exec(text.slice(0, 4_096))?.[1]?.trim();
  return title ? `HTML page "${title}"` : 'HTML page';
}

/** The error in words; empty where it has none. */
function wordsOf({ codes, types, text }: ReplyError): string {
  const marker = [...codes, ...types].find((word) => !/^\d+$/.test(word));
  return [marker, text].filter((part) => part !== undefined && part !== '').join(': ');
}

const describe = (error: ReplyError | null, text: string): string =>
  (error === null ? '' : wordsOf(error)) || describeText(text);

/** Target of a redirect without its query. */
function redirectTarget({ headers }: Reply, model: Model): string {
  const target = headers.location ?? '';
  if (!URL.canParse(target, model.endpoint.baseUrl)) return 'redirect without a target';
  const { origin, pathname } = new URL(target, model.endpoint.baseUrl);
  return `redirect to ${origin}${pathname}`;
}

/** Amazon's error name in a header; older forms are `ThrottlingException:http://...`. */
function withHeader({ headers }: Reply, error: ReplyError | null): ReplyError | null {
  const name = headers['x-amzn-errortype'];
  if (typeof name !== 'string') return error;
  const [code = ''] = name.split(/[:,]/, 1);
  return { types: [], text: '', status: null, ...error, codes: [code, ...(error?.codes ?? [])] };
}

/** Reason of a plain-text server error by its words. A text that repeats the status is not a gateway's. */
function reasonOfPlain(text: string, status: number, model: Model): Reason | null {
  const told = reasonOfText(withoutEcho(text.slice(0, 4_096), model), status);
  if (told !== null) return told;
  return status === 500 && /^[\s\d"']*internal server error\b/i.test(text) ? 'server_error' : null;
}

/**
 * A proxy refuses the client's certificate, and plain HTTP on a port for HTTPS, with a page of its own; other pages say no
 * more than the status.
 */
function reasonOfPage(text: string, status: number): Reason | null {
  const told = reasonOfText(text.slice(0, 4_096).replace(/<[^<>]*>/g, ' '), status);
  return told === 'tls_error' || (told === 'endpoint_not_found' && status === 400) ? told : null;
}

function judgeFailure(
  reply: Reply,
  { text, payload }: Content,
  { model, dialect: { rules }, tell }: Judging,
): Verdict {
  const { status } = reply;
  const by = telling(tell, status);
  const json = payload !== undefined;
  const plain = !json && text.trim() !== '' && !isMarkup(text);
  const error = withHeader(
    reply,
    plain ? { codes: [], types: [], text, status: null } : errorIn(payload, false),
  );
  const reason =
    by('provider', rules?.(status, error), error) ??
    by('text', plain && status >= 500 ? reasonOfPlain(text, status, model) : null, error) ??
    (error !== null && (json || status < 500) ? classify(error, status, model, tell) : null) ??
    by('page', isMarkup(text) ? reasonOfPage(text, status) : null, error) ??
    by('status', reasonOfStatus(status, json), error);
  const told = reasonOfRefusal(reason, model, error?.text ?? text);
  return verdict(told, describe(error, text));
}

function read({ text, payload }: Content, { dialect, model }: Judging): Answer | null {
  if (payload !== undefined) return dialect.read(payload);
  return dialect.plain?.(model) === true && text.trim() !== '' ? dialect.read(text) : null;
}

/** JSON, or the beginning of it. */
const beginsAsJson = /^\s*[[{]/;

/** The verdict of a reply that is not read as a whole, for a limit of modelpulse, as `why` says. */
function judgePart(text: string, why: string, judging: Judging): Verdict {
  const { dialect, model, meets, reading, challenge } = judging;
  const answer = dialect.readPart?.(text) ?? null;
  if (answer !== null) {
    const { reason, detail } = judgeAnswer(answer, { ...model, challenge: challenge ?? null }, meets);
    return verdict(reason, detail, answer);
  }
  // A page, or no text at all, is no answer, however long. A stream that does not end runs past the limit of its tokens.
  const mayAnswer =
    dialect.extract === undefined
      ? beginsAsJson.test(text) && reading?.begun !== true
      : text.trim() !== '' && !isMarkup(text);
  return mayAnswer
    ? verdict('probe_unsupported', `${why}: a limit of modelpulse, which reads 1 MiB of a reply`)
    : verdict('malformed_response', why);
}

function judgeSuccess(reply: Reply, content: Content, judging: Judging): Verdict {
  const { model, dialect, meets, reading, challenge, tell } = judging;
  const { text, payload } = content;
  if (reply.overLimit) return judgePart(text, `body over ${bodyLimit} bytes`, judging);
  const failed = (error: ReplyError, answer: Answer | null): Verdict => {
    const own = telling(tell, reply.status)('provider', dialect.rules?.(reply.status, error), error);
    const reason = own ?? classify(error, reply.status, model, tell);
    const told = reasonOfRefusal(reason ?? 'error_in_success', model, error.text);
    return verdict(told, describe(error, text), answer);
  };
  const error = reading?.error ?? errorIn(payload, true);
  if (error !== null) return failed(error, null);
  const answer = reading?.begun ? reading.draft : read(content, judging);
  const failure = answer === null ? failureIn(payload) : null;
  if (failure !== null) return failed(failure, null);
  // What is decompressed has the header no longer.
  const coded = reply.headers['content-encoding']?.slice(0, 100);
  if (answer === null && coded !== undefined && isBinary(text))
    return verdict('malformed_response', `content-encoding "${coded}" is not supported`);
  if (answer === null && content.crowd !== null) return judgePart(text, content.crowd, judging);
  if (answer === null) return verdict('malformed_response', `not the API's answer: ${describeText(text)}`);
  const inside = answer.error === undefined ? null : errorIn({ error: answer.error }, true);
  if (inside !== null) return failed(inside, answer);
  if (answer.finish === 'error') return verdict('error_in_success', 'the answer ended with an error', answer);
  if (reading?.begun && !reading.ended)
    return verdict('connection_lost', 'the stream ended without its end mark', answer);
  const visible = visibleText(answer.text);
  const asked = { ...model, challenge: challenge ?? null, sentLimit: () => limitIn(dialect.ask(model).body) };
  const { reason, detail } = judgeReply(answer, asked, meets, visible);
  return {
    ...verdict(reason, detail, answer, visible || callsShown(answer)),
    ...seenVector(answer.values, model),
  };
}

/** Inputs of the judgement besides the reply. */
export interface Judging {
  readonly model: Model;
  readonly dialect: Dialect;
  readonly meets: Meets;
  /** The question of `model`, where it is a fresh one. */
  readonly challenge?: Challenge | null;
  /** The reply as a stream, when one was asked for. */
  readonly reading: StreamReading | null;
  /** Called with what decided on the reason of an error. */
  readonly tell?: Tell | undefined;
}

/**
 * What a reply means: the provider's own rules, then the error its body reports, then the HTTP status; and of a
 * success, whether it answers the question.
 */
export function judge(reply: Reply, judging: Judging): Verdict {
  const { model } = judging;
  // Nothing was asked that may be unchanged.
  if (reply.status === 304) return verdict('malformed_response', 'HTTP 304 (not modified) without an answer');
  if (reply.status >= 300 && reply.status < 400) return verdict('redirected', redirectTarget(reply, model));
  const { fault = null, begun = false } = judging.reading ?? {};
  const malformed = (why: string) => verdict('malformed_response', `not the API's stream: ${why}`);
  if (reply.status < 300 && fault !== null && begun) return malformed(fault);
  const content = contentOf(reply);
  // A server that does not stream may send indented JSON, whose lines are of no event.
  if (reply.status < 300 && fault !== null && content.payload === undefined) return malformed(fault);
  if (reply.status < 300) return judgeSuccess(reply, content, judging);
  return judgeFailure(reply, content, judging);
}

/** Most characters of a jq program in a detail. */
const longestProgram = 500;

/** True if the program selects an existing member that is null. */
async function isNullAt(program: string, { text, payload }: Content, jq: Jq): Promise<boolean> {
  try {
    const path: unknown = JSON.parse(String(await jq(`first(path((${program}\n)))|tojson`, text)));
    if (!Array.isArray(path) || path.length === 0) return false;
    const found = path.reduce<unknown>((at, step) => memberOf(at, String(step)), payload);
    return found === null;
  } catch (problem) {
    if (problem instanceof JqNotRunError) throw problem;
    // Not a path, such as one with a default.
    return false;
  }
}

const hasNull = (payload: unknown): boolean => isObject(payload) && Object.values(payload).includes(null);

/** The verdict of a run of a job or workflow that has no result. */
function judgeRun({ error, state }: RunFailure, { status }: Reply, { text }: Content, model: Model): Verdict {
  if (error === null) return verdict('model_loading', `the job has not ended: ${state}`);
  const reason = classify(error, status, model) ?? 'error_in_success';
  if (state === null) return verdict(reason, describe(error, text));
  const told = [`the job ended as ${state}`, wordsOf(error)];
  return verdict(reason, told.filter((part) => part !== '').join(': '));
}

/** Judges the reply of a dialect with `extract`. */
export async function judgeExtracted(reply: Reply, judging: Judging, jq: Jq): Promise<Verdict> {
  const { dialect, model } = judging;
  if (dialect.extract === undefined || reply.status >= 300) return judge(reply, judging);
  const content = contentOf(reply);
  const { payload } = content;
  // The status says that the empty body is meant.
  if (reply.status === 204) return judgeSuccess(reply, { ...content, payload: '' }, judging);
  if (reply.overLimit || payload === undefined || errorIn(payload, true) !== null)
    return judgeSuccess(reply, content, judging);
  const judgeAs = (read: Dialect['read']): Verdict =>
    judgeSuccess(reply, content, { ...judging, dialect: { ...dialect, read } });
  try {
    const value = await dialect.extract(content.text, payload, model, jq);
    const program = model.custom?.responseFormat ?? null;
    const nothing = value === null || value === undefined;
    const run =
      program === null ? bareRunFailureIn(payload) : nothing || value === '' ? runFailureIn(payload) : null;
    // A reply that reports a failure in its own format has no answer.
    if (run !== null && run.error !== null) return judgeRun(run, reply, content, model);
    // The reply is JSON without an error: what is not there is asked for in vain, and what is null is an empty answer.
    if (program !== null && nothing && !(await isNullAt(program, content, jq)))
      return run !== null
        ? judgeRun(run, reply, content, model)
        : verdict(
            'probe_unsupported',
            `custom_response_format finds nothing in the reply: ${program.slice(0, longestProgram)}`,
          );
    return judgeAs(() => dialect.read(value));
  } catch (problem) {
    if (problem instanceof JqSyntaxError)
      return verdict('probe_unsupported', `custom_response_format does not compile: ${problem.message}`);
    // The reply says nothing about the model before a program has read it.
    if (problem instanceof JqNotRunError)
      return verdict('internal_error', `the reply was not read: ${problem.message}`);
    const run = runFailureIn(payload);
    // The program may fail on a member that is null, which is an empty answer.
    if (run !== null && (run.error !== null || !hasNull(payload)))
      return judgeRun(run, reply, content, model);
    return verdict('malformed_response', problem instanceof Error ? problem.message : 'unreadable');
  }
}
