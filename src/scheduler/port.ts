import type { CheckKind } from '../domain/result.js';
import type { Schedule } from '../domain/schedule.js';
import type { Slot } from '../domain/time.js';
import type { MonotonicMs } from '../domain/clock.js';

/** The part of a model that the scheduler uses. */
export interface Plan {
  readonly id: string;
  /** Already stretched to `ratePerMin`. */
  readonly schedule: Schedule;
  /** Unit of the per-host limit. */
  readonly host: string;
  readonly ratePerMin: number | null;
  /** Unix ms until which results are valid. If the next slot is later, a first check runs within min(interval, 10 s). */
  readonly validUntil: number;
  /** Newest recorded slot, or null; the next slot is later. */
  readonly lastSlot: number | null;
  /** Unix ms of the newest attempt, sent or not, before the model was added to the scheduler; null for none. */
  readonly lastStart: number | null;
}

/** One check to make now. */
export interface Job {
  readonly id: string;
  /** Unix ms of the scheduled time; strictly increasing per model. */
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
   * Runs the check and records it; never rejects. The signal aborts when the grace period of a stop ends; the slot is
   * then missed, unless `recorded` was called because it has a result; `unconfirmed` while more must confirm it. Nothing is recorded after the signal.
   */
  run(job: Job, signal: AbortSignal, recorded: (unconfirmed: boolean) => void): Promise<void>;
  missed(missed: Missed): void;
}

export interface Scheduler {
  /**
   * Replaces the registry; a model whose plan did not change keeps its next slot and its running check. Of those in `changed` otherwise, such as
   * by a secret that came, the ones without a valid result are checked soon.
   */
  update(plans: readonly Plan[], changed?: ReadonlySet<string>): void;
  /** Schedules one recheck at Unix ms `at`; ignored when the next slot is earlier. */
  recheck(id: string, at: number): void;
  /** Checks now, or joins the waiting or running check; resolves when it is recorded. Rejects when it is dropped. */
  checkNow(id: string): Promise<void>;
  /** Counts a request outside the schedule against the model's rate; false when there is no room or no such model. */
  readonly spend: (id: string) => boolean;
  /** Unix ms of the next slot or recheck; null for none and for an unknown model. */
  readonly nextDue: (id: string) => number | null;
  readonly inFlight: number;
  readonly queued: number;
  /** The newest tick. Ticks at least once a second; /livez tests this. */
  readonly lastTick: MonotonicMs;
  /** Stops starting checks and aborts running ones after `graceMs`. Slots due meanwhile or aborted are missed as `stopped`. */
  stop(graceMs: number): Promise<void>;
}
