import { openExisting } from './file/database.js';
import { attempt, promised } from './file/failure.js';
import { bytesOnDisk } from './file/file-place.js';
import type { StoreReader } from '../port.js';
import { prepareReadSession, type ReadSession } from './session.js';

/** Opens an existing store read-only, whether a daemon writes it or not: no lock, no migration. Throws StoreError. */
export function openStoreReader(path: string, migrationsDir: string): StoreReader {
  const database = openExisting(path, migrationsDir);
  const session = attempt(path, () => prepareReadSession(database));
  const ask = <Result>(work: (session: ReadSession) => Result): Promise<Result> =>
    promised(path, () => work(session));

  return {
    models: () => ask((open) => open.models()),
    names: (which) => ask((open) => open.names(which)),
    missed: () => ask((open) => open.missed()),
    points: (key, from, to, most) => ask((open) => open.points(key, from, to, most)),
    durations: (windows) => ask((open) => open.durations(windows)),
    spent: (windows) => ask((open) => open.spent(windows)),
    counts: (key, from, to, without) => ask((open) => open.counts(key, from, to, without)),
    hourHistograms: (asked) => ask((open) => open.hourHistograms(asked)),
    results: (key, query) => ask((open) => open.results(key, query)),
    incidents: (query) => ask((open) => open.incidents(query)),
    maintenance: (key, from, to) => ask((open) => open.maintenance(key, from, to)),
    epochs: (key) => ask((open) => open.epochs(key)),
    gaps: (key) => ask((open) => open.gaps(key)),
    acknowledged: () => ask((open) => open.acknowledged()),
    exclusions: (key) => ask((open) => open.exclusions(key)),
    excludedPeriods: (after) => ask((open) => open.excludedPeriods(after)),
    notices: (after, limit) => ask((open) => open.notices(after, limit)),
    vendorIncidents: (query) => ask((open) => open.vendorIncidents(query)),
    sizeBytes: () => bytesOnDisk(path),
    close: () => promised(path, () => void database.close()),
  };
}
