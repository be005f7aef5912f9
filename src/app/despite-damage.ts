import { StoreError } from '../store/store-error.js';

/** Asks once more where the file turned out to be damaged: it was moved aside, and the next question begins a fresh one. */
export async function despiteDamage<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind !== 'damaged') throw error;
    return ask();
  }
}
