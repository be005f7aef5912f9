import { blameFor } from '../domain/reason.js';
import type { CheckResult } from '../domain/result.js';
import type { CheckOutcome } from './public-types.js';

/** A result as the library shows it. */
export function checkOutcome(model: string, result: CheckResult): CheckOutcome {
  const { startedAt, outcome, reason, detail, httpStatus, durationMs, firstTokenMs, retryAfterMs } = result;
  const { usage, response } = result;
  return {
    model,
    startedAt,
    outcome,
    reason,
    blame: blameFor(reason),
    detail,
    httpStatus,
    durationMs,
    firstTokenMs,
    retryAfterMs,
    usage,
    response,
  };
}
