import { epochOf, sameEpoch, withEpoch } from '../domain/epoch.js';
import { periodOf } from '../domain/exclusion.js';
import { withGap, withWindows } from '../domain/health.js';
import { keysKept } from '../domain/keys.js';
import type { Model } from '../domain/model.js';
import type { StateReason } from '../domain/reason.js';
import { rebased } from '../domain/reduce.js';
import type { RecordedResult } from '../domain/result.js';
import type { Interval, State } from '../domain/state.js';
import { nothingTold } from '../domain/told.js';
import { noVersions } from '../domain/version.js';
import {
  createBuckets,
  durationBounds,
  noUptime,
  observeIn,
  observeStream,
  shownState,
  shownUntil,
  streamBuckets,
  streams,
  type ComputedParts,
  type ModelView,
} from '../domain/view.js';
import type { StoredModel } from '../store/port.js';
import { memoryFrom, modelInForce, nothingOdd, readMemory, withBreak, type Memory } from './memory.js';
import { addPending, emptyPending, type Pending, type PendingView, type Publication } from './pending.js';
import { storedSubjectOf } from './stored-subject.js';
import { shownOf } from './shown-memory.js';
import type { MonotonicMs } from '../domain/clock.js';

/**
 * State of one monitored model. It is shared and mutable, but only the functions of this module change it; for other
 * modules its members are readonly.
 */
export interface Tracked {
  /** Memory including unwritten results. */
  readonly memory: Memory;
  /** The model as configured. */
  readonly configured: Model;
  /** Newest slot with a result or counted as missed, Unix ms; null while no slots are expected. */
  readonly watermark: number | null;
  /** Unwritten changes; null for none, which is the usual case. */
  readonly pending: PendingView | null;
  /** State last published. */
  readonly announced: {
    readonly state: State;
    readonly reason: StateReason | null;
    /** Unix ms until which the state does not change without a result. */
    readonly until: number;
  };
  /** Data for metrics and API. */
  readonly view: ModelView;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type Writable = Mutable<Omit<Tracked, 'view' | 'pending'>> & {
  pending: Pending | null;
  readonly view: Mutable<Omit<ModelView, 'results'>> & { results: Mutable<ModelView['results'][number]>[] };
};

/** Casts to the writable form; safe, since only `follow` makes a Tracked. */
const writable = (tracked: Tracked): Writable => tracked as Writable;
const pendingOf = (tracked: Tracked): Pending => (writable(tracked).pending ??= emptyPending());

function remember(tracked: Tracked, changes: Partial<Memory>): void {
  writable(tracked).memory = { ...tracked.memory, ...changes };
}

/** Creates the state of a model from its stored data. Throws StoreError when that is invalid. */
export function follow(model: Model, stored: StoredModel, nextDue: (id: string) => number | null): Tracked {
  const { firstSeen, latest, totals } = stored;
  const remembered = readMemory(stored.health, model.id);
  const epoch = epochOf(model, firstSeen, false);
  const memory = memoryFrom(remembered, { model, epoch, firstSeen, latest });
  const { health } = memory;
  const tracked: Writable = {
    memory,
    configured: model,
    watermark: memory.paused ? null : stored.watermark,
    pending: null,
    announced: { state: health.state, reason: health.reason, until: 0 },
    view: {
      key: stored.key,
      model,
      pausedBy: null,
      health,
      stored: health,
      ...{ exclusions: [], acknowledged: null, probes: [] },
      latest,
      lastSuccess: stored.lastSuccess,
      results: totals.results.map((total) => ({ ...total })),
      inputTokens: totals.inputTokens,
      outputTokens: totals.outputTokens,
      versionChanges: totals.versionChanges,
      tokensToday: memory.spent ?? { day: 0, tokens: 0 },
      durations: createBuckets(durationBounds),
      ...streamBuckets(model),
      ...shownOf(memory),
      ...{ uptime: noUptime, providerUptime: noUptime, errorBudget: null },
      nextDue: () => nextDue(tracked.view.model.id),
    },
  };
  if (remembered === null) {
    pendingOf(tracked).points.push({ from: firstSeen, state: 'unknown', reason: health.reason });
    pendingOf(tracked).epochs.push(epoch);
  }
  return tracked;
}

/** Applies a configuration at `now`; it may be the current one. */
export function configure(
  tracked: Tracked,
  configured: Model,
  now: number,
): { readonly modelChanged: boolean; readonly toWrite: boolean } {
  const { memory, view } = tracked;
  const { health, epochs } = memory;
  const model = modelInForce(configured, memory);
  const before = view.model;
  const subject = storedSubjectOf(model);
  const newRun = subject !== memory.subject;
  const latest = epochs.at(-1) ?? epochs[0];
  // After the newest slot and the previous epoch, even when the clock was set back.
  const epoch = epochOf(model, Math.max(now, health.settled + 1, latest.from + 1), newRun);
  const differs = newRun || !sameEpoch(epoch, latest);
  if (differs) {
    pendingOf(tracked).epochs.push(epoch);
    remember(tracked, { epochs: [...epochs, epoch], health: withEpoch(health, epoch) });
  }
  const keys = keysKept(memory.keys, before.endpoint.apiKeys, model.endpoint.apiKeys);
  remember(tracked, {
    ...(newRun && { ...noVersions, ...nothingTold, ...nothingOdd }),
    subject,
    paused: model.pause,
    keys,
  });
  const own = writable(tracked);
  if (model.pause) own.watermark = null;
  else if (memory.paused) own.watermark = Math.max(now, health.settled);
  own.configured = configured;
  own.view.keys = keys?.healthy ?? [];
  if (streams(model) !== streams(before)) Object.assign(own.view, streamBuckets(model));
  own.view.model = model;
  own.view.pausedBy = configured.pause ? 'configuration' : model.pause ? 'operator' : null;
  const modelChanged = JSON.stringify(model) !== JSON.stringify(before);
  return { modelChanged, toWrite: differs || model.pause !== memory.paused };
}

/** Pauses or resumes the model for an operator at `now`. */
export function pauseByHand(tracked: Tracked, pausedByOperator: boolean, now: number): void {
  remember(tracked, { pausedByOperator });
  configure(tracked, tracked.configured, now);
}

/** Marks a model removed from the registry as not watched, for its last write. */
export function letGo(tracked: Tracked): void {
  writable(tracked).watermark = null;
}

/** Moves the model to a new store, where its key is `key`; its history stays in the old file. */
export function rebase(tracked: Tracked, key: number, now: number): void {
  const own = writable(tracked);
  const health = rebased(tracked.memory.health, now);
  const { publications = [], notices = [] } = own.pending ?? {};
  const pending = { ...emptyPending(), publications, notices };
  pending.epochs = [...tracked.memory.epochs];
  pending.gaps = [...health.gaps];
  remember(tracked, { health });
  own.view.key = key;
  own.view.health = health;
  own.view.stored = health;
  own.pending = pending;
  pending.points.push({ from: now, state: health.state, reason: health.reason });
  for (const window of health.windows) pending.maintenance.set(window.from, window);
  if (health.incident) pending.incidents.set(health.incident.openedAt, health.incident);
}

/** Adds a result at `slot`: the memory after it, and the changes to write and publish. */
export function addRecorded(tracked: Tracked, memory: Memory, gathered: Pending, slot: number): void {
  const own = writable(tracked);
  own.pending = own.pending === null ? gathered : addPending(own.pending, gathered);
  own.memory = memory;
  own.watermark = Math.max(own.watermark ?? 0, slot);
}

/** Records slots up to `lastSlot` without a result. Validity ends at `unwatched`, the first one not checked by the daemon. */
export function addMissed(
  tracked: Tracked,
  { lastSlot, unwatched }: { readonly lastSlot: number; readonly unwatched: number | null },
): void {
  writable(tracked).watermark = Math.max(tracked.watermark ?? 0, lastSlot);
  if (unwatched === null) return;
  const { health } = tracked.memory;
  const cut = withGap(health, unwatched);
  // Unchanged when the slot has a result or a gap already.
  if (cut !== health) pendingOf(tracked).gaps.push(unwatched);
  remember(tracked, { health: cut });
}

/** Adds started maintenance windows or changes their ends; an empty window deletes the one with the same start. */
export function addWindows(tracked: Tracked, windows: readonly Interval[]): void {
  const health = withWindows(tracked.memory.health, windows);
  remember(tracked, { health });
  const byStart = new Map(health.windows.map((window) => [window.from, window]));
  // A new window that starts before the newest slot is cut to start after it; several windows may share an end.
  const byEnd = new Map([...health.windows].reverse().map((window) => [window.to, window]));
  for (const window of windows) {
    const stored = window.to <= window.from ? window : (byStart.get(window.from) ?? byEnd.get(window.to));
    if (stored !== undefined) pendingOf(tracked).maintenance.set(stored.from, stored);
  }
}

/** Stores what a check has shown of keys and of the budget of the month. */
export function note(tracked: Tracked, seen: Partial<Pick<Memory, 'keys' | 'spentMonth'>>): void {
  remember(tracked, seen);
}

/** Takes all unwritten changes; later changes are collected anew. */
export function takePending(tracked: Tracked): Pending {
  const pending = pendingOf(tracked);
  writable(tracked).pending = null;
  return pending;
}

/** Puts back changes whose write failed, before later ones. */
export function putBack(tracked: Tracked, pending: Pending): void {
  const own = writable(tracked);
  own.pending = own.pending === null ? pending : addPending(pending, own.pending);
}

/** Marks a result as waiting for its write since monotonic `now`, unless an older one waits. */
export function waitFrom(tracked: Tracked, now: MonotonicMs): void {
  pendingOf(tracked).waitingSince ??= now;
}

/** Drops the oldest unwritten result, but keeps it in rollups and counters; false if there is none. */
export function giveUpOldest(tracked: Tracked): boolean {
  const dropped = writable(tracked).pending?.results.shift();
  if (dropped !== undefined) addBreak(tracked, { from: dropped.slot, to: dropped.slot + 1 });
  return dropped !== undefined;
}

/** Notes a time of which not everything is stored. */
export function addBreak(tracked: Tracked, time: Interval): void {
  remember(tracked, { breaks: withBreak(tracked.memory.breaks, time) });
}

/** Takes the unpublished results, which are not yet written. */
export function takePublications(tracked: Tracked): readonly Publication[] {
  const { pending } = writable(tracked);
  return pending?.publications.splice(0) ?? [];
}

/** Publishes the memory to the view; `written` is the stored part, null when the write failed. */
export function showMemory(tracked: Tracked, memory: Memory, written: Memory | null): void {
  const { view } = writable(tracked);
  Object.assign(view, shownOf(memory));
  view.health = memory.health;
  if (written !== null) view.stored = written.health;
}

/** Publishes a result to the view and counts it unless in maintenance, with its number of version changes. */
export function showResult(tracked: Tracked, result: RecordedResult, versionChanges: number): void {
  const { view } = writable(tracked);
  const { outcome, reason, usage } = result;
  view.latest = result;
  view.inputTokens += usage?.inputTokens ?? 0;
  view.outputTokens += usage?.outputTokens ?? 0;
  view.versionChanges += versionChanges;
  if (result.durationMs !== null) observeIn(view.durations, result.durationMs / 1_000);
  observeStream(view, result);
  if (outcome === 'healthy' || outcome === 'degraded') view.lastSuccess = result.slot;
  if (result.maintenance) return;
  const total = view.results.find((one) => one.outcome === outcome && one.reason === reason);
  if (total === undefined) view.results.push({ outcome, reason, count: 1 });
  else total.count += 1;
}

/** Marks the state at `now` as published; returns it and the one published before. */
export function announce(tracked: Tracked, now: number) {
  const { announced: before, view } = tracked;
  const current = shownState(view, now);
  writable(tracked).announced = { ...current, until: shownUntil(view, now) };
  return { before, current };
}

/** Sets members of the view that other modules compute. */
export function show(tracked: Tracked, computed: ComputedParts): void {
  const { exclusions, acknowledged, tokensToday, ...figures } = computed;
  const view = Object.assign(writable(tracked).view, figures);
  if (acknowledged !== undefined) view.acknowledged = acknowledged;
  if (exclusions !== undefined) view.exclusions = exclusions.map(periodOf).sort((a, b) => a.from - b.from);
  if (tokensToday === undefined) return;
  view.tokensToday = tokensToday;
  if (view.model.tokensPerDay !== null) remember(tracked, { spent: tokensToday });
}
