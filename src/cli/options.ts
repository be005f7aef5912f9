import { Option, type Command } from 'commander';
import type { LogLevel } from '../app/log.js';
import { createLocalTime, type LocalTime } from '../calendar/local-time.js';
import { namedWindow, namedWindowForms } from '../calendar/named-window.js';
import { parseDuration } from '../domain/duration.js';
import type { Interval } from '../domain/state.js';
import { UsageError } from './failure.js';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly config: string;
  readonly logLevel: LogLevel;
}

export function globalOptions(command: Command): GlobalOptions {
  return command.optsWithGlobals<GlobalOptions>();
}

/** Output format of a command: a table, unless one of these is given. */
export interface FormatOptions {
  readonly json?: true;
  readonly csv?: true;
}

export const jsonOption = (): Option => new Option('--json', 'as JSON');
export const csvOption = (): Option => new Option('--csv', 'as CSV').conflicts('json');

/** The past part of a command's window, in Unix ms. */
export interface AskedWindow extends Interval {
  /** The name that the user gave. */
  readonly name: string;
  /** End of the window, if it is in the future; else null. */
  readonly goesOnTo: number | null;
  readonly timezone: string;
  readonly clock: LocalTime;
}

export const windowOption = (): Option =>
  new Option('-w, --window <window>', `until now, such as 24h or 30d, or ${namedWindowForms}`);

export const timezoneOption = (): Option =>
  new Option('--timezone <zone>', 'whose days and clocks, such as Europe/Berlin').default('UTC');

function clockOf(timezone: string): LocalTime {
  try {
    return createLocalTime(timezone);
  } catch {
    throw new UsageError(
      `--timezone: no time zone is named ${timezone}; give one such as Europe/Berlin or UTC`,
    );
  }
}

/** The window of that name at `now`. Throws UsageError. */
export function askedWindow(name: string, timezone: string, now: number): AskedWindow {
  const clock = clockOf(timezone);
  const known = { name, timezone, clock };
  const durationMs = parseDuration(name) ?? 0;
  if (durationMs > 0) return { ...known, from: Math.max(0, now - durationMs), to: now, goesOnTo: null };
  const named = namedWindow(name, timezone);
  if (named === null || named.from === named.to) {
    throw new UsageError(
      `--window: ${name} is no window; give a duration such as 24h or 30d, or ${namedWindowForms}`,
    );
  }
  if (named.from >= now) throw new UsageError(`${name} has not begun yet`);
  return {
    ...known,
    from: named.from,
    to: Math.min(named.to, now),
    goesOnTo: named.to > now ? named.to : null,
  };
}
