import { messageOf, systemCodeOf } from '../domain/thrown.js';
import { ConfigError } from '../config/read/load.js';
import { StoreError } from '../store/store-error.js';
import { plainText } from '../domain/plain-text.js';
import { plainLines } from './terminal.js';

/** A fault in the command line or its input that the user can correct. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The daemon does not run, or refuses the request. */
export class DaemonError extends Error {
  override readonly name = 'DaemonError';
}

/**
 * Writes the error to standard error, without a stack trace where the user caused it; returns the exit code. Text
 * quoted from arguments, files and the database is made safe to print.
 */
export function reportFailure(error: unknown, write: (text: string) => void): number {
  if (error instanceof ConfigError) {
    for (const problem of error.problems) write(`${plainLines(problem)}\n`);
    const count = error.problems.length;
    write(`${count} ${count === 1 ? 'problem' : 'problems'} in the configuration\n`);
    return 2;
  }
  if (error instanceof UsageError) {
    write(`${plainText(error.message)}\n`);
    return 2;
  }
  if (error instanceof StoreError || error instanceof DaemonError) {
    write(`${plainText(error.message)}\n`);
    return 1;
  }
  const code = systemCodeOf(error);
  if (code === 'EADDRINUSE' || code === 'EACCES' || code === 'EADDRNOTAVAIL') {
    write(`cannot listen: ${plainText(messageOf(error))}\n`);
    return 1;
  }
  write(`${plainLines(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`);
  return 1;
}
