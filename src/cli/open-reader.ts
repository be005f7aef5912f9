import { realpathSync } from 'node:fs';
import type { StoragePlace } from '../config/settings.js';
import type { StoreReader } from '../store/port.js';
import { packageFile } from './package-files.js';
import { postgresOptions } from './postgres-options.js';

interface OpenedReader {
  readonly store: StoreReader;
  /** True when a daemon uses the store; null where that cannot be told. */
  isRunning(): Promise<boolean | null>;
}

/**
 * Opens the history at `place` to read it, with the daemon running or not; loads the code of this kind of store only. Rejects
 * with StoreError.
 */
export async function openReader(place: StoragePlace): Promise<OpenedReader> {
  if (place.kind === 'sqlite') {
    const { openStoreReader } = await import('../store/sqlite/store-reader.js');
    const { isLocked } = await import('../store/sqlite/file/file-lock.js');
    const store = openStoreReader(place.path, packageFile('migrations'));
    return { store, isRunning: () => Promise.resolve(isLocked(realpathSync(place.path))) };
  }
  const { openPostgresReader } = await import('../store/postgres/postgres-store.js');
  const store = await openPostgresReader(postgresOptions(place));
  return {
    store,
    // One that cannot write its row runs nevertheless.
    isRunning: async () => (await store.inUse()) || null,
  };
}
