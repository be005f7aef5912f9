import { isDeepStrictEqual } from 'node:util';
import type { Calendar } from '../calendar/calendar.js';
import { monotonicMs, type Clock } from '../domain/clock.js';
import { createChecks } from './checks.js';
import { claimLost, createEntry, wakeAt, type Entry } from './entry.js';
import { createHeap } from './heap.js';
import type { Missed, Plan, Scheduler, SchedulerEvents } from './port.js';
import { isRecent, roomAt, startsUpTo, windowMs, type RateWindow } from './rate-window.js';
import { firstCheck, firstWaveMs, needsFirstCheck, takeDue } from './slots.js';
import { systemTimers, type Timers } from '../domain/timers.js';
import { addAll } from '../domain/list.js';
import { modelIdOf } from '../domain/probes.js';

/** Longest sleep, to detect clock changes and to advance `lastTick`. */
const mostSleepMs = 1000;
/** Shortest sleep: with thousands of models, serving them in batches costs a sixth less than one wake-up for each. */
const leastSleepMs = 20;
/** Lag of the wall clock behind the monotonic one, in ms, that counts as set back; less is drift. */
const stepMs = 1000;
/** ms for checks to end after their signal aborts. */
const abortGraceMs = 500;

export interface SchedulerParts {
  readonly calendar: Calendar;
  readonly clock: Clock;
  /** Most concurrent checks over all hosts. */
  readonly concurrency: number;
  /** Most concurrent checks per host. */
  readonly perHost: number;
  readonly events: SchedulerEvents;
  readonly timers?: Timers;
}

/** Drives all models from one heap and one timer. Idle before the first `update`. */
export function createScheduler(parts: SchedulerParts): Scheduler {
  const { calendar, clock, events, timers = systemTimers } = parts;
  const entries = new Map<string, Entry>();
  /** Starts by model: the probes of a model share its rate. */
  const starts = new Map<string, RateWindow>();
  /** Ids that left, as for a pause, and may return within a minute: their starts are known. */
  const gone = new Set<string>();
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

  /** Updates the entry's place in the heap, and the timer if the entry is due before it. */
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

  /** Reads the clocks. When the wall clock was set back, planned times are moved by the same step. */
  function look(): void {
    const now = { wall: clock.wall(), monotonic: clock.monotonic() };
    // Whole ms, since the moved times become slots.
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
    entry.dueMonotonic = monotonicMs(seen.monotonic + (at - seen.wall));
  }

  /** Serves a due entry. A slot has priority over a recheck and replaces it. */
  function serve(entry: Entry): void {
    if (entry.due.at <= seen.wall) serveSlot(entry);
    else if (entry.placeAt <= seen.wall) {
      entry.placeAt = Infinity;
      if (entry.waiting) checks.admit(entry.waiting);
    } else {
      const slot = entry.recheckAt;
      entry.recheckAt = Infinity;
      if (!entry.waiting)
        checks.request(entry, 'recheck', slot, monotonicMs(seen.monotonic + (slot - seen.wall)));
    }
  }

  function serveSlot(entry: Entry): void {
    const { waiting, running, due } = entry;
    const { slot, next, lost } = takeDue(calendar, entry.plan, due, seen.wall);
    const dueMonotonic = monotonicMs(entry.dueMonotonic + (slot - due.at));
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
    if (entry.gone) forget(entry);
    else place(entry);
  }

  function forget(entry: Entry): void {
    entries.delete(entry.plan.id);
    if (isRecent(entry.starts, seen.monotonic)) gone.add(entry.plan.id);
  }

  function startsOf(id: string): RateWindow {
    const model = modelIdOf(id);
    const known = starts.get(model) ?? [];
    starts.set(model, known);
    return known;
  }

  /** Drops starts that no entry has and that no rate counts. */
  function dropStarts(): void {
    const used = new Set([...entries.keys()].map(modelIdOf));
    for (const id of gone) if (!isRecent(startsOf(id), seen.monotonic)) gone.delete(id);
    for (const [model, of] of starts)
      if (!used.has(model) && !isRecent(of, seen.monotonic)) starts.delete(model);
  }

  /** Applies a plan; true when its slots are planned anew. */
  function adopt(plan: Plan): boolean {
    const known = entries.get(plan.id);
    const entry = known ?? createEntry(plan, startsOf(plan.id));
    const unchanged = known?.gone === false && isDeepStrictEqual(known.plan.schedule, plan.schedule);
    const { lastStart, ratePerMin } = plan;
    const ago = lastStart === null ? Infinity : Math.max(0, seen.wall - lastStart);
    if (!known && !gone.has(plan.id) && ratePerMin !== null && ago < 60_000) {
      addAll(entry.starts, startsUpTo(seen.monotonic - ago, ratePerMin));
      entry.starts.sort((one, other) => one - other);
    }
    gone.delete(plan.id);
    entries.set(plan.id, entry);
    entry.plan = plan;
    entry.gone = false;
    entry.lastSlot = Math.max(entry.lastSlot, plan.lastSlot ?? -Infinity);
    if (!unchanged) planNext(entry, seen.wall);
    place(entry);
    return !unchanged;
  }

  /** Unix ms from which the rate has room, not before now. */
  function roomOf({ plan, starts }: Entry): number {
    const wait = roomAt(starts, plan.ratePerMin, seen.monotonic) - seen.monotonic;
    return seen.wall + Math.max(0, Math.ceil(wait));
  }

  function checkSoon(entry: Entry, waveMs: number): void {
    const { plan, due } = entry;
    const { at, regular } = firstCheck(calendar, plan, due.at, roomOf(entry), waveMs);
    setDue(entry, at, regular);
    place(entry);
  }

  function retire(entry: Entry): void {
    checks.drop(entry);
    entry.recheckAt = Infinity;
    entry.gone = true;
    heap.remove(entry);
    if (!entry.running) forget(entry);
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
    update(plans, changed = new Set()) {
      if (stopping) return;
      tick();
      const ids = new Set(plans.map(({ id }) => id));
      for (const entry of entries.values()) if (!ids.has(entry.plan.id)) retire(entry);
      dropStarts();
      const isAsked = ({ due, running }: Entry): boolean => !due.regular || running !== null;
      const begun = plans.flatMap((plan) => {
        const isNew = adopt(plan);
        const entry = find(plan.id);
        const isSoon = isNew || (changed.has(plan.id) && entry !== undefined && !isAsked(entry));
        return isSoon && entry !== undefined ? [entry] : [];
      });
      const first = begun.filter(({ plan, due }) => needsFirstCheck(plan, due.at));
      const waveMs = firstWaveMs(first.length);
      for (const entry of first) checkSoon(entry, waveMs);
      sleep();
    },
    recheck(id, at) {
      const entry = find(id);
      // Written to reject NaN as well, which breaks the order of the heap.
      if (!entry || stopping || !(at < entry.due.at)) return;
      const room = roomOf(entry);
      // One that waits for room must leave some to the next slot, which serves otherwise.
      if (room > at && room + windowMs > entry.due.at) return;
      entry.recheckAt = Math.max(at, room);
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
