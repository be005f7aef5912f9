import type { Calendar } from '../calendar/calendar.js';
import { announcedAfter } from '../domain/announced.js';
import { costAfter } from '../domain/cost.js';
import { epochAt, liveEpochs } from '../domain/epoch.js';
import type { Clock } from '../domain/clock.js';
import { withSightings } from '../domain/model-note.js';
import { noticesOf } from '../domain/notify/notice.js';
import { warningsOf, type Wanted } from '../domain/notify/warned.js';
import { reduce } from '../domain/reduce.js';
import type { CheckKind, CheckResult, RecordedResult } from '../domain/result.js';
import { slotOf } from '../domain/time.js';
import { withTold } from '../domain/told.js';
import { withVersions } from '../domain/version.js';
import type { MissCause } from '../store/port.js';
import type { Memory } from './memory.js';
import { addStep, emptyPending } from './pending.js';
import { addMissed, addRecorded, type Tracked } from './tracked.js';
import type { Writer } from './writer.js';

export interface Recorder {
  /**
   * Applies a result to its model; resolves when it is published (written, or waiting in memory while the store fails) or
   * refused. If it throws, nothing of the result is kept.
   */
  record(tracked: Tracked, result: CheckResult, slot: number, kind: CheckKind): Promise<RecordedResult>;
  /** Records slots without a result. `unwatched` is the first one if the daemon did not check; validity ends there. */
  miss(
    tracked: Tracked,
    slots: { lastSlot: number; unwatched: number | null },
    cause: MissCause,
    count: number,
  ): void;
}

/** What of the configuration of notifications decides which changes are written. */
export interface Telling extends Wanted {
  /** ms before the end of a certificate; null for never. */
  readonly certificateMs: number | null;
}

/** What a result and its model say of keys and budgets. */
function situationOf({ memory, view }: Tracked, result: RecordedResult, failures: number) {
  const { keys, spent, spentMonth, health } = memory;
  const { tokensPerDay, usdPerMonth = null, slo: objective } = view.model;
  const { errorBudget } = view;
  const { slot, maintenance } = result;
  const incident = health.incident?.reason ?? null;
  return {
    ...{ slot, maintenance, result, keys, failures, spent, spentMonth },
    ...{ tokensPerDay, usdPerMonth },
    objective,
    errorBudget,
    incident,
  };
}

/** Converts results to changes and passes them to the writer. */
export function createRecorder(parts: {
  calendar: Calendar;
  clock: Clock;
  writer: Writer;
  openWindows: (now: number) => void;
  /** What is to be told; null for nothing. */
  telling?: () => Telling | null;
}): Recorder {
  const { calendar, clock, writer, openWindows, telling = () => null } = parts;

  return {
    record(tracked, result, due, kind) {
      openWindows(clock.wall());
      const { memory } = tracked;
      // The store may have been replaced after the check was due; its time line starts later.
      const slot = slotOf(Math.max(due, memory.health.settled + 1));
      const epoch = epochAt(memory.epochs, slot);
      const intervalMs = calendar.intervalAt(epoch.schedule, tracked.view.model.id, slot);
      const step = reduce(memory.health, { ...result, slot }, { ...epoch, intervalMs });
      const recorded: RecordedResult = {
        ...result,
        slot,
        kind,
        outcome: step.outcome,
        maintenance: step.maintenance,
      };
      const { versions, changes } = withVersions(memory, result);
      // Collected separately first, so that an exception leaves nothing half recorded.
      const gathered = emptyPending();
      addStep(gathered, recorded, step);
      gathered.versionChanges = changes.length;
      const told = telling();
      const { warned, warnings } =
        told === null
          ? { warned: memory.warned, warnings: [] }
          : warningsOf(memory.warned, situationOf(tracked, recorded, epoch.failures), told);
      const { sightings, changes: notes } = withSightings(memory.sightings, result, slot);
      const next: Memory = {
        ...memory,
        ...versions,
        ...withTold(memory, result),
        ...{ warned, sightings, announced: announcedAfter(memory.announced, result) },
        health: step.health,
        cost: costAfter(memory.cost, tracked.view.model.price ?? null, result.costNanos ?? null),
        epochs: liveEpochs(memory.epochs, slot),
        conclusive: step.outcome === 'unknown' ? memory.conclusive : result.reason,
      };
      if (told !== null)
        gathered.notices = noticesOf(memory, next, {
          model: tracked.view.model,
          ...{ slot, reason: result.reason, detail: result.detail },
          ...{ changes, warnings, certificateMs: told.certificateMs },
        });
      return new Promise((done) => {
        gathered.publications.push({ result: recorded, changes, notes, done });
        addRecorded(tracked, next, gathered, slot);
        writer.changed(tracked, 1);
      });
    },

    miss(tracked, slots, cause, count) {
      addMissed(tracked, slots);
      writer.missed(cause, count);
      writer.changed(tracked, 0);
    },
  };
}
