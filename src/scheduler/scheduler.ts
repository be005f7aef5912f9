import { isDeepStrictEqual } from 'node:util';
import type { Calendar } from '../calendar/calendar.js';
import type { Clock } from '../domain/clock.js';
import { createChecks } from './checks.js';
import { claimLost, createEntry, wakeAt, type Entry } from './entry.js';
import { createHeap } from './heap.js';
import type { Missed, Plan, Scheduler, SchedulerEvents } from './port.js';
import { roomAt, startsUpTo } from './rate-window.js';
import { firstCheck, firstWaveMs, needsFirstCheck, takeDue } from './slots.js';
import { systemTimers, type Timers } from './timers.js';

/** Longest sleep, so that a clock that was set is noticed and `lastTick` moves. */
const mostSleepMs = 1000;
/** Shortest sleep: with thousands of models, serving some at once costs a sixth less than waking up for each. */
const leastSleepMs = 20;
/** A wall clock further behind the monotonic one than this was set back; less is drift. */
const stepMs = 1000;
/** Time for checks to end after their signal was aborted. */
const abortGraceMs = 500;

export interface SchedulerParts {
  readonly calendar: Calendar;
  readonly clock: Clock;
  /** Checks at one time, over all hosts. */
  readonly concurrency: number;
  /** Checks at one time of models with the same host. */
  readonly perHost: number;
  readonly events: SchedulerEvents;
  readonly timers?: Timers;
}

/** Drives all models from one heap and one timer; see `Scheduler` for what it promises. Does nothing before the first `update`. */
export function createScheduler(parts: SchedulerParts): Scheduler {
  const { calendar, clock, events, timers = systemTimers } = parts;
  const entries = new Map<string, Entry>();
  const heap = createHeap<Entry>();
  const checks = createChecks({ ...parts, timers }, ended);
  let seen = { wall: clock.wall(), monotonic: clock.monotonic() };
  let timer: { readonly at: number; readonly cancel: () => void } | null = null;
  let stopping = false;
  let stopped: Promise<void> | null = null;

  function find(id: string): Entry | undefined {
    const entry = entries.get(id);
    return entry?.gone === true ? undefined : entry;
  }

  /** Puts the entry where it belongs in the heap and makes sure that somebody wakes up for it. */
  function place(entry: Entry): void {
    const at = wakeAt(entry);
    if (entry.gone || at === Infinity) heap.remove(entry);
    else heap.move(entry, at);
    if (at < (timer?.at ?? -Infinity)) sleep();
  }

  function sleep(): void {
    timer?.cancel();
    const now = clock.wall();
    const at = Math.min(heap.top()?.key ?? Infinity, now + mostSleepMs);
    timer = { at, cancel: timers.set(tick, Math.max(leastSleepMs, at - now)) };
  }

  function tick(): void {
    timer?.cancel();
    timer = null;
    look();
    for (let entry = heap.top(); entry && entry.key <= seen.wall; entry = heap.top()) {
      serve(entry);
      place(entry);
    }
    sleep();
  }

  /** Reads the clocks. When the wall clock was set back, what is planned keeps its distance in elapsed time. */
  function look(): void {
    const now = { wall: clock.wall(), monotonic: clock.monotonic() };
    // In whole ms, as the wall clock counts: what it moves becomes a slot.
    const step = Math.round(now.wall - seen.wall - (now.monotonic - seen.monotonic));
    seen = now;
    if (step >= -stepMs) return;
    for (const entry of entries.values()) {
      entry.recheckAt += step;
      entry.placeAt += step;
      const at = entry.due.at + step;
      if (entry.plan.schedule.kind === 'cron' && entry.due.regular && at > now.wall)
        planNext(entry, now.wall);
      else entry.due = { at, regular: false };
      place(entry);
    }
  }

  function planNext(entry: Entry, after: number): void {
    const at = calendar.nextSlot(entry.plan.schedule, entry.plan.id, after) ?? Infinity;
    setDue(entry, at, true);
  }

  function setDue(entry: Entry, at: number, regular: boolean): void {
    entry.due = { at, regular };
    entry.dueMonotonic = seen.monotonic + (at - seen.wall);
  }

  /** Does what the entry woke up for. A slot comes before a recheck, and serves as one. */
  function serve(entry: Entry): void {
    if (entry.due.at <= seen.wall) serveSlot(entry);
    else if (entry.placeAt <= seen.wall) {
      entry.placeAt = Infinity;
      if (entry.waiting) checks.admit(entry.waiting);
    } else {
      const slot = entry.recheckAt;
      entry.recheckAt = Infinity;
      if (!entry.waiting) checks.request(entry, 'recheck', slot, seen.monotonic + (slot - seen.wall));
    }
  }

  function serveSlot(entry: Entry): void {
    const { waiting, running, due } = entry;
    const { slot, next, lost } = takeDue(calendar, entry.plan, due, seen.wall);
    const dueMonotonic = entry.dueMonotonic + (slot - due.at);
    setDue(entry, next, true);
    entry.recheckAt = Infinity;
    if (waiting?.kind === 'scheduled') miss(entry, 'capacity', waiting.slot);
    if (lost) events.missed(claimLost(entry, stopping ? 'stopped' : 'loop_blocked', lost));
    if (stopping) miss(entry, 'stopped', slot);
    else if (running) miss(entry, 'overlap', slot);
    else if (waiting) Object.assign(waiting, { kind: 'scheduled', slot, dueMonotonic });
    else checks.request(entry, 'scheduled', slot, dueMonotonic);
  }

  function miss(entry: Entry, cause: Missed['cause'], slot: number): void {
    events.missed(claimLost(entry, cause, { first: slot, last: slot, count: 1 }));
  }

  function ended(entry: Entry): void {
    if (entry.gone) entries.delete(entry.plan.id);
    else place(entry);
  }

  /** Puts a plan in force; true when its slots begin anew. */
  function adopt(plan: Plan): boolean {
    const known = entries.get(plan.id);
    const entry = known ?? createEntry(plan);
    const unchanged = known?.gone === false && isDeepStrictEqual(known.plan.schedule, plan.schedule);
    const { lastStart, ratePerMin } = plan;
    const ago = lastStart === null ? Infinity : Math.max(0, seen.wall - lastStart);
    if (!known && ratePerMin !== null && ago < 60_000)
      entry.starts.push(...startsUpTo(seen.monotonic - ago, ratePerMin));
    entries.set(plan.id, entry);
    entry.plan = plan;
    entry.gone = false;
    entry.lastSlot = Math.max(entry.lastSlot, plan.lastSlot ?? -Infinity);
    if (!unchanged) planNext(entry, seen.wall);
    place(entry);
    return !unchanged;
  }

  function checkSoon(entry: Entry, waveMs: number): void {
    const { plan, starts, due } = entry;
    const wait = roomAt(starts, plan.ratePerMin, seen.monotonic) - seen.monotonic;
    const room = seen.wall + Math.max(0, Math.ceil(wait));
    const { at, regular } = firstCheck(calendar, plan, due.at, room, waveMs);
    setDue(entry, at, regular);
    place(entry);
  }

  function retire(entry: Entry): void {
    checks.drop(entry);
    entry.recheckAt = Infinity;
    entry.gone = true;
    heap.remove(entry);
    if (!entry.running) entries.delete(entry.plan.id);
  }

  async function shutDown(graceMs: number): Promise<void> {
    stopping = true;
    for (const entry of entries.values()) {
      const waiting = checks.drop(entry);
      if (waiting?.kind === 'scheduled') miss(entry, 'stopped', waiting.slot);
      entry.recheckAt = Infinity;
      place(entry);
    }
    tick();
    if (!(await checks.idle(graceMs))) {
      abortRunning();
      await checks.idle(abortGraceMs);
    }
    tick();
    timer?.cancel();
    timer = null;
  }

  function abortRunning(): void {
    const running = [...entries.values()].flatMap((entry) => entry.running ?? []);
    checks.abort();
    for (const { entry, kind, claimed: slot, recorded } of running) {
      if (kind !== 'scheduled' || recorded || slot === null) continue;
      events.missed({ id: entry.plan.id, cause: 'stopped', firstSlot: slot, lastSlot: slot, count: 1 });
    }
  }

  return {
    update(plans) {
      if (stopping) return;
      tick();
      const ids = new Set(plans.map(({ id }) => id));
      for (const entry of entries.values()) if (!ids.has(entry.plan.id)) retire(entry);
      const begun = plans.filter(adopt).flatMap(({ id }) => find(id) ?? []);
      const first = begun.filter(({ plan, due }) => needsFirstCheck(plan, due.at));
      const waveMs = firstWaveMs(first.length);
      for (const entry of first) checkSoon(entry, waveMs);
      sleep();
    },
    recheck(id, at) {
      const entry = find(id);
      // Also for what is no time: a heap with NaN in it has no order.
      if (!entry || stopping || !(at < entry.due.at)) return;
      entry.recheckAt = at;
      place(entry);
    },
    async checkNow(id) {
      const entry = find(id);
      if (!entry || stopping)
        throw new Error(stopping ? 'the scheduler is stopping' : `there is no model ${id}`);
      const recorded = new Promise<void>((resolve, reject) => entry.callers.push({ resolve, reject }));
      if (!entry.running && !entry.waiting) {
        look();
        checks.request(entry, 'manual', seen.wall, seen.monotonic);
        place(entry);
      }
      return recorded;
    },
    spend(id) {
      const entry = find(id);
      return entry !== undefined && checks.spend(entry, clock.monotonic());
    },
    nextDue(id) {
      const entry = find(id);
      const at = entry ? Math.min(entry.due.at, entry.recheckAt) : Infinity;
      return at === Infinity ? null : at;
    },
    get inFlight() {
      return checks.inFlight;
    },
    get queued() {
      return checks.queued;
    },
    get lastTick() {
      return seen.monotonic;
    },
    stop: (graceMs) => (stopped ??= shutDown(graceMs)),
  };
}
