import { HttpError } from './http-error.js';
import type { Report } from './port.js';

/** ms that a caller waits for a store that hangs. */
const patienceMs = 5_000;

/** Waits for a change of the store: a failure that may pass is not the caller's fault and can be retried. Rejects with HttpError. */
export async function storedChange<T>(work: Promise<T>, report: Report): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new HttpError(
      503,
      'not_stored_yet',
      'the store does not answer; it may still take it: look before you try again',
    );
    timer = setTimeout(() => {
      reject(error);
    }, patienceMs);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    if (error instanceof HttpError) throw error;
    report(error, 'annotations');
    throw new HttpError(503, 'not_stored', 'the store does not take it now; try again');
  } finally {
    clearTimeout(timer);
  }
}
