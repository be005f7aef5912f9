import type { Database } from 'better-sqlite3';
import { messageOf, systemCodeOf } from '../../../domain/thrown.js';
import { StoreError } from '../../store-error.js';
import { isUnusable } from '../../write/refused-part.js';

/** The code of an SQLite error (`SQLITE_...`) or a system error; null for any other. */
export function codeOf(error: unknown): string | null {
  // better-sqlite3 looks for the directory itself.
  if (messageOf(error) === 'Cannot open database because the directory does not exist')
    return 'SQLITE_CANTOPEN';
  return systemCodeOf(error) ?? null;
}

/** True for an error of a damaged file; false for one that may pass (full disk, I/O, permission). */
export function isDamage(error: unknown): boolean {
  const code = codeOf(error);
  return code !== null && (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT'));
}

/** True for content that no release has written, as that of a damaged file may be. */
export function isForeign(error: unknown): error is StoreError {
  return error instanceof StoreError && error.kind === 'foreign';
}

/**
 * The damage behind an error: a row that no release has written is a sign of it where SQLite finds the file damaged. Null for an
 * error of another kind, and where the file is sound.
 */
export function damageBehind(error: unknown, database: Database | null): Error | null {
  // An error of better-sqlite3 is none by its own slots, and has the prototype of whoever loaded it first.
  if (isDamage(error)) return error as Error;
  if (database === null || !isForeign(error)) return null;
  try {
    const found = database.pragma('quick_check(1)', { simple: true });
    if (found === 'ok') return null;
    return new StoreError('damaged', `${database.name} is damaged: ${String(found)}`, { cause: error });
  } catch (cause) {
    return damageBehind(cause, null);
  }
}

/** Codes with which SQLite refuses the content of a row; a retry would fail too. */
const refusals = ['SQLITE_CONSTRAINT', 'SQLITE_MISMATCH', 'SQLITE_TOOBIG', 'SQLITE_RANGE'];

/**
 * True when the content of a write is refused and a retry would fail too: by SQLite, or before it, by a value that
 * cannot be bound or has no code. False for errors that may pass, for damage and for an unknown model.
 */
export function refusesContent(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== null) return refusals.some((refusal) => code.startsWith(refusal));
  return isUnusable(error);
}

const advice: readonly (readonly [prefix: string, text: string])[] = [
  ['SQLITE_CANTOPEN', 'check that it is a file and that its directory can be written'],
  ['SQLITE_READONLY', 'check the permissions of the file and its directory'],
  ['SQLITE_FULL', 'free space on its disk'],
  // Even a reader makes the index of the -wal when no daemon runs.
  [
    'SQLITE_IOERR_SHM',
    'its -shm cannot be written: free space on its disk, or copy it with its -wal to another',
  ],
  ['SQLITE_BUSY', 'another program holds its lock: end that program, or wait for it'],
];

/** The error with a message for the operator; errors of neither SQLite nor the system stay as they are. */
export function describe(error: unknown, path: string): unknown {
  const code = codeOf(error);
  if (code === null || error instanceof StoreError) return error;
  const message = messageOf(error);
  if (isDamage(error)) return new StoreError('damaged', `${path} is damaged: ${message}`, { cause: error });
  const what = code.startsWith('SQLITE_') ? `${message} (${code})` : message;
  const hint = advice.find(([prefix]) => code.startsWith(prefix))?.[1];
  return new StoreError(
    'unavailable',
    `cannot use ${path}: ${what}${hint === undefined ? '' : `; ${hint}`}`,
    {
      cause: error,
    },
  );
}

/** Runs `work`; rethrows its errors as `describe` returns them. */
export function attempt<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw describe(error, path);
  }
}

/** Runs `work` synchronously; rejects with its errors as `describe` returns them. */
export function promised<Result>(path: string, work: () => Result): Promise<Result> {
  return new Promise((resolve) => {
    resolve(attempt(path, work));
  });
}
