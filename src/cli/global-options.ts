import type { Command } from 'commander';
import type { LogLevel } from '../app/log.js';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly config: string;
  readonly logLevel: LogLevel;
}

export function globalOptions(command: Command): GlobalOptions {
  return command.optsWithGlobals<GlobalOptions>();
}
