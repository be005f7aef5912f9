import type { CheckResult } from './result.js';

/** What a reply tells besides its result; it holds until a later reply tells it again, for a failed check often cannot. */
export interface Told {
  /** Unix ms at which the peer's certificate expires; null while none was seen. */
  readonly certificateExpiresAt: number | null;
  readonly rateLimitRemaining: CheckResult['rateLimitRemaining'];
}

export const nothingTold: Told = { certificateExpiresAt: null, rateLimitRemaining: {} };

/** Adds what a result tells. Members may be absent in one from an imported history. */
export function withTold(before: Told, seen: Partial<Told>): Told {
  return {
    certificateExpiresAt: seen.certificateExpiresAt ?? before.certificateExpiresAt,
    rateLimitRemaining: { ...before.rateLimitRemaining, ...seen.rateLimitRemaining },
  };
}
