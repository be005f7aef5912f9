import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { listMigrations } from '../../migration-files.js';
import { StoreError } from '../../store-error.js';

/** Number of migrations that a database has. */
export function versionOf(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

/** Throws StoreError for a file of a newer release. */
export function refuseNewer(path: string, version: number, known: number): void {
  if (version <= known) return;
  throw new StoreError(
    'newer',
    `${path} was written by a newer modelpulse (schema ${version}, this one knows ${known}); upgrade modelpulse, or restore a backup from before`,
  );
}

/** Applies missing migrations: forward only, each in a transaction of its own with its number. */
export function migrate(database: Database, directory: string): void {
  const migrations = listMigrations(directory);
  for (const migration of migrations.slice(versionOf(database))) {
    const sql = readFileSync(join(directory, migration.file), 'utf8');
    database
      .transaction(() => {
        database.exec(sql);
        database.pragma(`user_version = ${migration.version}`);
      })
      .immediate();
  }
}
