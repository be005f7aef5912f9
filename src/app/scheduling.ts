import type { Logger } from 'pino';
import type { Calendar } from '../calendar/calendar.js';
import type { LoadedConfig } from '../config/read/load.js';
import type { Settings } from '../config/settings.js';
import type { Clock } from '../domain/clock.js';
import type { Interval } from '../domain/state.js';
import type { MonitorMetrics } from '../metrics/monitor.js';
import type { Scheduler, SchedulerEvents } from '../scheduler/port.js';
import { createScheduler } from '../scheduler/scheduler.js';
import { noteAbsence, noteAbsenceInTurns, noteClockBehind } from './absence.js';
import type { Checking } from './checking.js';
import type { Recording } from './recording.js';
import type { RosterChange } from './roster.js';
import { createRunner } from './runner.js';

/** The scheduler and the functions that update it. */
export interface Scheduling {
  readonly scheduler: Scheduler;
  /** Applies the models and rules of a configuration, including the first. Rejects with StoreError. */
  apply(next: LoadedConfig): Promise<RosterChange>;
  /** Time before the start in which checks were due and no daemon ran; null without such. */
  readonly absence: Interval | null;
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
}): Scheduling {
  const { calendar, clock, metrics, log, checking } = parts;
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
  const events: SchedulerEvents = {
    run(job, signal, recorded) {
      metrics.observeDelay(job.delayMs);
      return run(job, signal, recorded);
    },
    missed({ id, cause, firstSlot, lastSlot, count }) {
      const tracked = roster.get(id);
      const unwatched = cause === 'stopped' || cause === 'loop_blocked' ? firstSlot : null;
      if (tracked !== undefined) recorder.miss(tracked, { lastSlot, unwatched }, cause, count);
    },
  };
  const scheduler = createScheduler({ calendar, clock, concurrency, perHost, events });

  let absence: Interval | null = null;

  return {
    scheduler,
    get absence() {
      return absence;
    },
    async apply({ settings }) {
      await writer.flush();
      const now = clock.wall();
      const change = await roster.replace(settings.models, now, scheduler.nextDue);
      checking.configure(settings);
      windows.replace(settings.maintenance, now, change.added);
      noteClockBehind(change.added, now, log);
      // First, since it may end validity; again for slots that pass before the scheduler starts.
      const noting = { calendar, recorder, log };
      const first = { ...noting, nextDue: () => null, now };
      // After a start it may be long. At a reload there is none, and the scheduler must not go on with the models of before.
      const since = parts.ready()
        ? noteAbsence(change.added, first)
        : await noteAbsenceInTurns(change.added, first);
      // A model that comes back with a reload was not watched, but the daemon ran.
      if (!parts.ready() && since !== null) absence = { from: since, to: now };
      scheduler.update(roster.plans());
      noteAbsence(change.added, { ...noting, nextDue: scheduler.nextDue, now: clock.wall() });
      // State changes of a reload, such as a pause, are visible when it resolves.
      if (parts.ready()) await writer.flush();
      return change;
    },
    replan() {
      scheduler.update(roster.plans());
      return writer.flush();
    },
  };
}
