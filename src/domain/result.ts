import type { Announced } from './announced.js';
import type { Headroom } from './headroom.js';
import type { DeadFamily } from './model-note.js';
import type { Outcome, Reason } from './reason.js';
import type { Speed } from './speed.js';
import type { Slot } from './time.js';
import type { SeenVector } from './vector.js';

/** Milliseconds per phase of a request; phases that did not happen are absent. */
export interface Phases {
  readonly dns?: number;
  readonly tcp?: number;
  readonly tls?: number;
  readonly request?: number;
  readonly first_byte?: number;
  readonly download?: number;
}
export const phaseNames = ['dns', 'tcp', 'tls', 'request', 'first_byte', 'download'] as const;

/** Maximum tokens of one check; a larger value is not a count. */
export const mostTokens = 1_000_000_000;

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Result of one attempt. Holds no secret: text is bounded and redacted where it is made. */
export interface CheckResult {
  /** Unix time in ms at which the attempt began. */
  readonly startedAt: number;
  /** ms from the call to the last byte; null when nothing was sent or the monitor stalled. */
  readonly durationMs: number | null;
  /** ms to the first chunk with text or reasoning; null unless streamed. */
  readonly firstTokenMs: number | null;
  /** Set for a streamed answer, unless the monitor stalled. */
  readonly speed?: Speed;
  readonly outcome: Outcome;
  readonly reason: Reason;
  /** Bounded, redacted, one line; null when there is nothing to add to the reason. */
  readonly detail: string | null;
  readonly httpStatus: number | null;
  readonly phases: Phases;
  readonly usage: Usage | null;
  /** Cost in billionths of the currency of the model, at the price of that time; absent or null while it is not known. */
  readonly costNanos?: number | null;
  /** Bounded answer text; null when there was none. */
  readonly response: string | null;
  /** Model name in the reply. */
  readonly responseModel: string | null;
  /** Build identifier in the reply; published only as a version change. */
  readonly systemFingerprint: string | null;
  /** Retry-After of the provider: ms from the end of the attempt. */
  readonly retryAfterMs: number | null;
  readonly rateLimitRemaining: { readonly requests?: number; readonly tokens?: number };
  /** The provider's limits that the reply tells; absent without any. */
  readonly headroom?: Headroom;
  /** Unix time in ms at which the peer's certificate expires. */
  readonly certificateExpiresAt: number | null;
  /** Position of the API key that was used; null without keys. */
  readonly keyIndex: number | null;
  /** The vector of an embedding in short, where it is compared with the first one; published only as a version change. */
  readonly vector?: SeenVector;
  /** What the reply announced of its own end; not kept with the result, and absent for nothing. */
  readonly announced?: Announced;
  /** An address family that did not answer while the other one did; not kept with the result, and absent for none. */
  readonly deadFamily?: DeadFamily;
  /** Set when the monitor stalled during the attempt: latency and slowness cannot be measured. */
  readonly stalled?: true;
}

/** Why a check ran: by schedule, to confirm a result, or on request. */
export const checkKinds = ['scheduled', 'recheck', 'manual'] as const;
export type CheckKind = (typeof checkKinds)[number];

/** A result with its place on the model's time line. */
export interface RecordedResult extends CheckResult {
  /** Scheduled time of the result; strictly increasing per model. */
  readonly slot: Slot;
  readonly kind: CheckKind;
  /** True during maintenance: the result is listed, but is not counted and does not change the state. */
  readonly maintenance: boolean;
}

/** A result of an attempt that was never sent. */
export function notSent(
  startedAt: number,
  reason: Reason,
  outcome: Outcome,
  detail: string | null,
): CheckResult {
  return {
    startedAt,
    durationMs: null,
    firstTokenMs: null,
    outcome,
    reason,
    detail,
    httpStatus: null,
    phases: {},
    usage: null,
    response: null,
    responseModel: null,
    systemFingerprint: null,
    retryAfterMs: null,
    rateLimitRemaining: {},
    certificateExpiresAt: null,
    keyIndex: null,
  };
}
