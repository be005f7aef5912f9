import { setTimeout as pause } from 'node:timers/promises';
import { StoreError } from '../store-error.js';
import { breaksConnection, sqlStateOf } from './failure.js';

/** ms between two questions about a commit. */
const askEveryMs = 500;

/** What runs statements; that of the database has more. */
interface Asked {
  run(
    text: string,
    values: readonly unknown[],
  ): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
}

/** A transaction of which only the commit was left. */
interface Ended<Result> {
  readonly id: string;
  readonly result: Result;
}

const causeOf = (error: unknown): unknown => (error instanceof StoreError ? error.cause : error);

/** The id under which the server knows the open transaction. */
export async function transactionId(sql: Asked): Promise<string> {
  const { rows } = await sql.run('SELECT txid_current()::text AS id', []);
  return String(rows[0]?.id);
}

/** Asks until the server answers whether a transaction is committed. False once the store is closed. */
async function isCommitted(sql: Asked, id: string, isClosed: () => boolean): Promise<boolean> {
  while (!isClosed()) {
    try {
      const { rows } = await sql.run('SELECT txid_status($1::int8) AS status', [id]);
      const status = rows[0]?.status;
      if (status !== 'in progress') return status === 'committed';
    } catch (error) {
      // Another server has taken the place of the one that was asked, and never saw the transaction.
      if (sqlStateOf(causeOf(error))?.startsWith('22') === true) return false;
    }
    await pause(askEveryMs);
  }
  return false;
}

/**
 * Runs a transaction, which calls `ended` when only its commit is left. Where the connection breaks from then on, the commit may
 * be done, and what adds to sums must not be written twice: the server is asked.
 */
export async function committedOnce<Result>(
  run: (ended: (what: Ended<Result>) => void) => Promise<Result>,
  { sql, isClosed }: { readonly sql: Asked; readonly isClosed: () => boolean },
): Promise<Result> {
  let ended: Ended<Result> | null = null;
  try {
    return await run((what) => (ended = what));
  } catch (error) {
    // Set by the callback, which the compiler does not follow.
    const last = ended as Ended<Result> | null;
    if (last === null || !breaksConnection(causeOf(error))) throw error;
    if (await isCommitted(sql, last.id, isClosed)) return last.result;
    throw error;
  }
}
