import type { Clock } from '../../domain/clock.js';
import type { Model } from '../../domain/model.js';
import { outcomeFor } from '../../domain/reason.js';
import { notSent, type CheckResult } from '../../domain/result.js';
import type { Exchange } from '../transport/exchange.js';
import type { Verdict } from './judge.js';
import { rateLimitRemaining, retryAfterMs } from '../transport/limits.js';
import type { Redact } from '../secrets/redact.js';
import type { TimeLimit } from '../transport/time-limit.js';

const detailLimit = 300;
const responseLimit = 1_024;
const fingerprintLimit = 64;

/** What every check knows of itself. */
export interface Attempt {
  readonly model: Model;
  readonly startedAt: number;
  readonly redact: Redact;
}

/** An attempt while it is being made. */
export interface TimedAttempt extends Attempt {
  readonly limit: TimeLimit;
}

/** The result of a check that never reached the wire. */
export function unsent(
  { model, startedAt, redact }: Attempt,
  reason: CheckResult['reason'],
  detail: string,
): CheckResult {
  return notSent(startedAt, reason, outcomeFor(reason, model.outcomes), redact(detail, detailLimit));
}

/** Which limit of `slow` was passed, in words. */
function lateness({ slow, probe }: Model, { durationMs, firstTokenMs }: Exchange): string | null {
  if (probe === 'models') return null;
  const { durationMs: total, firstTokenMs: first } = slow;
  if (total !== null && durationMs > total) return `took ${Math.round(durationMs)} ms, over ${total} ms`;
  if (first === null || firstTokenMs === null || firstTokenMs <= first) return null;
  return `first text after ${Math.round(firstTokenMs)} ms, over ${first} ms`;
}

/** Statuses that HTTP does not have are told in the detail only. */
function statusOf({ reply }: Exchange): number | null {
  return reply !== null && reply.status >= 100 && reply.status <= 599 ? reply.status : null;
}

/** Puts together what happened and what it means; the one place where text becomes fit to keep. */
export function finish(attempt: Attempt, done: Exchange, found: Verdict, clock: Clock): CheckResult {
  const { model, startedAt, redact } = attempt;
  const { durationMs, firstTokenMs } = done;
  const late = found.reason === 'ok' ? lateness(model, done) : null;
  const reason = late === null ? found.reason : 'slow';
  const detail = late ?? found.detail;
  const bounded = (text: string | null, most: number): string | null =>
    text === null ? null : redact(text, most) || null;
  return {
    startedAt,
    durationMs,
    firstTokenMs,
    // A list can prove a failure, never health.
    outcome:
      model.probe === 'models' && found.reason === 'ok' ? 'unknown' : outcomeFor(reason, model.outcomes),
    reason,
    detail: bounded(detail, detailLimit),
    httpStatus: statusOf(done),
    phases: done.phases,
    usage: found.usage,
    response: bounded(found.response, responseLimit),
    responseModel: bounded(found.responseModel, detailLimit),
    systemFingerprint: bounded(found.fingerprint, fingerprintLimit),
    retryAfterMs: done.reply === null ? null : retryAfterMs(done.reply, clock.wall()),
    rateLimitRemaining: done.reply === null ? {} : rateLimitRemaining(done.reply.headers),
    certificateExpiresAt: done.certificateExpiresAt,
    keyIndex: null,
  };
}
