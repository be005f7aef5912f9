import { join } from 'node:path';
import { openHistoryReader } from '../../../src/store/sqlite/history-reader.js';
import { migrationsDir, workplace } from '../samples.js';
import type { StoreKind } from './opener.js';

/** Stores in files. */
export function sqliteKind(): StoreKind {
  const place = workplace();
  const somewhere: StoreKind['somewhere'] = () => {
    const path = join(place.directory(), 'store.db');
    return Promise.resolve({
      at: path,
      open: (options) => Promise.resolve(place.open(path, options)),
      series: (past, window, stepMs) => {
        const reader = openHistoryReader(path, migrationsDir);
        const series = reader.series(past, window, stepMs);
        reader.close();
        return Promise.resolve(series);
      },
    });
  };
  return { somewhere, fresh: async (options) => (await somewhere()).open(options) };
}
