import type { Outcome, Reason } from './reason.js';
import type { Slot } from './time.js';

/** Milliseconds each phase of a request took; only those that happened. */
export interface Phases {
  readonly dns?: number;
  readonly tcp?: number;
  readonly tls?: number;
  readonly request?: number;
  readonly first_byte?: number;
  readonly download?: number;
}
export const phaseNames = ['dns', 'tcp', 'tls', 'request', 'first_byte', 'download'] as const;

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What one attempt found. Nothing in it holds a secret: text is bounded and redacted where it is made. */
export interface CheckResult {
  /** Unix time in ms at which the attempt began. */
  readonly startedAt: number;
  /** ms from the call to the last byte; null when nothing was sent, or the monitor stood still. */
  readonly durationMs: number | null;
  /** ms to the first chunk with text or reasoning; null unless streamed. */
  readonly firstTokenMs: number | null;
  readonly outcome: Outcome;
  readonly reason: Reason;
  /** Bounded, redacted, one line; null when there is nothing to add to the reason. */
  readonly detail: string | null;
  readonly httpStatus: number | null;
  readonly phases: Phases;
  readonly usage: Usage | null;
  /** Bounded answer text; null when there was none. */
  readonly response: string | null;
  /** The model name the reply carries. */
  readonly responseModel: string | null;
  /** What the reply names the build that answered; shown to nobody but as a change. */
  readonly systemFingerprint: string | null;
  /** ms after the end of the attempt during which the provider asks not to be called. */
  readonly retryAfterMs: number | null;
  readonly rateLimitRemaining: { readonly requests?: number; readonly tokens?: number };
  /** Unix time in ms at which the peer's certificate expires. */
  readonly certificateExpiresAt: number | null;
  /** Position of the API key that was used; null without keys. */
  readonly keyIndex: number | null;
  /** Set when the monitor stood still meanwhile: there is no latency, and no telling whether it was slow. */
  readonly stalled?: true;
}

/** Why a check ran: its slot came, a failure wanted confirming, or somebody asked. */
export const checkKinds = ['scheduled', 'recheck', 'manual'] as const;
export type CheckKind = (typeof checkKinds)[number];

/** A result with its place on the model's time line. */
export interface RecordedResult extends CheckResult {
  /** The time the result stands for; strictly increasing per model. */
  readonly slot: Slot;
  readonly kind: CheckKind;
  /** True inside a maintenance window: listed, but neither counted nor believed. */
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
