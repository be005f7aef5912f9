import type { RecordedResult, Phases } from '../../domain/result.js';
import type { Slot } from '../../domain/time.js';
import { kindCodes, outcomeCodes, reasonCodes } from '../codes.js';
import { decodeSpeed, encodeSpeed } from './speed-blob.js';

/** Bit of `flags`: the result is in a maintenance window. */
export const inMaintenance = 4;
/** Bit of `flags`: the process was suspended or blocked during the check. */
export const whileStalled = 8;
/** Base of `http`, so that the usual status takes no byte. */
export const usualStatus = 200;
const round = (ms: number | null): number | null => (ms === null ? null : Math.round(ms));

/** The columns of `checks` that a row is read from. */
export const checkColumns =
  'slot, outcome, reason, flags, delay, duration, first_token, http, input_tokens, output_tokens, key_index, speed, cost';

/** The same with null for the columns of `details`. */
export const plainColumns = `${checkColumns}, NULL AS detail, NULL AS response, NULL AS response_model, NULL AS phases`;

/** A row of `checks` with its columns of `details`. */
export interface CheckRow {
  readonly slot: Slot;
  readonly outcome: number;
  readonly reason: number;
  readonly flags: number;
  readonly delay: number;
  readonly duration: number | null;
  readonly first_token: number | null;
  readonly http: number | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly key_index: number | null;
  /** As `encodeSpeed` makes it; null where it was not measured. */
  readonly speed: Uint8Array | null;
  readonly cost: number | null;
  readonly detail: string | null;
  readonly response: string | null;
  readonly response_model: string | null;
  readonly phases: string | null;
}

/** In the order of the columns of `checks` after `model`. Times are rounded to whole ms. */
export function checkValues(result: RecordedResult): (number | Uint8Array | null)[] {
  return [
    result.slot,
    outcomeCodes.toCode(result.outcome),
    reasonCodes.toCode(result.reason),
    kindCodes.toCode(result.kind) +
      (result.maintenance ? inMaintenance : 0) +
      (result.stalled ? whileStalled : 0),
    Math.round(result.startedAt) - result.slot,
    round(result.durationMs),
    round(result.firstTokenMs),
    result.httpStatus === null ? null : result.httpStatus - usualStatus,
    result.usage?.inputTokens ?? null,
    result.usage?.outputTokens ?? null,
    result.keyIndex,
    result.speed === undefined ? null : encodeSpeed(result.speed),
    result.costNanos ?? null,
  ];
}

/** In the order of the columns of `details` after `model`; null when the result has no details. */
export function detailValues(result: RecordedResult): (number | string | null)[] | null {
  const { slot, detail, response, responseModel, phases } = result;
  const measured = Object.keys(phases).length > 0 ? JSON.stringify(phases) : null;
  if (detail === null && response === null && responseModel === null && measured === null) return null;
  return [slot, detail, response, responseModel, measured];
}

/** The whole latest result of a model; the daemon writes it and checks it when it starts. */
export function latestOf(stored: string | null | undefined): RecordedResult | null {
  return stored === null || stored === undefined ? null : (JSON.parse(stored) as RecordedResult);
}

/** Members that are not stored are null; headers of the reply are never stored. */
export function resultOf(row: CheckRow): RecordedResult {
  const { input_tokens: inputTokens, output_tokens: outputTokens } = row;
  return {
    slot: row.slot,
    kind: kindCodes.toWord(row.flags % inMaintenance),
    maintenance: (row.flags & inMaintenance) !== 0,
    ...((row.flags & whileStalled) !== 0 && { stalled: true as const }),
    startedAt: row.slot + row.delay,
    durationMs: row.duration,
    firstTokenMs: row.first_token,
    ...(row.speed !== null && { speed: decodeSpeed(row.speed) }),
    outcome: outcomeCodes.toWord(row.outcome),
    reason: reasonCodes.toWord(row.reason),
    detail: row.detail,
    httpStatus: row.http === null ? null : row.http + usualStatus,
    // Written by `detailValues`, and validated by an import.
    phases: row.phases === null ? {} : (JSON.parse(row.phases) as Phases),
    ...(row.cost !== null && { costNanos: row.cost }),
    usage: inputTokens === null || outputTokens === null ? null : { inputTokens, outputTokens },
    response: row.response,
    responseModel: row.response_model,
    systemFingerprint: null,
    retryAfterMs: null,
    rateLimitRemaining: {},
    certificateExpiresAt: null,
    keyIndex: row.key_index,
  };
}
