import type { CheckKind } from '../domain/result.js';
import type { Schedule } from '../domain/schedule.js';
import type { Slot } from '../domain/time.js';

/** What the scheduler needs to know of a model. */
export interface Plan {
  readonly id: string;
  /** Already stretched to the rate. */
  readonly schedule: Schedule;
  /** Unit of the per-host limit. */
  readonly host: string;
  readonly ratePerMin: number | null;
  /** Unix ms until which its newest results count. Where the next slot lies after that, a first check comes within min(interval, 10 s). */
  readonly validUntil: number;
  /** Newest recorded slot, or null; the next slot is later. */
  readonly lastSlot: number | null;
  /** Unix ms at which the newest request went out before the scheduler knew of the model; null for none. */
  readonly lastStart: number | null;
}

/** One check to make now. */
export interface Job {
  readonly id: string;
  /** Unix ms the result stands for; strictly increasing per model. */
  readonly slot: Slot;
  readonly kind: CheckKind;
  /** True when `rate_per_min` is used up: the job ends as `rate_budget` and sends nothing. */
  readonly overRate: boolean;
  /** ms from the slot to the start. */
  readonly delayMs: number;
}

/** Slots that ended without a result, oldest first. */
export interface Missed {
  readonly id: string;
  readonly cause: 'overlap' | 'capacity' | 'stopped' | 'loop_blocked';
  readonly firstSlot: Slot;
  readonly lastSlot: Slot;
  readonly count: number;
}

export interface SchedulerEvents {
  /**
   * Makes the check and records it; never rejects. The signal aborts when the grace of a stop is over; then the slot is
   * missed, unless `recorded` was called, which says that it has a result. Nothing is recorded after the signal.
   */
  run(job: Job, signal: AbortSignal, recorded: () => void): Promise<void>;
  missed(missed: Missed): void;
}

export interface Scheduler {
  /** Replaces the registry; a model whose plan did not change keeps its next slot and its running check. */
  update(plans: readonly Plan[]): void;
  /** Asks for one recheck at Unix ms `at`; nothing happens when the next slot comes first. */
  recheck(id: string, at: number): void;
  /** Checks now, or joins the check that is running; resolves when it has been recorded. */
  checkNow(id: string): Promise<void>;
  /** Takes a place in the model's rate now, for a request made outside its schedule; false when none is left, or no such model is scheduled. */
  readonly spend: (id: string) => boolean;
  /** Unix ms of the next slot (or recheck); null for an unknown model. */
  readonly nextDue: (id: string) => number | null;
  readonly inFlight: number;
  readonly queued: number;
  /** Monotonic ms of the newest tick; it ticks at least each second, which /livez watches. */
  readonly lastTick: number;
  /** No new slots; running checks get `graceMs`, then their signal aborts. Slots that fall due meanwhile, and aborted ones, are missed as `stopped`. */
  stop(graceMs: number): Promise<void>;
}
