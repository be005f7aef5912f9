import { setTimeout as pause } from 'node:timers/promises';
import { StoreError } from '../store/store-error.js';

const lockPatienceMs = 5_000;
const lockRetryMs = 200;

/** Asks once more where the file turned out to be damaged: it was moved aside, and the next question begins a fresh one. */
export async function despiteDamage<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind !== 'damaged') throw error;
    return ask();
  }
}

/** True where another program holds the lock of the database. */
function isBusy(error: unknown): boolean {
  if (!(error instanceof StoreError) || error.kind !== 'unavailable') return false;
  const { cause } = error;
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_BUSY');
}

/** Asks again, for up to 5 s, where another program holds the lock of the database. */
export async function despiteLock<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  const until = performance.now() + lockPatienceMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= until) throw error;
    }
    await pause(lockRetryMs);
  }
}
