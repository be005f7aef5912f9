import type { CheckKind } from '../domain/result.js';
import { slotOf, type Slot } from '../domain/time.js';
import type { HeapItem } from './heap.js';
import type { Waiting } from './limits.js';
import type { Missed, Plan } from './port.js';
import type { RateWindow } from './rate-window.js';
import type { Due, Lost } from './slots.js';

/** A check on its way: waiting for a place, then running. */
export interface Ticket extends Waiting {
  readonly entry: Entry;
  kind: CheckKind;
  /** Unix ms for which it is wanted. */
  slot: number;
  /** The slot it was given at its start. */
  claimed: Slot | null;
  /** Its slot has a result, which may wait to be written. */
  recorded: boolean;
  /** Monotonic ms at which the slot came. */
  dueMonotonic: number;
}

/** One model as the scheduler holds it; its place in the heap is the earliest of what it waits for. Unix ms. */
export interface Entry extends HeapItem {
  plan: Plan;
  due: Due;
  dueMonotonic: number;
  /** Infinity for none. */
  recheckAt: number;
  /** When the rate has a place for the ticket that waits for one; Infinity for none. */
  placeAt: number;
  /** Newest slot that was started or missed. */
  lastSlot: number;
  /** At most one of the two is set, which is what keeps checks of a model from overlapping. */
  waiting: Ticket | null;
  running: Ticket | null;
  readonly starts: RateWindow;
  /** Callers of checkNow, told when the check they joined has ended. */
  callers: { readonly resolve: () => void; readonly reject: (error: Error) => void }[];
  /** It left the registry; kept while its check runs. */
  gone: boolean;
}

export function createEntry(plan: Plan): Entry {
  return {
    key: Infinity,
    position: -1,
    plan,
    due: { at: Infinity, regular: true },
    dueMonotonic: 0,
    recheckAt: Infinity,
    placeAt: Infinity,
    lastSlot: plan.lastSlot ?? -Infinity,
    waiting: null,
    running: null,
    starts: [],
    callers: [],
    gone: false,
  };
}

/** When the entry wants to be looked at next. A recheck waits for the check that runs. */
export function wakeAt(entry: Entry): number {
  return Math.min(entry.due.at, entry.placeAt, entry.running ? Infinity : entry.recheckAt);
}

/** Makes the slot to record, the only place that does: never at or before one that went before, whatever the clock says. */
export function claimSlot(entry: Entry, due: number): Slot {
  const slot = slotOf(Math.max(due, entry.lastSlot + 1));
  entry.lastSlot = slot;
  return slot;
}

/** Notes slots that ended without a check; like recorded ones they never go back. */
export function claimLost(entry: Entry, cause: Missed['cause'], lost: Lost): Missed {
  const firstSlot = claimSlot(entry, lost.first);
  const lastSlot = slotOf(Math.max(lost.last, firstSlot + lost.count - 1));
  entry.lastSlot = lastSlot;
  return { id: entry.plan.id, cause, firstSlot, lastSlot, count: lost.count };
}
