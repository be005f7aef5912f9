import type { Headroom } from './headroom.js';
import type { CheckResult } from './result.js';

/** What a reply tells besides its result; it holds until a later reply tells it again, for a failed check often cannot. */
export interface Told {
  /** Unix ms at which the peer's certificate expires; null while none was seen. */
  readonly certificateExpiresAt: number | null;
  readonly rateLimitRemaining: CheckResult['rateLimitRemaining'];
  readonly headroom: Headroom;
}

export const nothingTold: Told = { certificateExpiresAt: null, rateLimitRemaining: {}, headroom: {} };

/** Adds what a result tells. Members may be absent in one from an imported history. */
export function withTold(before: Told, seen: Partial<Told>): Told {
  return {
    certificateExpiresAt: seen.certificateExpiresAt ?? before.certificateExpiresAt,
    rateLimitRemaining: { ...before.rateLimitRemaining, ...seen.rateLimitRemaining },
    headroom: { ...before.headroom, ...seen.headroom },
  };
}
