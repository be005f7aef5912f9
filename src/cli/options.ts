import { Option, type Command } from 'commander';
import type { LogLevel } from '../app/log.js';
import { createLocalTime, type LocalTime } from '../calendar/local-time.js';
import { namedWindowForms } from '../calendar/named-window.js';
import { pastWindow, type AskedWindow } from '../calendar/past-window.js';
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
  const window = pastWindow(name, { timezone, clock: clockOf(timezone), now });
  if (window === 'unknown') {
    throw new UsageError(
      `--window: ${name} is no window; give a duration such as 24h or 30d, or ${namedWindowForms}`,
    );
  }
  if (window === 'future') throw new UsageError(`${name} has not begun yet`);
  return window;
}
