import type { Outcome, Reason } from './reason.js';
import type { CheckResult } from './result.js';

/** The API keys of a model with several keys, used in rotation. Positions count from 0 here and from 1 in all output. */
export interface Keys {
  /** By position: whether the key was accepted at its last use; null while unknown. */
  readonly healthy: readonly (boolean | null)[];
  /** Position of the key used last; -1 before the first check. */
  readonly last: number;
  /** By position, keyed digests of the keys that `healthy` is about: the memory outlives the keys. Never shown, in no export. */
  readonly digests?: readonly string[];
}

/** Reasons for which a provider refuses the key rather than the model. */
const refusals: ReadonlySet<Reason> = new Set(['auth_failed', 'permission_denied', 'quota_exhausted']);

/** True where a provider refuses the key rather than the model. */
export const isRefusal = (reason: Reason): boolean => refusals.has(reason);

const ofKey = (reason: Reason): boolean => refusals.has(reason) || reason === 'rate_limited';

/** Null for fewer than two keys. */
export function newKeys(count: number): Keys | null {
  return count < 2 ? null : { healthy: Array.from({ length: count }, () => null), last: -1 };
}

/** Position of the key for the next check. The recheck of a refused key prefers an untried key over the same one. */
export function keyFor({ healthy, last }: Keys, recheck: boolean): number {
  const next = (last + 1) % healthy.length;
  if (!recheck || healthy[last] !== false) return next;
  const untried = healthy.indexOf(null);
  return untried === -1 ? last : untried;
}

/** Key health after a check. */
export function keysAfter(
  keys: Keys,
  { keyIndex, outcome, reason }: Pick<CheckResult, 'keyIndex' | 'outcome' | 'reason'>,
): Keys {
  if (keyIndex === null || keyIndex >= keys.healthy.length) return keys;
  const accepted = (outcome === 'healthy' || outcome === 'degraded') && !ofKey(reason);
  const healthy = refusals.has(reason) ? false : accepted || (keys.healthy[keyIndex] ?? null);
  return { ...keys, healthy: keys.healthy.with(keyIndex, healthy), last: keyIndex };
}

/**
 * Adds the position of a refused key to the detail. Changes unhealthy to degraded while another key is accepted, unless
 * `outcomes` of the model sets the outcome.
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

/** Key health after a restart: a key has that of its position only if the digests say that it is the same key. */
export function keysKnown(keys: Keys, digests: readonly string[]): Keys {
  const healthy = digests.map((digest, index) =>
    digest === keys.digests?.[index] ? (keys.healthy[index] ?? null) : null,
  );
  return { healthy, last: Math.min(keys.last, digests.length - 1), digests };
}

/** Key health after a change of the keys, without digests: keys at an unchanged position keep theirs. */
export function keysKept(
  keys: Keys | null,
  before: readonly string[],
  after: readonly string[],
): Keys | null {
  const fresh = newKeys(after.length);
  if (keys === null || fresh === null) return fresh;
  if (before.length === after.length && after.every((key, index) => key === before[index])) return keys;
  const healthy = after.map((key, index) => (key === before[index] ? (keys.healthy[index] ?? null) : null));
  return { healthy, last: Math.min(keys.last, after.length - 1) };
}
