import type { Health } from './health.js';
import type { RecordedResult } from './result.js';

/**
 * Unix ms at which a failure is to be looked at again: `recheckAfterMs` after its end, or when the provider's
 * Retry-After is over, whichever is later. Null when it needs no confirmation, or had its recheck.
 */
export function recheckAt(
  health: Health,
  result: RecordedResult,
  endedAt: number,
  recheckAfterMs: number,
): number | null {
  const unconfirmed = result.outcome === 'unhealthy' && health.belief !== 'down' && !result.maintenance;
  if (!unconfirmed || result.kind === 'recheck') return null;
  return endedAt + Math.max(recheckAfterMs, result.retryAfterMs ?? 0);
}
