import type { Clock } from '../../domain/clock.js';
import { dayMs, hourMs } from '../../domain/period.js';
import type { Model } from '../../domain/model.js';
import { outcomeFor, type Outcome, type Reason } from '../../domain/reason.js';
import { rateFigure } from '../../domain/baseline.js';
import { notSent, type CheckResult, type Usage } from '../../domain/result.js';
import { tokensPerSecond } from '../../domain/speed.js';
import type { Exchange, Reply } from '../transport/exchange.js';
import { statesShortLimit } from './error-rules/english/periods.js';
import { announcedIn } from './announced-headers.js';
import type { Verdict } from './judge.js';
import { readHeadroom } from '../transport/headroom.js';
import { askedWaitMs, rateLimitRemaining, retryAfterMs } from '../transport/retry-after.js';
import type { Redact } from '../secrets/redact.js';
import type { TimeLimit } from '../transport/time-limit.js';

const detailLimit = 300;
const responseLimit = 1_024;
const fingerprintLimit = 64;

/** Facts about a check that are known before its reply. */
interface Attempt {
  readonly model: Model;
  readonly startedAt: number;
  readonly redact: Redact;
}

/** A running attempt. */
export interface TimedAttempt extends Attempt {
  readonly limit: TimeLimit;
}

/** The result of a check that sent nothing. */
export function unsent(
  { model, startedAt, redact }: Attempt,
  reason: CheckResult['reason'],
  detail: string,
): CheckResult {
  return notSent(startedAt, reason, outcomeFor(reason, model.outcomes), redact(detail, detailLimit));
}

/** The exceeded limit of `slow` as text. */
function lateness({ slow, probe }: Model, done: Exchange, usage: Usage | null): string | null {
  if (probe === 'models') return null;
  const { durationMs, firstTokenMs, speed } = done;
  const { durationMs: total, firstTokenMs: first, gapMs: gap = null, tokensPerSecond: least = null } = slow;
  if (total !== null && durationMs > total) return `took ${Math.round(durationMs)} ms, over ${total} ms`;
  if (first !== null && firstTokenMs !== null && firstTokenMs > first)
    return `first text after ${Math.round(firstTokenMs)} ms, over ${first} ms`;
  if (speed === null) return null;
  if (gap !== null && speed.gapMs !== null && speed.gapMs > gap)
    return `the answer stood still for ${Math.round(speed.gapMs)} ms, over ${gap} ms`;
  const rate = tokensPerSecond({ usage, speed });
  if (least === null || rate === null || rate >= least) return null;
  return `wrote ${rateFigure(rate)} tokens/s, under ${least} tokens/s`;
}

/** Statuses that HTTP does not define appear only in the detail. */
function statusOf({ reply }: Exchange): number | null {
  return reply !== null && reply.status >= 100 && reply.status <= 599 ? reply.status : null;
}

/** A late success is `slow`. */
function withLateness(verdict: Verdict, model: Model, done: Exchange): Verdict {
  const late = verdict.reason === 'ok' ? lateness(model, done, verdict.usage) : null;
  return late === null ? verdict : { ...verdict, reason: 'slow', detail: late };
}

/** Azure's limits are per minute, also where a gateway passes on what it says. */
const ofMinute = /rate limit (?:of|for) your current|\bthis minute\b/i;
const marksOfAzure = ['apim-request-id', 'x-ms-region'];

function isAzure({ provider, endpoint }: Model, { headers }: Reply): boolean {
  const host = URL.canParse(endpoint.baseUrl) ? new URL(endpoint.baseUrl).hostname : '';
  return (
    provider === 'azure_openai' || host.endsWith('.azure.com') || marksOfAzure.some((name) => name in headers)
  );
}

/** Azure asks for a day where a question needs more than the limit of a minute. */
const asksInVain = (detail: string, waitMs: number): boolean =>
  waitMs === dayMs || /\brate limit/i.test(detail);

/** No limit of an hour or less asks to wait for over an hour: what is used up is the quota of a longer period. */
function withLongWait(verdict: Verdict, model: Model, { reply }: Exchange, now: number): Verdict {
  if (verdict.reason !== 'rate_limited' || reply === null) return verdict;
  const waitMs = askedWaitMs(reply, now, false) ?? 0;
  const detail = verdict.detail ?? '';
  const isOfMinute = ofMinute.test(detail) || (isAzure(model, reply) && asksInVain(detail, waitMs));
  return waitMs <= hourMs || isOfMinute ? verdict : { ...verdict, reason: 'quota_exhausted' };
}

const isShortLimit = ({ reason, detail }: Verdict): boolean =>
  reason === 'rate_limited' && statesShortLimit((detail ?? '').slice(0, 4_096).toLowerCase());

/** The outcome of a reason with the model's overrides. A list of models never shows that the model is healthy. */
function outcomeOf(reason: Reason, { probe, outcomes }: Model): Outcome {
  return probe === 'models' && reason === 'ok' ? 'unknown' : outcomeFor(reason, outcomes);
}

/** The limits that the reply tells; absent without any. */
function headroomOf(headers: Reply['headers'], now: number): Pick<CheckResult, 'headroom'> {
  const headroom = readHeadroom(headers, now);
  return Object.keys(headroom).length === 0 ? {} : { headroom };
}

/**
 * Puts together what happened and what it means: the reason that the reply was judged to have, then the wait it asks for and
 * `slow`, then the outcome. The one place where text becomes fit to keep.
 */
export function finish(attempt: Attempt, done: Exchange, judged: Verdict, clock: Clock): CheckResult {
  const { model, startedAt, redact } = attempt;
  const { durationMs, firstTokenMs, speed } = done;
  const now = clock.wall();
  const isShort = isShortLimit(judged);
  const found = withLateness(isShort ? judged : withLongWait(judged, model, done, now), model, done);
  const announced = done.reply === null ? null : announcedIn(done.reply.headers);
  const bounded = (text: string | null, most: number): string | null =>
    text === null ? null : redact(text, most) || null;
  return {
    startedAt,
    durationMs,
    firstTokenMs,
    ...(speed !== null && { speed }),
    outcome: outcomeOf(found.reason, model),
    reason: found.reason,
    detail: bounded(found.detail, detailLimit),
    httpStatus: statusOf(done),
    phases: done.phases,
    usage: found.usage,
    response: bounded(found.response, responseLimit),
    responseModel: bounded(found.responseModel, detailLimit),
    systemFingerprint: bounded(found.fingerprint, fingerprintLimit),
    retryAfterMs: done.reply === null ? null : retryAfterMs(done.reply, now, isShort),
    rateLimitRemaining: done.reply === null ? {} : rateLimitRemaining(done.reply.headers),
    ...(done.reply !== null && headroomOf(done.reply.headers, now)),
    certificateExpiresAt: done.certificateExpiresAt,
    keyIndex: null,
    ...(found.vector !== undefined && { vector: found.vector }),
    ...(announced !== null && { announced }),
    ...(done.deadFamily !== undefined && { deadFamily: done.deadFamily }),
  };
}
