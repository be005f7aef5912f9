import type { Logger } from 'pino';
import type { Calendar } from '../calendar/calendar.js';
import type { LoadedConfig } from '../config/read/load.js';
import type { Settings } from '../config/settings.js';
import type { Clock } from '../domain/clock.js';
import type { Interval } from '../domain/state.js';
import type { MonitorMetrics } from '../metrics/monitor.js';
import type { Job, Scheduler, SchedulerEvents } from '../scheduler/port.js';
import { createScheduler } from '../scheduler/scheduler.js';
import { noteAbsence, noteAbsenceInTurns, noteClockBehind } from './absence.js';
import type { Ownership } from './ownership.js';
import type { ChangeRight } from './roster.js';
import { createRunningChecks } from './running-checks.js';
import type { Tracked } from './tracked.js';
import type { Checking } from './checking.js';
import type { Recording } from './recording.js';
import type { RosterChange } from './roster.js';
import { createRunner } from './runner.js';

/** ms for which checks that were missed without a lease are counted before they are logged. */
const missedGatherMs = 5_000;
/** ms without a tick after which the scheduler counts as hung; it normally ticks every second. */
const tickLimitMs = 15_000;

/** What scheduling needs where instances share the store. */
export interface SharedScheduling {
  readonly ownership: Ownership;
  /** Runs a change to these models while no other instance changes the registry. Rejects with StoreError. */
  readonly withRight: <Result>(
    next: Pick<Settings, 'models' | 'generation'>,
    work: (right: ChangeRight) => Promise<Result>,
  ) => Promise<Result>;
  /** Called when these models are in force. */
  readonly applied: (next: Pick<Settings, 'models' | 'generation'>, change: RosterChange) => Promise<void>;
}

/** The scheduler and the functions that update it. */
export interface Scheduling {
  readonly scheduler: Scheduler;
  /** True while the scheduler ticks. */
  isTicking(): boolean;
  /** Applies the models and rules of a configuration, including the first. Rejects with StoreError. */
  apply(next: LoadedConfig): Promise<RosterChange>;
  /** Applies the newest configuration again, since it may be applied further now. Rejects with StoreError. */
  applyAgain(): Promise<void>;
  /** Time before the start in which checks were due and no daemon ran; null without such. */
  readonly absence: Interval | null;
  /**
   * Where instances share the store: reads these models again, and checks those that are this instance's. Resolves with the new
   * states by those of before. Rejects with StoreError.
   */
  readAgain(ids: readonly string[]): Promise<ReadonlyMap<Tracked, Tracked>>;
  /** Checks models of these shards no longer, once what runs of them has ended and is written, or after `patienceMs`. */
  release(isOf: (id: string) => boolean, patienceMs: number): Promise<void>;
  /** Applies the plans of the roster and writes changes; resolves with false when they cannot be written now. */
  replan(): Promise<boolean>;
}

export function createScheduling(parts: {
  calendar: Calendar;
  clock: Clock;
  metrics: MonitorMetrics;
  log: Logger;
  settings: () => Settings;
  recording: Recording;
  checking: Checking;
  /** False until the first configuration is applied. */
  ready: () => boolean;
  shared?: SharedScheduling | null;
  /** Called with the number of models. */
  grown?: (models: number) => void;
}): Scheduling {
  const { calendar, clock, metrics, log, checking, shared = null } = parts;
  const ownership = shared?.ownership ?? null;
  const { roster, recorder, writer, windows } = parts.recording;
  // Fixed until the daemon ends.
  const { concurrency, perHost } = parts.settings().checker;
  const run = createRunner({
    attempt: checking.attempt,
    clock,
    recorder,
    tracked: roster.get,
    // Refers back to the scheduler: a job may request a recheck from it.
    recheck: (id, at) => {
      scheduler.recheck(id, at);
    },
    log,
  });
  /** Models of which slots passed while the lease of their shard did not hold. */
  const skipped = new Set<string>();
  const running = createRunningChecks();

  /** Checks that were missed without a lease, not yet logged: one line for all models. */
  let missedWithout = 0;
  const noteWithout = (checks: number): void => {
    if (missedWithout === 0)
      setTimeout(() => {
        log.warn(
          { checks: missedWithout },
          'checks were missed while the leases of their shards were not renewed; that time is unknown',
        );
        missedWithout = 0;
      }, missedGatherMs).unref();
    missedWithout += checks;
  };

  /** False while the lease does not hold. Slots that passed meanwhile are noted with the first one that runs again. */
  const mayRun = ({ id, slot }: Job): boolean => {
    const tracked = roster.get(id);
    if (ownership?.mayStart(id) !== true || tracked === undefined || !ownership.isPlanned(tracked)) {
      skipped.add(id);
      return false;
    }
    if (skipped.delete(id))
      noteAbsence([tracked], {
        ...{ calendar, recorder, log, nextDue: () => slot, now: clock.wall() },
        missed: noteWithout,
      });
    return true;
  };

  const events: SchedulerEvents = {
    run(job, signal, recorded) {
      if (ownership !== null && !mayRun(job)) return Promise.resolve();
      metrics.observeDelay(job.delayMs);
      const check = run(job, signal, recorded);
      return ownership === null ? check : running.add(job.id, check);
    },
    missed({ id, cause, firstSlot, lastSlot, count }) {
      // Counted once it is known who has the model.
      if (ownership !== null && !ownership.mayStart(id)) return void skipped.add(id);
      const tracked = roster.get(id);
      const unwatched = cause === 'stopped' || cause === 'loop_blocked' ? firstSlot : null;
      if (tracked !== undefined) recorder.miss(tracked, { lastSlot, unwatched }, cause, count);
    },
  };
  const scheduler = createScheduler({ calendar, clock, concurrency, perHost, events });

  let absence: Interval | null = null;
  let settings: Settings | null = null;

  /** Also of models that other instances check. */
  const nextDue = (id: string): number | null => {
    const planned = scheduler.nextDue(id);
    const tracked = planned === null && ownership !== null ? roster.get(id) : undefined;
    if (tracked === undefined || ownership?.fenceOf(tracked) !== null || tracked.view.model.pause)
      return planned;
    return calendar.nextSlot(tracked.view.model.schedule, id, clock.wall());
  };

  let busy: Promise<unknown> = Promise.resolve();
  /** Models are read again, or replaced, one after the other: none is planned before its absence is noted. */
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (ownership === null) return work();
    const turn = busy.then(work);
    busy = turn.catch(() => undefined);
    return turn;
  };

  /** Notes the slots that passed while nobody checked these models, and begins to check them. */
  const begin = async (
    models: readonly Tracked[],
    now: number,
    changed?: ReadonlySet<string>,
  ): Promise<number | null> => {
    const own = ownership === null ? models : models.filter((one) => ownership.fenceOf(one) !== null);
    noteClockBehind(own, now, log);
    // First, since it may end validity; again for slots that pass before the scheduler starts.
    const noting = { calendar, recorder, log };
    const first = { ...noting, nextDue: () => null, now };
    // After a start it may be long. At a reload there is none, and the scheduler must not go on with the models of before.
    const since =
      parts.ready() && ownership === null ? noteAbsence(own, first) : await noteAbsenceInTurns(own, first);
    for (const tracked of own) {
      ownership?.prepare(tracked);
      skipped.delete(tracked.view.model.id);
    }
    scheduler.update(roster.plans(), changed);
    noteAbsence(own, { ...noting, nextDue: scheduler.nextDue, now: clock.wall() });
    return since;
  };

  const apply = async (
    next: Settings,
    right?: ChangeRight,
    replaced: () => void = () => undefined,
  ): Promise<RosterChange> => {
    await writer.flush();
    const now = clock.wall();
    const change = await roster.replace(next.models, now, nextDue, right);
    replaced();
    settings = next;
    parts.grown?.(next.models.length);
    checking.configure(next);
    windows.replace(next.maintenance, now, change.added);
    const since = await begin(change.added, now, new Set(change.changed));
    // A model that comes back with a reload was not watched, but the daemon ran.
    if (!parts.ready() && since !== null) absence = { from: since, to: now };
    // State changes of a reload, such as a pause, are visible when it resolves.
    if (parts.ready()) await writer.flush();
    await shared?.applied(next, change);
    return change;
  };

  /** The right is waited for before the turn, since models of an instance that ends may come meanwhile. */
  const applyInTurn = async (
    next: Settings,
    isWanted: () => boolean = () => true,
  ): Promise<RosterChange | null> => {
    if (shared === null) return apply(next);
    let turn: Promise<RosterChange | null> = Promise.resolve(null);
    const begun = (right: ChangeRight): Promise<void> =>
      new Promise((resolve, reject) => {
        turn = inTurn(() => (isWanted() ? apply(next, right, resolve) : Promise.resolve(null)));
        turn.then(() => resolve(), reject);
      });
    await shared.withRight(next, begun);
    return turn;
  };

  return {
    scheduler,
    isTicking: () => clock.monotonic() - scheduler.lastTick < tickLimitMs,
    get absence() {
      return absence;
    },
    async apply(next) {
      const change = await applyInTurn(next.settings);
      if (change === null) throw new Error('a wanted configuration was not applied');
      return change;
    },
    async applyAgain() {
      const known = settings;
      // A newer one may be applied meanwhile.
      if (known !== null) await applyInTurn(known, () => settings === known);
    },
    readAgain: (ids) =>
      inTurn(async () => {
        const now = clock.wall();
        const swapped = await roster.readAgain(ids, now, nextDue);
        const own = [...swapped.values()].filter((tracked) => ownership?.fenceOf(tracked) !== null);
        if (own.length === 0) {
          // Plans are of all models; a model of another instance had none before either, unless it is gone.
          const hadPlans = [...swapped.keys()].some((before) => ownership?.fenceOf(before) !== null);
          if (hadPlans || swapped.size < ids.length) scheduler.update(roster.plans());
          return swapped;
        }
        windows.replace(settings?.maintenance ?? [], now, own);
        await begin(own, now);
        return swapped;
      }),
    async release(isOf, patienceMs) {
      scheduler.update(roster.plans());
      await running.ended(isOf, patienceMs);
      await writer.flush();
    },
    replan() {
      scheduler.update(roster.plans());
      return writer.flush();
    },
  };
}
