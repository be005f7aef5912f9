import type { StoragePlace } from '../config/settings.js';
import type { PostgresReaderOptions } from '../store/postgres/postgres-store.js';
import { packageFile } from './package-files.js';

const nothing = (): void => undefined;

/** How a command opens a store in PostgreSQL; what goes wrong is in the errors alone. */
export function postgresOptions({
  url,
  preparedStatements,
}: Extract<StoragePlace, { kind: 'postgres' }>): PostgresReaderOptions {
  return {
    url,
    prepared: preparedStatements,
    log: { error: nothing, warn: nothing, info: nothing },
    migrationsDir: packageFile('migrations/postgres'),
  };
}
