import { dayMs } from '../domain/period.js';
import type { Interval } from '../domain/state.js';
import { createZone } from './zone.js';

/** A calendar day, clipped to a window. */
interface LocalDay extends Interval {
  /** Such as `2026-01-31`. */
  readonly date: string;
}

/** Local time of a zone; times in Unix ms. */
export interface LocalTime {
  /** To the second, such as `2026-01-31 12:00:00`. */
  text(time: number): string;
  /** The days that overlap a window, oldest first and clipped to it, without days that the zone skips. */
  days(window: Interval): LocalDay[];
}

/** Throws a RangeError for an unknown zone. */
export function createLocalTime(timezone: string): LocalTime {
  const zone = createZone(timezone);
  const shown = (time: number): number => time + zone.offsetAt(time);
  return {
    text: (time) => new Date(shown(time)).toISOString().slice(0, 19).replace('T', ' '),
    days({ from, to }) {
      const days: LocalDay[] = [];
      let midnight = Math.floor(shown(from) / dayMs) * dayMs;
      for (let begin = from; begin < to; midnight += dayMs) {
        const end = Math.min(zone.instantOf(midnight + dayMs), to);
        const date = new Date(midnight).toISOString().slice(0, 10);
        if (begin < end) days.push({ date, from: begin, to: end });
        begin = Math.max(begin, end);
      }
      return days;
    },
  };
}
