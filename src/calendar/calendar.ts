import type { Schedule } from '../domain/schedule.js';
import type { Interval } from '../domain/state.js';
import { createCronCalendar } from './cron.js';
import { maintenanceWindows, type WindowRule } from './maintenance.js';
import { nextSlot, slotsBetween, type SlotRange } from './next-slot.js';

/** Computes scheduled times from schedule, id and time alone; caches cron searches only. Unix ms. */
export interface Calendar {
  /** The first slot after `after`; null for a cron that never matches. */
  nextSlot(schedule: Schedule, id: string, after: number): number | null;
  /** ms from `slot` to the next one; Infinity when there is none. */
  intervalAt(schedule: Schedule, id: string, slot: number): number;
  /** The slots in (after, upTo]. */
  slotsBetween(schedule: Schedule, id: string, after: number, upTo: number): SlotRange;
  /** The union of the maintenance windows that overlap [from, to). */
  windows(rules: readonly WindowRule[], from: number, to: number): Interval[];
}

export function createCalendar(): Calendar {
  const cron = createCronCalendar();
  return {
    nextSlot: (schedule, id, after) => nextSlot(cron, schedule, id, after),
    intervalAt(schedule, id, slot) {
      if (schedule.kind === 'every') return schedule.everyMs;
      return (nextSlot(cron, schedule, id, slot) ?? Infinity) - slot;
    },
    slotsBetween: (schedule, id, after, upTo) => slotsBetween(cron, schedule, id, after, upTo),
    windows: (rules, from, to) => maintenanceWindows(cron, rules, from, to),
  };
}
