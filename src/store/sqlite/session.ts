import type { Database } from 'better-sqlite3';
import { prepareAnnotating, prepareAnnotations } from './write/annotations.js';
import { prepareCounts } from './read/count-query.js';
import type { Retention } from '../horizons.js';
import { prepareHourHistograms } from './read/hour-query.js';
import { prepareIncidents } from './read/incident-query.js';
import { prepareModels, prepareRegistry } from './rows/model-row.js';
import type { MissCause, Store, StoreReader } from '../port.js';
import { prepareOutbox } from './write/outbox.js';
import { preparePrune } from './write/prune.js';
import { prepareVendors } from './write/vendors.js';
import { prepareResults } from './read/result-query.js';
import { prepareTimeline } from './read/timeline-query.js';
import { prepareSecret } from './write/secret.js';
import { prepareWrite, type Write } from './write/write.js';

/** The methods of a store on one open database, synchronous instead of by promise. */
type Immediate<Methods> = {
  readonly [Name in keyof Methods]: Methods[Name] extends (...args: infer Args) => Promise<infer Result>
    ? (...args: Args) => Result
    : never;
};
export type ReadSession = Immediate<Omit<StoreReader, 'close' | 'sizeBytes'>>;
export type Session = Immediate<Omit<Store, 'close' | 'sizeBytes' | 'secret'>> & {
  readonly secret: ReturnType<typeof prepareSecret>;
  readonly writePacked: Write['packed'];
};

export function prepareReadSession(database: Database): ReadSession {
  const models = prepareModels(database);
  const timeline = prepareTimeline(database);
  const { acknowledged, exclusions, excludedPeriods } = prepareAnnotations(database);
  const missed = database.prepare<[], { cause: MissCause; count: number }>('SELECT cause, count FROM missed');
  return {
    models: models.all,
    names: models.names,
    missed: () => new Map(missed.all().map(({ cause, count }) => [cause, count])),
    ...timeline,
    counts: prepareCounts(database),
    hourHistograms: prepareHourHistograms(database),
    results: prepareResults(database),
    incidents: prepareIncidents(database).incidents,
    acknowledged,
    exclusions,
    excludedPeriods,
    notices: prepareOutbox(database).notices,
    vendorIncidents: prepareVendors(database).vendorIncidents,
  };
}

export function prepareSession(database: Database, retention: () => Retention): Session {
  const { incident } = prepareIncidents(database);
  const write = prepareWrite(database);
  const { addNote, acknowledge, exclude, include } = prepareAnnotating(database);
  return {
    ...prepareReadSession(database),
    ...prepareRegistry(database),
    addNote: (id, note) => (addNote(id, note) ? incident(id) : null),
    acknowledge(id, to) {
      const changed = acknowledge(id, to);
      const known = changed === null ? null : incident(id);
      return changed === null || known === null ? null : { incident: known, changed };
    },
    exclude,
    include,
    write: write.batch,
    writePacked: write.packed,
    ...prepareOutbox(database),
    ...prepareVendors(database),
    prune: preparePrune(database, retention),
    secret: prepareSecret(database),
  };
}
