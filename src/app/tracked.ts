import type { BucketCounts, ModelView, UptimeWindow } from '../domain/view.js';
import type { Epoch } from '../domain/epoch.js';
import { healthFrom, withPause, type Health } from '../domain/health.js';
import { subjectOf, type Model } from '../domain/model.js';
import { keysKept, newKeys, type Keys } from '../domain/keys.js';
import type { Outcome, Reason, StateReason } from '../domain/reason.js';
import { noVersions, type Versions } from '../domain/version.js';
import type { State } from '../domain/state.js';
import type { Uptime } from '../domain/uptime.js';
import type { StoredModel } from '../store/port.js';
import { createBuckets, durationBounds, firstTokenBounds } from '../domain/buckets.js';
import { nothingPending, type Pending } from './pending.js';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What the store keeps of a model between two runs of the daemon. */
export interface Memory extends Versions {
  readonly health: Health;
  readonly epochs: readonly [Epoch, ...Epoch[]];
  /** What is asked; results about another subject do not confirm each other. */
  readonly subject: string;
  /** Reason of the newest result that is not unknown. */
  readonly conclusive: Reason | null;
  /** Null where there are not several. */
  readonly keys: Keys | null;
  /** It was not checked when this was written: no slot of that time was missed. */
  readonly paused: boolean;
  /** An operator paused it; holds until an operator resumes it, across restarts and reloads. */
  readonly pausedByOperator: boolean;
}

/** One model as the daemon follows it: what has been seen (`memory`), what is to be written, and what is shown (`view`). */
export interface Tracked {
  memory: Memory;
  /** The model as the configuration has it. */
  configured: Model;
  watermark: number | null;
  /** Null while there is nothing to write, which is most of the time. */
  pending: Pending | null;
  /** State that was last told to others. */
  announced: {
    state: State;
    reason: StateReason | null;
    /** Unix ms until which silence does not change it. */ until: number;
  };
  readonly view: Mutable<ModelView> & { results: Totals };
  readonly totals: Map<string, { outcome: Outcome; reason: Reason; count: number }>;
}
type Totals = { outcome: Outcome; reason: Reason; count: number }[];

const unknownUptime: Uptime = { uptime: null, coverage: null };
const noUptime: Record<UptimeWindow, Uptime> = {
  '24h': unknownUptime,
  '7d': unknownUptime,
  '30d': unknownUptime,
  '90d': unknownUptime,
};
const streams = (model: Model): boolean => model.probe === 'chat_stream';
const firstTokenBuckets = (model: Model): BucketCounts | null =>
  streams(model) ? createBuckets(firstTokenBounds) : null;

/** Where what is to be written of the model gathers. */
export function pendingOf(tracked: Tracked): Pending {
  return (tracked.pending ??= nothingPending());
}

/** Follows a model from what the store remembers of it. */
export function follow(
  model: Model,
  stored: StoredModel,
  epoch: Epoch,
  nextDue: (id: string) => number | null,
): Tracked {
  const remembered = stored.health as Memory | null;
  const known = healthFrom(remembered?.health, stored.firstSeen);
  // What an earlier release did not remember is as for a new model.
  const memory: Memory = {
    ...noVersions,
    epochs: [epoch] as const,
    subject: subjectOf(model),
    conclusive: null,
    keys: null,
    paused: false,
    pausedByOperator: false,
    ...remembered,
    health: epoch.paused && remembered === null ? withPause(known, stored.firstSeen) : known,
  };
  const count = model.endpoint.apiKeys.length;
  const keys = memory.keys?.healthy.length === count ? memory.keys : newKeys(count);
  const pending = remembered === null ? nothingPending() : null;
  if (pending !== null) {
    pending.points.push({ from: stored.firstSeen, state: 'unknown', reason: memory.health.reason });
    pending.epochs.push(epoch);
  }
  const { health } = memory;
  const results = stored.totals.results.map((total) => ({ ...total }));
  const tracked: Tracked = {
    memory: { ...memory, keys },
    configured: model,
    watermark: memory.paused ? null : stored.watermark,
    pending,
    announced: { state: health.state, reason: health.reason, until: 0 },
    totals: new Map(results.map((total) => [`${total.outcome} ${total.reason}`, total])),
    view: {
      key: stored.key,
      model,
      pausedBy: null,
      health,
      stored: health,
      exclusions: [],
      latest: stored.latest,
      latestConclusive: memory.conclusive === null ? null : { reason: memory.conclusive },
      lastSuccess: stored.lastSuccess,
      results,
      inputTokens: stored.totals.inputTokens,
      outputTokens: stored.totals.outputTokens,
      versionChanges: stored.totals.versionChanges,
      tokensToday: { day: 0, tokens: 0 },
      durations: createBuckets(durationBounds),
      firstTokens: firstTokenBuckets(model),
      rateLimitRemaining: {},
      certificateExpiresAt: null,
      keys: keys?.healthy ?? [],
      uptime: noUptime,
      nextDue: () => nextDue(tracked.view.model.id),
    },
  };
  return tracked;
}

/** The model in force: the configured one, paused where an operator paused it. */
export function inForce(configured: Model, { pausedByOperator }: Memory): Model {
  return pausedByOperator && !configured.pause ? { ...configured, pause: true } : configured;
}

/** Shows the model under a new configuration; `model` is what of it is in force. */
export function reconfigure(tracked: Tracked, configured: Model, model: Model): void {
  const { memory, view } = tracked;
  const keys = keysKept(memory.keys, view.model.endpoint.apiKeys, model.endpoint.apiKeys);
  tracked.memory = { ...memory, keys };
  view.keys = keys?.healthy ?? [];
  if (streams(model) !== streams(view.model)) view.firstTokens = firstTokenBuckets(model);
  view.model = model;
  view.pausedBy = configured.pause ? 'configuration' : model.pause ? 'operator' : null;
  tracked.configured = configured;
}

/** Tokens that are known to have been used in that UTC day, today's of before a restart included. */
export function countTokens({ view }: Tracked, day: number, tokens: number): void {
  const seen = view.tokensToday.day === day ? view.tokensToday.tokens : 0;
  view.tokensToday = { day, tokens: Math.max(seen, tokens) };
}
