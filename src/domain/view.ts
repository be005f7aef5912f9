import type { DayTokens } from './budget.js';
import type { ExcludedPeriod } from './exclusion.js';
import type { Health } from './health.js';
import type { Model } from './model.js';
import type { Outcome, Reason } from './reason.js';
import type { RecordedResult } from './result.js';
import type { Uptime } from './uptime.js';

export const uptimeWindows = { '24h': 1, '7d': 7, '30d': 30, '90d': 90 } as const;
export type UptimeWindow = keyof typeof uptimeWindows;

const unknownUptime: Uptime = { uptime: null, coverage: null };
/** Uptime before the first read from the store. */
export const noUptime: Readonly<Record<UptimeWindow, Uptime>> = {
  '24h': unknownUptime,
  '7d': unknownUptime,
  '30d': unknownUptime,
  '90d': unknownUptime,
};

/** Cumulative counts over fixed upper bounds, as Prometheus has them; the last count is +Inf. */
export interface BucketCounts {
  readonly bounds: readonly number[];
  /** Not cumulative: one per bound and one above the last. */
  readonly counts: Float64Array;
  sum: number;
}

export const pausers = ['configuration', 'operator'] as const;
type PausedBy = (typeof pausers)[number];

/** One model as the read side shows it. Contains recorded results only. */
export interface ModelView {
  readonly key: number;
  /** The current model; `pause` is also true when an operator paused it. */
  readonly model: Model;
  /** Who paused the model; null while it is checked. */
  readonly pausedBy: PausedBy | null;
  readonly health: Health;
  /** Health at the last successful write; the end of the stored time line. */
  readonly stored: Health;
  /** Exclusions by operators, sorted by start. */
  readonly exclusions: readonly ExcludedPeriod[];
  /** Newest result of any outcome. */
  readonly latest: RecordedResult | null;
  /** Newest result that is not `unknown`; the source of `model_status_info`. */
  readonly latestConclusive: { readonly reason: Reason } | null;
  /** Slot of the newest success. */
  readonly lastSuccess: number | null;
  /** All-time counts outside maintenance, by `outcome` and `reason`. */
  readonly results: readonly { readonly outcome: Outcome; readonly reason: Reason; readonly count: number }[];
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly versionChanges: number;
  readonly tokensToday: DayTokens;
  /** Seconds. Since start only. */
  readonly durations: BucketCounts;
  /** Null unless the probe streams. */
  readonly firstTokens: BucketCounts | null;
  readonly rateLimitRemaining: { readonly requests?: number; readonly tokens?: number };
  readonly certificateExpiresAt: number | null;
  /** Health of each API key by position; empty for fewer than two keys. */
  readonly keys: readonly (boolean | null)[];
  readonly uptime: Readonly<Record<UptimeWindow, Uptime>>;
  /** Unix ms of the next check, a recheck included; null when none is planned. */
  nextDue(): number | null;
}

/** Upper bounds in seconds for a whole check. */
export const durationBounds = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 60, 120] as const;
/** Upper bounds in seconds for the first token. */
export const firstTokenBounds = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 30] as const;

/** Empty counts over ascending upper bounds. */
export function createBuckets(bounds: readonly number[]): BucketCounts {
  return { bounds, counts: new Float64Array(bounds.length + 1), sum: 0 };
}

/** Counts one observation; a bound includes itself, as Prometheus' `le` does. */
export function observeSeconds(buckets: BucketCounts, seconds: number): void {
  const found = buckets.bounds.findIndex((bound) => seconds <= bound);
  const index = found === -1 ? buckets.bounds.length : found;
  buckets.counts[index] = (buckets.counts[index] ?? 0) + 1;
  buckets.sum += seconds;
}

export const streams = ({ probe }: Model): boolean => probe === 'chat_stream';

/** Null for a model whose replies are not streamed. */
export const firstTokenBuckets = (model: Model): BucketCounts | null =>
  streams(model) ? createBuckets(firstTokenBounds) : null;
