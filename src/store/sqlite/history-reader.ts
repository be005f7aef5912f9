import { openToRead } from './file/database.js';
import { attempt } from './file/failure.js';
import { prepareIncidents } from './read/incident-query.js';
import { prepareResults } from './read/result-query.js';
import { prepareSeries } from './read/series-query.js';
import { prepareTimeline } from './read/timeline-query.js';

/**
 * Long reads, synchronous and so for a thread of their own: each is a short transaction, so the WAL can be emptied
 * between two.
 */
export type HistoryReader = ReturnType<typeof openHistoryReader>;

/** Opens an existing store read-only beside the daemon that writes it. Throws StoreError, as its methods do. */
export function openHistoryReader(path: string, migrationsDir: string) {
  const database = attempt(path, () => openToRead(path, migrationsDir));
  const results = prepareResults(database);
  const series = prepareSeries(database);
  const { points } = prepareTimeline(database);
  const { incidents } = prepareIncidents(database);
  return {
    results: (...query: Parameters<typeof results>) => attempt(path, () => results(...query)),
    series: (...query: Parameters<typeof series>) => attempt(path, () => series(...query)),
    points: (...query: Parameters<typeof points>) => attempt(path, () => points(...query)),
    incidents: (...query: Parameters<typeof incidents>) => attempt(path, () => incidents(...query)),
    close: () => void database.close(),
  };
}
