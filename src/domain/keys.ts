import type { Outcome, Reason } from './reason.js';
import type { CheckResult } from './result.js';

/** The API keys of a model that has several. They take turns; positions count from 0 here, and from 1 in all that is shown. */
export interface Keys {
  /** By position: whether it was accepted when it was used last; null while that is not known. */
  readonly healthy: readonly (boolean | null)[];
  /** The one used last; -1 before the first. */
  readonly last: number;
}

/** What a provider refuses because of the key and not of the model. */
const refusals: ReadonlySet<Reason> = new Set(['auth_failed', 'permission_denied', 'quota_exhausted']);

const ofKey = (reason: Reason): boolean => refusals.has(reason) || reason === 'rate_limited';

/** Null where there are not several. */
export function newKeys(count: number): Keys | null {
  return count < 2 ? null : { healthy: Array.from({ length: count }, () => null), last: -1 };
}

/** Position of the key for the next check. To confirm that a key was refused, one that was never tried tells more than the same one again. */
export function keyFor({ healthy, last }: Keys, recheck: boolean): number {
  const next = (last + 1) % healthy.length;
  if (!recheck || healthy[last] !== false) return next;
  const untried = healthy.indexOf(null);
  return untried === -1 ? last : untried;
}

/** What is known of the keys after a check. */
export function keysAfter(
  keys: Keys,
  { keyIndex, outcome, reason }: Pick<CheckResult, 'keyIndex' | 'outcome' | 'reason'>,
): Keys {
  if (keyIndex === null || keyIndex >= keys.healthy.length) return keys;
  const accepted = (outcome === 'healthy' || outcome === 'degraded') && !ofKey(reason);
  const healthy = refusals.has(reason) ? false : accepted || (keys.healthy[keyIndex] ?? null);
  return { healthy: keys.healthy.with(keyIndex, healthy), last: keyIndex };
}

/**
 * A result in the light of the other keys: it says which key the provider refused, and while another one is known to
 * be accepted that is degraded, unless `outcomes` of the model says what it is.
 */
export function withKey(
  result: CheckResult,
  { healthy }: Keys,
  outcomes: Readonly<Partial<Record<Reason, Outcome>>>,
): CheckResult {
  const { keyIndex, reason } = result;
  if (keyIndex === null || keyIndex >= healthy.length || !ofKey(reason)) return result;
  const position = `key ${keyIndex + 1} of ${healthy.length}`;
  const detail = result.detail === null ? position : `${position}: ${result.detail}`;
  const another = healthy.some((good, index) => good === true && index !== keyIndex);
  const spared = another && result.outcome === 'unhealthy' && outcomes[reason] === undefined;
  return { ...result, detail, outcome: spared ? 'degraded' : result.outcome };
}

/** What still holds when the keys were exchanged: the health of those that stayed where they were. */
export function keysKept(
  keys: Keys | null,
  before: readonly string[],
  after: readonly string[],
): Keys | null {
  const fresh = newKeys(after.length);
  if (keys === null || fresh === null) return fresh;
  const healthy = after.map((key, index) => (key === before[index] ? (keys.healthy[index] ?? null) : null));
  return { healthy, last: Math.min(keys.last, after.length - 1) };
}
