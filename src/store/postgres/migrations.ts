import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listMigrations } from '../migration-files.js';
import { StoreError } from '../store-error.js';
import type { Database, Sql } from './database.js';

/** Key of the lock under which the schema changes: instances that start together wait for each other. */
export const schemaLock = 0x6d70756c;

/** Read from the catalogue itself: what to_regclass finds may be older than a lock that was waited for. */
async function hasTable({ schema }: Database, sql: Sql, name: string): Promise<boolean> {
  const { rows } = await sql.run(
    `SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2`,
    [schema, name],
  );
  return rows.length > 0;
}

/** Number of migrations that the schema has; 0 for an empty one. */
async function versionOf(database: Database, sql: Sql): Promise<number> {
  if (!(await hasTable(database, sql, 'schema_version'))) return 0;
  const version = await sql.run<{ version: number }>(
    `SELECT max(version) AS version FROM ${database.table('schema_version')}`,
  );
  return version.rows[0]?.version ?? 0;
}

function refuseNewer({ shown, schema }: Database, version: number, known: number): void {
  if (version <= known) return;
  throw new StoreError(
    'newer',
    `the schema ${schema} at ${shown} was written by a newer modelpulse (schema ${version}, this one knows ${known}); upgrade modelpulse, or restore a backup from before`,
  );
}

/** Applies missing migrations, forward only, all in one transaction. Rejects with StoreError. */
export async function migrate(database: Database, directory: string): Promise<void> {
  const migrations = listMigrations(directory);
  const known = migrations.length;
  const before = await versionOf(database, database);
  refuseNewer(database, before, known);
  if (before === known) return;
  await database.transaction(async (sql) => {
    await sql.run(`SELECT pg_advisory_xact_lock(${schemaLock})`);
    // Another instance may have applied them meanwhile.
    const version = await versionOf(database, sql);
    refuseNewer(database, version, known);
    if (version === known) return;
    if (version === 0) await prepareSchema(database, sql);
    await sql.run(`SET LOCAL search_path TO "${database.schema}"`);
    for (const migration of migrations.slice(version)) {
      await sql.run(readFileSync(join(directory, migration.file), 'utf8'));
      await sql.run(`INSERT INTO schema_version VALUES (${migration.version})`);
    }
  });
}

/** Refuses a schema with a table of another program that has a name of ours. */
async function prepareSchema(database: Database, sql: Sql): Promise<void> {
  const { schema, shown } = database;
  if (await hasTable(database, sql, 'model'))
    throw new StoreError(
      'foreign',
      `the schema ${schema} at ${shown} has tables of another program; set another search_path in the address`,
    );
  const { rows } = await sql.run('SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1', [schema]);
  // Where it is there, the user needs no right to create it.
  if (rows.length === 0) await sql.run(`CREATE SCHEMA "${schema}"`);
  await sql.run(`CREATE TABLE ${database.table('schema_version')} (version integer PRIMARY KEY)`);
}

/** Rejects with StoreError for a schema that this release does not read. */
export async function requireSchema(database: Database, directory: string): Promise<void> {
  const known = listMigrations(directory).length;
  const version = await versionOf(database, database);
  refuseNewer(database, version, known);
  const { schema, shown } = database;
  if (version === 0)
    throw new StoreError(
      'missing',
      `there is nothing of modelpulse in the schema ${schema} at ${shown}: no daemon has used it yet; start the daemon first`,
    );
  if (version < known)
    throw new StoreError(
      'older',
      `the schema ${schema} at ${shown} was written by an older modelpulse (schema ${version}, this one reads ${known}); start the daemon once to upgrade it`,
    );
}
