import { parseDuration } from '../domain/duration.js';
import type { Interval } from '../domain/state.js';
import type { LocalTime } from './local-time.js';
import { namedWindow } from './named-window.js';

/** The past part of a window that somebody asked for, in Unix ms. */
export interface AskedWindow extends Interval {
  /** The name that the user gave. */
  readonly name: string;
  /** End of the window, if it is in the future; else null. */
  readonly goesOnTo: number | null;
  readonly timezone: string;
  readonly clock: LocalTime;
}

/** The window of that name, or why there is none: no window has it, or it has not begun. */
export function pastWindow(
  name: string,
  { timezone, clock, now }: { readonly timezone: string; readonly clock: LocalTime; readonly now: number },
): AskedWindow | 'unknown' | 'future' {
  const known = { name, timezone, clock };
  const durationMs = parseDuration(name) ?? 0;
  if (durationMs > 0) return { ...known, from: Math.max(0, now - durationMs), to: now, goesOnTo: null };
  const named = namedWindow(name, timezone);
  if (named === null || named.from === named.to) return 'unknown';
  if (named.from >= now) return 'future';
  return {
    ...known,
    from: named.from,
    to: Math.min(named.to, now),
    goesOnTo: named.to > now ? named.to : null,
  };
}
