import type { CheckKind } from '../domain/result.js';
import { slotOf, type Slot } from '../domain/time.js';
import type { HeapItem } from './heap.js';
import type { Waiting } from './limits.js';
import type { Missed, Plan } from './port.js';
import type { RateWindow } from './rate-window.js';
import type { Due, Lost } from './slots.js';
import { monotonicMs, type MonotonicMs } from '../domain/clock.js';

/** A waiting or running check. */
export interface Ticket extends Waiting {
  readonly entry: Entry;
  kind: CheckKind;
  /** Unix ms of its due time. */
  slot: number;
  /** Slot assigned at its start. */
  claimed: Slot | null;
  /** True once its slot has a result, written or queued. */
  recorded: boolean;
  /** Monotonic ms of its due time. */
  dueMonotonic: MonotonicMs;
}

/** Scheduler state of one model; its heap key is the earliest time it waits for. Unix ms. */
export interface Entry extends HeapItem {
  plan: Plan;
  due: Due;
  dueMonotonic: MonotonicMs;
  /** Infinity for none. */
  recheckAt: number;
  /** When the rate has room for the waiting ticket; Infinity for none. */
  placeAt: number;
  /** Newest slot that was started or missed. */
  lastSlot: number;
  /** At most one of the two is set, so checks of a model never overlap. */
  waiting: Ticket | null;
  running: Ticket | null;
  readonly starts: RateWindow;
  /** Callers of `checkNow`, resolved when the check they joined ends. */
  callers: { readonly resolve: () => void; readonly reject: (error: Error) => void }[];
  /** True while the newest result waits for others to confirm it: they must come before it expires. */
  unconfirmed: boolean;
  /** Removed from the registry; kept while its check runs. */
  gone: boolean;
}

export function createEntry(plan: Plan, starts: RateWindow = []): Entry {
  return {
    key: Infinity,
    position: -1,
    plan,
    due: { at: Infinity, regular: true },
    dueMonotonic: monotonicMs(0),
    recheckAt: Infinity,
    placeAt: Infinity,
    lastSlot: plan.lastSlot ?? -Infinity,
    waiting: null,
    running: null,
    starts,
    callers: [],
    unconfirmed: false,
    gone: false,
  };
}

/** Unix ms at which the entry needs service next. A recheck waits for the running check. */
export function wakeAt(entry: Entry): number {
  return Math.min(entry.due.at, entry.placeAt, entry.running ? Infinity : entry.recheckAt);
}

/** Makes the slot to record: always after the previous one, even when the clock was set back. The only place that makes slots. */
export function claimSlot(entry: Entry, due: number): Slot {
  const slot = slotOf(Math.max(due, entry.lastSlot + 1));
  entry.lastSlot = slot;
  return slot;
}

/** Records slots without a check; they are strictly increasing as well. */
export function claimLost(entry: Entry, cause: Missed['cause'], lost: Lost): Missed {
  const firstSlot = claimSlot(entry, lost.first);
  const lastSlot = slotOf(Math.max(lost.last, firstSlot + lost.count - 1));
  entry.lastSlot = lastSlot;
  return { id: entry.plan.id, cause, firstSlot, lastSlot, count: lost.count };
}
