import type { Model } from './model.js';
import type { CheckResult } from './result.js';

/**
 * One attempt to get an answer from a model: exactly one request, never retried inside. Resolves within the model's
 * timeout or soon after `signal` aborts, and never rejects. `key` is the position of the API key to use; without it the
 * keys rotate.
 */
export type Check = (model: Model, signal: AbortSignal, key?: number) => Promise<CheckResult>;

/** A result before the monitor's own network is ruled out as the cause. */
export interface Found extends CheckResult {
  /** Set when no request was sent because the token endpoint returned no token; `reason` is then the endpoint's. */
  readonly tokenEndpoint?: Pick<CheckResult, 'httpStatus' | 'phases'> & { readonly machine: string };
  /** Set when the reply is that of a proxy, which looks into TLS or which nobody configured, and which did not reach the model. */
  readonly intercepted?: boolean;
}

/** A check whose failures may be caused by the monitor's own network. */
export type Ask = (model: Model, signal: AbortSignal, key?: number) => Promise<Found>;

/** Why a slot ended without a result. */
export const missCauses = ['overlap', 'capacity', 'stopped', 'loop_blocked', 'down'] as const;
export type MissCause = (typeof missCauses)[number];
