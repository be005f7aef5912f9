import { keysOf } from './table.js';

/** Outcomes of one check. */
export const outcomes = ['healthy', 'degraded', 'unhealthy', 'unknown'] as const;
export type Outcome = (typeof outcomes)[number];

/** Who has to act. */
export const blames = ['provider', 'account', 'config', 'network', 'monitor'] as const;
export type Blame = (typeof blames)[number];

interface ReasonFacts {
  /** Number in the store; never reused, never renumbered. */
  readonly code: number;
  readonly outcome: Outcome;
  readonly blame: Blame | null;
}

/** The closed list of reasons with their default outcomes, which a model may override. */
export const reasonTable = {
  ok: { code: 0, outcome: 'healthy', blame: null },
  output_truncated: { code: 1, outcome: 'healthy', blame: 'monitor' },
  slow: { code: 2, outcome: 'degraded', blame: 'provider' },
  rate_limited: { code: 3, outcome: 'degraded', blame: 'account' },
  content_filtered: { code: 4, outcome: 'degraded', blame: 'provider' },
  unexpected_answer: { code: 5, outcome: 'degraded', blame: 'provider' },
  model_mismatch: { code: 6, outcome: 'degraded', blame: 'provider' },
  dns_error: { code: 7, outcome: 'unhealthy', blame: 'network' },
  connect_error: { code: 8, outcome: 'unhealthy', blame: 'network' },
  tls_error: { code: 9, outcome: 'unhealthy', blame: 'network' },
  connection_lost: { code: 10, outcome: 'unhealthy', blame: 'network' },
  timeout: { code: 11, outcome: 'unhealthy', blame: 'provider' },
  auth_failed: { code: 12, outcome: 'unhealthy', blame: 'account' },
  permission_denied: { code: 13, outcome: 'unhealthy', blame: 'account' },
  quota_exhausted: { code: 14, outcome: 'unhealthy', blame: 'account' },
  model_not_found: { code: 15, outcome: 'unhealthy', blame: 'config' },
  endpoint_not_found: { code: 16, outcome: 'unhealthy', blame: 'config' },
  overloaded: { code: 17, outcome: 'unhealthy', blame: 'provider' },
  server_error: { code: 18, outcome: 'unhealthy', blame: 'provider' },
  gateway_error: { code: 19, outcome: 'unhealthy', blame: 'provider' },
  error_in_success: { code: 20, outcome: 'unhealthy', blame: 'provider' },
  malformed_response: { code: 21, outcome: 'unhealthy', blame: 'provider' },
  empty_response: { code: 22, outcome: 'unhealthy', blame: 'provider' },
  model_loading: { code: 23, outcome: 'unknown', blame: 'provider' },
  invalid_request: { code: 24, outcome: 'unknown', blame: 'monitor' },
  context_exceeded: { code: 25, outcome: 'unknown', blame: 'monitor' },
  redirected: { code: 26, outcome: 'unknown', blame: 'config' },
  secret_missing: { code: 27, outcome: 'unknown', blame: 'config' },
  blocked_address: { code: 28, outcome: 'unknown', blame: 'config' },
  probe_unsupported: { code: 29, outcome: 'unknown', blame: 'config' },
  budget_spent: { code: 30, outcome: 'unknown', blame: 'monitor' },
  rate_budget: { code: 31, outcome: 'unknown', blame: 'monitor' },
  no_connectivity: { code: 32, outcome: 'unknown', blame: 'monitor' },
  reported_unhealthy: { code: 33, outcome: 'unhealthy', blame: 'provider' },
  health_api_error: { code: 34, outcome: 'unknown', blame: 'monitor' },
  internal_error: { code: 35, outcome: 'unknown', blame: 'monitor' },
  cached_answer: { code: 36, outcome: 'degraded', blame: 'config' },
  capability_ignored: { code: 37, outcome: 'degraded', blame: 'provider' },
  context_truncated: { code: 38, outcome: 'degraded', blame: 'config' },
} as const satisfies Record<string, ReasonFacts>;

export type Reason = keyof typeof reasonTable;
export const reasons = keysOf(reasonTable);

/**
 * Causes of unknown that no check returns. `not_watched`: no check ran, or it ran too late; `paused`: paused by the
 * configuration or an operator; `not_yet`: no conclusive result since the model was first seen.
 */
export const unknownCauseTable = {
  not_watched: { code: 100, blame: 'monitor' },
  paused: { code: 101, blame: null },
  not_yet: { code: 102, blame: null },
} as const satisfies Record<string, Omit<ReasonFacts, 'outcome'>>;

type UnknownCause = keyof typeof unknownCauseTable;
export const unknownCauses = keysOf(unknownCauseTable);

/** Reason of a state: the reason of a result or, for unknown, a cause outside the results. */
export type StateReason = Reason | UnknownCause;
export const stateReasons: readonly StateReason[] = [...reasons, ...unknownCauses];

const stateReasonTable: Readonly<Record<StateReason, { readonly blame: Blame | null }>> = {
  ...reasonTable,
  ...unknownCauseTable,
};

/** Who has to act on `reason`; null when no action is needed. */
export function blameFor(reason: StateReason): Blame | null {
  return stateReasonTable[reason].blame;
}

/** The outcome of `reason` for a model with these overrides. */
export function outcomeFor(reason: Reason, overrides: Readonly<Partial<Record<Reason, Outcome>>>): Outcome {
  return overrides[reason] ?? reasonTable[reason].outcome;
}
