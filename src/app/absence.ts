import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Calendar } from '../calendar/calendar.js';
import type { SlotRange } from '../calendar/next-slot.js';
import type { Recorder } from './recorder.js';
import type { Epoch } from '../domain/epoch.js';
import type { Tracked } from './tracked.js';

/** The slots in (after, upTo], by the schedules in effect at the time. */
function slotsInForce(
  calendar: Calendar,
  epochs: readonly Epoch[],
  id: string,
  after: number,
  upTo: number,
): SlotRange {
  const ranges = epochs.map(({ from, schedule, paused }, index): SlotRange => {
    if (paused) return { count: 0, first: null, last: null };
    const begin = index === 0 ? after : Math.max(after, from - 1);
    const end = Math.min(upTo, (epochs[index + 1]?.from ?? Infinity) - 1);
    return calendar.slotsBetween(schedule, id, begin, end);
  });
  const found = ranges.filter(({ count }) => count > 0);
  return {
    count: found.reduce((sum, { count }) => sum + count, 0),
    first: found[0]?.first ?? null,
    last: found.at(-1)?.last ?? null,
  };
}

interface AbsenceParts {
  readonly calendar: Calendar;
  readonly recorder: Recorder;
  /** Unix ms of the model's next slot; earlier slots are missed. */
  readonly nextDue: (id: string) => number | null;
  readonly now: number;
  readonly log: Pick<Logger, 'warn'>;
  /** Called with the number of missed checks instead of a line in the log. */
  readonly missed?: (checks: number) => void;
}

/** Models in one turn of the loop: to count the times of a cron expression in a year takes 2 ms. */
const turn = 10;

/** Records the slots missed while no daemon ran; the first of them ends validity. Returns the first of all; null without one. */
export function noteAbsence(models: readonly Tracked[], parts: AbsenceParts): number | null {
  const steps = absenceOf(models, parts);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same in turns of the loop, for models that are not scheduled yet. */
export async function noteAbsenceInTurns(
  models: readonly Tracked[],
  parts: AbsenceParts,
): Promise<number | null> {
  const steps = absenceOf(models, parts);
  for (let done = 1; ; done += 1) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (done % turn === 0) await setImmediate();
  }
}

/** A step is one model. */
function* absenceOf(models: readonly Tracked[], parts: AbsenceParts): Generator<undefined, number | null> {
  const { calendar, recorder, now, log } = parts;
  let missed = 0;
  let since: number | null = null;
  for (const tracked of models) {
    yield;
    const { watermark, memory, view } = tracked;
    if (watermark === null || view.model.pause) continue;
    const upTo = Math.min((parts.nextDue(view.model.id) ?? Infinity) - 1, now);
    const { id, schedule } = view.model;
    let found: SlotRange;
    try {
      found = slotsInForce(calendar, memory.epochs, id, watermark, upTo);
    } catch (error) {
      // A schedule of an earlier release or of an edited database.
      log.warn(
        { model: id, err: error },
        'a stored schedule cannot be read; missed checks are counted by the present one',
      );
      found = calendar.slotsBetween(schedule, id, watermark, upTo);
    }
    const { count, first, last } = found;
    if (first === null || last === null) continue;
    missed += count;
    since = Math.min(since ?? first, first);
    recorder.miss(tracked, { lastSlot: last, unwatched: first }, 'down', count);
  }
  if (missed > 0 && parts.missed !== undefined) parts.missed(missed);
  else if (missed > 0)
    log.warn({ checks: missed }, 'checks were missed while the daemon did not run; that time is unknown');
  return since;
}

/** Logs a warning when the clock is behind the newest result. */
export function noteClockBehind(models: readonly Tracked[], now: number, log: Logger): void {
  const ahead = models.reduce((most, { watermark }) => Math.max(most, (watermark ?? 0) - now), 0);
  if (ahead > 0)
    log.warn({ ahead_ms: ahead }, 'system clock is behind the newest result; recorded time does not go back');
}
