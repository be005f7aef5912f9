import type { Announced } from './announced.js';
import type { DayTokens } from './budget.js';
import type { Balance } from './balance.js';
import type { Cost, MonthCost } from './cost.js';
import type { ExcludedPeriod } from './exclusion.js';
import type { Headroom } from './headroom.js';
import type { Health } from './health.js';
import { isInForce, type OpenAcknowledgement } from './incident.js';
import type { ModelNote } from './model-note.js';
import type { Model } from './model.js';
import { nextShownEdge, shownAt, type OtherProbe, type Shown } from './probes.js';
import type { Outcome, Reason } from './reason.js';
import type { RecordedResult } from './result.js';
import { tokensPerSecond } from './speed.js';
import type { BudgetUse, Uptime } from './uptime.js';

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

/** A probe of a model beside its own. */
export interface ProbeView {
  readonly name: string;
  readonly view: ModelView;
}

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
  /** As last read; it may be over, or of an incident that is closed. */
  readonly acknowledged: OpenAcknowledgement | null;
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
  /** What checks have cost; null while nothing is known. */
  readonly cost: Cost | null;
  /** What counts for the budget of the month; null before the first check under one. */
  readonly monthCost: MonthCost | null;
  /** Seconds. Since start only. */
  readonly durations: BucketCounts;
  /** Null unless the probe streams. */
  readonly firstTokens: BucketCounts | null;
  /** Tokens per second; null unless the probe streams. */
  readonly throughput: BucketCounts | null;
  /** Seconds of the longest gap in an answer; null unless the probe streams. */
  readonly gaps: BucketCounts | null;
  readonly rateLimitRemaining: { readonly requests?: number; readonly tokens?: number };
  /** Balances of the accounts of its keys; absent unless they are watched. */
  readonly balances?: readonly Balance[];
  /** As the newest replies told it; a limit that is reset since then no longer counts. */
  readonly headroom: Headroom;
  readonly certificateExpiresAt: number | null;
  /** What replies announce of their own end. */
  readonly announced: Announced | null;
  /** What is odd and changes no state. */
  readonly notes: readonly ModelNote[];
  /** Health of each API key by position; empty for fewer than two keys. */
  readonly keys: readonly (boolean | null)[];
  readonly uptime: Readonly<Record<UptimeWindow, Uptime>>;
  /** As if only the provider could be down (`providerUptimeOf`). */
  readonly providerUptime: Readonly<Record<UptimeWindow, Uptime>>;
  /** Of the last 30 days, as of the newest read of the uptime; null without an objective, and while it is not known. */
  readonly errorBudget: BudgetUse | null;
  /** Its probes beside its own, in the order of the configuration. Filled by `app/probe-links.ts`. */
  readonly probes: ProbeView[];
  /** Unix ms of the next check, a recheck included; null when none is planned. */
  nextDue(): number | null;
}

/** What is not of results: others than the recorder compute it. */
export type ComputedParts = Partial<
  Pick<
    ModelView,
    'exclusions' | 'acknowledged' | 'uptime' | 'providerUptime' | 'errorBudget' | 'tokensToday' | 'balances'
  >
>;

const healthsOf = (probes: ModelView['probes']): readonly OtherProbe[] =>
  probes.map(({ name, view: { health } }) => ({ name, health }));

/** The state that is shown of a model at `now`: the worst of its probes. */
export const shownState = ({ health, probes }: Pick<ModelView, 'health' | 'probes'>, now: number): Shown =>
  shownAt(health, probes.length === 0 ? [] : healthsOf(probes), now);

/** Unix ms after `now` at which that state may next change without a result. */
export const shownUntil = ({ health, probes }: Pick<ModelView, 'health' | 'probes'>, now: number): number =>
  nextShownEdge(health, healthsOf(probes), now);

/**
 * True while nobody expects the model to work: it is paused, or in maintenance, of which an exclusion is one kind. Lasts until the
 * first result afterwards, which shows how it is.
 */
export function isResting({ health, exclusions, pausedBy }: ModelView, now: number): boolean {
  const { windows, pauses, settled } = health;
  if (pausedBy !== null || exclusions.some(({ from, to }) => from <= now && now < to)) return true;
  return [...windows, ...pauses].some(({ from, to }) => from <= now && (to ?? Infinity) > settled);
}

/** The acknowledgement of the open incident while it is in force at `now`. */
export function acknowledgedAt(
  { health, acknowledged }: Pick<ModelView, 'health' | 'acknowledged'>,
  now: number,
): OpenAcknowledgement | null {
  const { incident } = health;
  const isOfIncident = incident?.closedAt === null && acknowledged?.openedAt === incident.openedAt;
  return isOfIncident && isInForce(acknowledged, now) ? acknowledged : null;
}

/** Upper bounds in seconds for a whole check. */
export const durationBounds = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 60, 120] as const;
/** Upper bounds in seconds for the first token. */
export const firstTokenBounds = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 30] as const;

/** Upper bounds in tokens per second: few, since each is a series of each streaming model. */
const throughputBounds = [10, 25, 50, 100, 200] as const;
/** Upper bounds in seconds for the longest gap in an answer. */
const gapBounds = [0.25, 0.5, 1, 2, 5] as const;

/** Empty counts over ascending upper bounds. */
export function createBuckets(bounds: readonly number[]): BucketCounts {
  return { bounds, counts: new Float64Array(bounds.length + 1), sum: 0 };
}

/** Counts one observation; a bound includes itself, as Prometheus' `le` does. */
export function observeIn(buckets: BucketCounts, value: number): void {
  const found = buckets.bounds.findIndex((bound) => value <= bound);
  const index = found === -1 ? buckets.bounds.length : found;
  buckets.counts[index] = (buckets.counts[index] ?? 0) + 1;
  buckets.sum += value;
}

export const streams = ({ probe }: Model): boolean => probe === 'chat_stream';

/** What is counted of streams. */
type StreamBuckets = Pick<ModelView, 'firstTokens' | 'throughput' | 'gaps'>;

/** Null for a model whose replies are not streamed. */
export function streamBuckets(model: Model): StreamBuckets {
  if (!streams(model)) return { firstTokens: null, throughput: null, gaps: null };
  return {
    firstTokens: createBuckets(firstTokenBounds),
    throughput: createBuckets(throughputBounds),
    gaps: createBuckets(gapBounds),
  };
}

/** Counts what was measured of a streamed answer. */
export function observeStream(
  { firstTokens, throughput, gaps }: StreamBuckets,
  result: RecordedResult,
): void {
  const observe = (buckets: BucketCounts | null, value: number | null): void => {
    if (buckets !== null && value !== null) observeIn(buckets, value);
  };
  const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);
  observe(firstTokens, seconds(result.firstTokenMs));
  observe(throughput, tokensPerSecond(result));
  observe(gaps, seconds(result.speed?.gapMs ?? null));
}
