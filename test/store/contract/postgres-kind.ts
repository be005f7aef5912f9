import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import { openPostgresStore, type PostgresStore } from '../../../src/store/postgres/postgres-store.js';
import type { Server } from '../postgres/server.js';
import { migrationsDir, retention, silent } from '../samples.js';
import type { OpenOptions, StoreKind } from './opener.js';

export const postgresMigrations = join(migrationsDir, 'postgres');

/** Stores in databases of a server. */
export function postgresKind(server: () => Server): StoreKind {
  let opened: PostgresStore[] = [];
  afterEach(async () => {
    for (const store of opened) await store.close();
    opened = [];
  });
  const open = async (url: string, options: OpenOptions = {}): Promise<PostgresStore> => {
    const store = await openPostgresStore({
      url,
      migrationsDir: postgresMigrations,
      retention: () => retention,
      log: silent,
      ...options,
    });
    opened.push(store);
    return store;
  };
  const somewhere: StoreKind['somewhere'] = () => {
    const url = server().fresh();
    return Promise.resolve({
      at: url,
      open: (options) => open(url, options),
      series: async (past, window, stepMs) => {
        const reader = opened.at(-1) ?? (await open(url));
        return reader.series(past, window, stepMs);
      },
    });
  };
  return { somewhere, fresh: async (options) => (await somewhere()).open(options) };
}
