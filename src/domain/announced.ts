import type { Outcome } from './reason.js';

/** What a reply announces of its own end in headers: `Deprecation` (RFC 9745) and `Sunset` (RFC 8594). Times in Unix ms. */
export interface Announced {
  /** Null where nothing is deprecated; `since` is null where the reply does not tell it. */
  readonly deprecated: { readonly since: number | null } | null;
  /** When the address is expected to stop answering; null where the reply does not tell it. */
  readonly sunsetAt: number | null;
}

/** The newest announcement, which holds until a good reply comes without it: a refusal may come from a gateway that adds none. */
export function announcedAfter(
  before: Announced | null,
  {
    announced,
    outcome,
    httpStatus,
  }: { readonly announced?: Announced; readonly outcome: Outcome; readonly httpStatus: number | null },
): Announced | null {
  if (announced !== undefined) return announced;
  return httpStatus !== null && (outcome === 'healthy' || outcome === 'degraded') ? null : before;
}
