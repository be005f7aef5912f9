import { setMaxListeners } from 'node:events';
import type { Clock, MonotonicMs } from '../domain/clock.js';
import type { CheckKind } from '../domain/result.js';
import { claimSlot, type Entry, type Ticket } from './entry.js';
import { createLimits } from './limits.js';
import type { SchedulerEvents } from './port.js';
import { noteStart, roomAt } from './rate-window.js';
import type { Timers } from '../domain/timers.js';

/** Longest wait in ms for room under `rate_per_min`; a check that would wait longer ends as `rate_budget`. */
const patienceMs = 5000;

/** Pending and running checks: requested, waiting for rate and concurrency, running. */
export interface Checks {
  /** Requests a check of an entry without a pending or running one. `dueMonotonic` is its due time. */
  request(entry: Entry, kind: CheckKind, slot: number, dueMonotonic: MonotonicMs): void;
  /** Queues the waiting check for a place, or schedules that for when the rate has room. */
  admit(ticket: Ticket): void;
  /** Counts a request due at monotonic `due` against the entry's rate; false when there is no room. */
  spend(entry: Entry, due: MonotonicMs): boolean;
  /** Drops the waiting check, if any, and rejects its callers. */
  drop(entry: Entry): Ticket | null;
  /** Resolves to true once nothing runs, to false after `ms`. */
  idle(ms: number): Promise<boolean>;
  /** Aborts all running checks. */
  abort(): void;
  readonly inFlight: number;
  readonly queued: number;
}

export function createChecks(
  parts: {
    readonly clock: Clock;
    readonly concurrency: number;
    readonly perHost: number;
    readonly events: SchedulerEvents;
    readonly timers: Timers;
  },
  ended: (entry: Entry) => void,
): Checks {
  const { clock, events, timers } = parts;
  const limits = createLimits<Ticket>(parts, start);
  /** Shared by all checks: one controller per check cost more than the rest of the scheduler. */
  const grace = new AbortController();
  setMaxListeners(0, grace.signal);
  let queued = 0;
  let onIdle: () => void = () => undefined;

  function admit(ticket: Ticket): void {
    const { entry } = ticket;
    const now = clock.monotonic();
    const wait = roomAt(entry.starts, entry.plan.ratePerMin, now) - now;
    if (wait > 0 && wait <= patienceMs) entry.placeAt = clock.wall() + Math.ceil(wait);
    else limits.add(ticket);
  }

  function spend({ plan, starts }: Entry, due: MonotonicMs): boolean {
    const now = clock.monotonic();
    const room = roomAt(starts, plan.ratePerMin, now);
    if (room > now) return false;
    if (plan.ratePerMin !== null) noteStart(starts, due, room, now);
    return true;
  }

  function start(ticket: Ticket): void {
    const { entry, kind } = ticket;
    const { id } = entry.plan;
    const monotonic = clock.monotonic();
    const overRate = !spend(entry, ticket.dueMonotonic);
    queued -= 1;
    entry.waiting = null;
    entry.running = ticket;
    entry.recheckAt = Infinity;
    const slot = claimSlot(entry, ticket.slot);
    ticket.claimed = slot;
    const delayMs = Math.max(0, monotonic - ticket.dueMonotonic);
    void events
      .run({ id, slot, kind, overRate, delayMs }, grace.signal, (unconfirmed) => {
        ticket.recorded = true;
        entry.unconfirmed = unconfirmed;
      })
      .finally(() => finish(ticket));
  }

  function finish(ticket: Ticket): void {
    const { entry } = ticket;
    entry.running = null;
    for (const { resolve } of entry.callers.splice(0)) resolve();
    ended(entry);
    limits.release(ticket);
    if (limits.inFlight === 0) onIdle();
  }

  return {
    request(entry, kind, slot, dueMonotonic) {
      const { host } = entry.plan;
      const begin = { urgent: entry.unconfirmed, claimed: null, recorded: false, dropped: false };
      const ticket = { entry, kind, slot, dueMonotonic, host, ...begin };
      entry.waiting = ticket;
      queued += 1;
      admit(ticket);
    },
    admit,
    spend,
    drop(entry) {
      const { waiting } = entry;
      if (!waiting) return null;
      waiting.dropped = true;
      entry.waiting = null;
      entry.placeAt = Infinity;
      queued -= 1;
      const error = new Error(`the check of ${entry.plan.id} was given up`);
      for (const { reject } of entry.callers.splice(0)) reject(error);
      return waiting;
    },
    idle(ms) {
      return new Promise((resolve) => {
        const cancel = timers.set(() => resolve(false), ms);
        onIdle = () => {
          cancel();
          resolve(true);
        };
        if (limits.inFlight === 0) onIdle();
      });
    },
    abort: () => grace.abort(),
    get inFlight() {
      return limits.inFlight;
    },
    get queued() {
      return queued;
    },
  };
}
