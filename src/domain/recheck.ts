import type { Health } from './health.js';
import type { RecordedResult } from './result.js';

/** A failure of a model that is not down, or a success of one that was down before nothing was known of it. */
function isUnconfirmed({ belief, validUntil }: Health, { slot, outcome }: RecordedResult): boolean {
  switch (outcome) {
    case 'unhealthy':
      return belief !== 'down';
    case 'healthy':
    case 'degraded':
      return belief === 'down' && validUntil <= slot;
    case 'unknown':
      return false;
  }
}

/**
 * Unix ms at which a result is to be looked at again: `recheckAfterMs` after its end, or when the provider's
 * Retry-After is over, whichever is later. Null when it needs no confirmation, or had its recheck.
 */
export function recheckAt(
  health: Health,
  result: RecordedResult,
  endedAt: number,
  recheckAfterMs: number,
): number | null {
  if (result.maintenance || result.kind === 'recheck' || !isUnconfirmed(health, result)) return null;
  return endedAt + Math.max(recheckAfterMs, result.retryAfterMs ?? 0);
}
