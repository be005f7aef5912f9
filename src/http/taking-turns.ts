import type { Backend, HistoryStore, Reading } from './port.js';

/** Resolves in a turn of the event loop that has time left. */
export type NextTurn = () => Promise<void>;

/** What follows an answer of the store is work too: of many answers that come at one moment, each is used in a turn of its own. */
function after<Args extends unknown[], Answer>(
  ask: (...args: Args) => Promise<Answer>,
  next: NextTurn,
): (...args: Args) => Promise<Answer> {
  return async (...args) => {
    try {
      return await ask(...args);
    } finally {
      await next();
    }
  };
}

function storeInTurns(store: HistoryStore, next: NextTurn): HistoryStore {
  return {
    points: after((...args) => store.points(...args), next),
    durations: after((windows) => store.durations(windows), next),
    spent: after((windows) => store.spent(windows), next),
    counts: after((...args) => store.counts(...args), next),
    results: after((...args) => store.results(...args), next),
    incidents: after((...args) => store.incidents(...args), next),
    exclusions: after((...args) => store.exclusions(...args), next),
    names: after((...args) => store.names(...args), next),
    maintenance: after((...args) => store.maintenance(...args), next),
    secret: after(() => store.secret(), next),
  };
}

/** Readers of one text all get its next chunk at one moment. */
function readingInTurns(reading: Reading, next: NextTurn): Reading {
  async function* chunks(): AsyncGenerator<string | Buffer> {
    try {
      for await (const chunk of reading.chunks) {
        await next();
        yield chunk;
      }
    } finally {
      // So do all get its end.
      await next();
    }
  }
  return { chunks: chunks(), givenUp: reading.givenUp, leave: () => reading.leave() };
}

/** The backend for routes: after each wait that many requests can share, a request waits for its turn. */
export function backendInTurns(backend: Backend, next: NextTurn): Backend {
  return {
    ...backend,
    store: storeInTurns(backend.store, next),
    readLong: after((question) => backend.readLong(question), next),
    monitor: after(() => backend.monitor(), next),
    checkNow: after((id) => backend.checkNow(id), next),
    exposition: (format) => readingInTurns(backend.exposition(format), next),
  };
}
