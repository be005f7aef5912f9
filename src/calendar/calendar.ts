import type { Schedule } from '../domain/schedule.js';
import type { Interval } from '../domain/state.js';
import { createCronCalendar } from './cron.js';
import { maintenanceWindows, type WindowRule } from './maintenance.js';
import { nextSlot, slotsBetween, type SlotRange } from './next-slot.js';

/**
 * Pure functions of schedule, time and the id of a model, whose hash spreads the slots; caches cron searches. Times in
 * Unix ms.
 */
export interface Calendar {
  /** The first slot after `after`; null for a cron that never matches. */
  nextSlot(schedule: Schedule, id: string, after: number): number | null;
  /** ms from `slot` to the next one; Infinity when there is none. */
  intervalAt(schedule: Schedule, id: string, slot: number): number;
  /** Count, first and last of the slots in (after, upTo]. */
  slotsBetween(schedule: Schedule, id: string, after: number, upTo: number): SlotRange;
  /** Maintenance windows that overlap [from, to), unclipped; overlapping and adjacent ones are joined. */
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
