import type { Store } from '../store/port.js';
import { StoreError } from '../store/store-error.js';

type Reads = Pick<
  Store,
  | 'models'
  | 'names'
  | 'missed'
  | 'points'
  | 'durations'
  | 'spent'
  | 'counts'
  | 'hourHistograms'
  | 'results'
  | 'incidents'
  | 'maintenance'
  | 'epochs'
  | 'gaps'
  | 'exclusions'
  | 'excludedPeriods'
>;

interface Waiting {
  readonly begin: () => void;
  readonly giveUp: (error: StoreError) => void;
}

/**
 * The reads of a store, of which `most` run at a time: however many are asked for, a write has a connection. When one fails because
 * the store is unavailable, those that wait reject with its error.
 */
export function createReadTurns(store: Reads, most: number): Reads {
  let running = 0;
  let waiting: Waiting[] = [];

  /** The place goes to the next one, or is free. */
  const goOn = (): void => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next.begin();
  };

  async function inTurn<Answer>(read: () => Promise<Answer>): Promise<Answer> {
    if (running >= most)
      await new Promise<void>((resolve, reject) => waiting.push({ begin: resolve, giveUp: reject }));
    else running += 1;
    try {
      return await read();
    } catch (error) {
      if (error instanceof StoreError && error.kind === 'unavailable') {
        const all = waiting;
        waiting = [];
        for (const { giveUp } of all) giveUp(error);
      }
      throw error;
    } finally {
      goOn();
    }
  }

  return {
    models: () => inTurn(() => store.models()),
    names: (which) => inTurn(() => store.names(which)),
    missed: () => inTurn(() => store.missed()),
    points: (...query) => inTurn(() => store.points(...query)),
    durations: (windows) => inTurn(() => store.durations(windows)),
    spent: (windows) => inTurn(() => store.spent(windows)),
    counts: (...query) => inTurn(() => store.counts(...query)),
    hourHistograms: (asked) => inTurn(() => store.hourHistograms(asked)),
    results: (...query) => inTurn(() => store.results(...query)),
    incidents: (query) => inTurn(() => store.incidents(query)),
    maintenance: (...query) => inTurn(() => store.maintenance(...query)),
    epochs: (key) => inTurn(() => store.epochs(key)),
    gaps: (key) => inTurn(() => store.gaps(key)),
    exclusions: (key) => inTurn(() => store.exclusions(key)),
    excludedPeriods: (after) => inTurn(() => store.excludedPeriods(after)),
  };
}
