import { dayMs } from '../domain/period.js';

const mostCachedDays = 20_000;

/** UTC offsets of one time zone, looked up with `Intl` and cached by UTC day. Times in Unix ms. */
export interface Zone {
  /** ms that the local clock is ahead of UTC at `time`. */
  offsetAt(time: number): number;
  /** The first change of offset in (from, to]; null when there is none. */
  transition(from: number, to: number): number | null;
  /**
   * The first instant at which the local clock shows `local`, local date and time in ms as `Date.UTC` gives it; for a
   * time that the clock skips, the instant of the change.
   */
  instantOf(local: number): number;
}

/** Assumes at most one change of offset per UTC day. Throws RangeError for an unknown name. */
export function createZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const days = new Map<
    number,
    { readonly offset: number; readonly change: number | null; readonly next: number }
  >();

  function lookUp(time: number): number {
    const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of format.formatToParts(time)) shown[type] = Number(value);
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = shown;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(time / 1000) * 1000;
  }

  function day(number: number) {
    const known = days.get(number);
    if (known) return known;
    if (days.size >= mostCachedDays) days.clear();
    const offset = days.get(number - 1)?.next ?? lookUp(number * dayMs);
    const next = lookUp((number + 1) * dayMs);
    const entry = { offset, next, change: offset === next ? null : changeIn(number * dayMs, offset) };
    days.set(number, entry);
    return entry;
  }

  function changeIn(start: number, offset: number): number {
    let [before, after] = [start, start + dayMs];
    while (after - before > 1000) {
      const middle = before + Math.floor((after - before) / 2000) * 1000;
      if (lookUp(middle) === offset) before = middle;
      else after = middle;
    }
    return after;
  }

  function offsetAt(time: number): number {
    const { offset, change, next } = day(Math.floor(time / dayMs));
    return change === null || time < change ? offset : next;
  }

  function transition(from: number, to: number): number | null {
    for (let number = Math.floor(from / dayMs); number * dayMs <= to; number += 1) {
      const { change } = day(number);
      if (change !== null && change > from && change <= to) return change;
    }
    return null;
  }

  return {
    offsetAt,
    transition,
    instantOf(local) {
      const before = offsetAt(local - dayMs);
      const after = offsetAt(local + dayMs);
      const change = before === after ? null : transition(local - dayMs, local + dayMs);
      if (change === null || local - before < change) return local - before;
      return Math.max(change, local - after);
    },
  };
}
