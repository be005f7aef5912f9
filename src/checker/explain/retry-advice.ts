import type { IncomingHttpHeaders } from 'node:http';
import type { Reason } from '../../domain/reason.js';

/** Whether the same request may succeed later, and after how many ms its sender is asked to try. */
export interface RetryAdvice {
  readonly helps: boolean;
  /** Null where nobody says when: wait as your own back-off has it. */
  readonly afterMs: number | null;
}

/** Reasons that pass by themselves. */
const passing: ReadonlySet<Reason> = new Set([
  'rate_limited',
  'dns_error',
  'connect_error',
  'connection_lost',
  'timeout',
  'overloaded',
  'server_error',
  'gateway_error',
  'error_in_success',
  'empty_response',
  'model_loading',
]);

/** `x-should-retry`, by which OpenAI and Anthropic tell their clients; null without it. */
function toldBy(headers: IncomingHttpHeaders): boolean | null {
  const told = headers['x-should-retry'];
  return told === 'true' ? true : told === 'false' ? false : null;
}

/** Advice on a failure. A quota that resets at a told time helps then, one without a time does not reset by waiting. */
export function retryAdvice(
  reason: Reason,
  askedMs: number | null,
  headers: IncomingHttpHeaders,
): RetryAdvice {
  if (reason === 'ok') return { helps: false, afterMs: null };
  const byItself = passing.has(reason) || (reason === 'quota_exhausted' && askedMs !== null);
  // A client is told to retry 429s also while the account has no credit.
  const helps = byItself && toldBy(headers) !== false;
  return { helps, afterMs: helps ? askedMs : null };
}
