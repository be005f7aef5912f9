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

/** What migrations have made of a schema. */
interface SchemaVersion {
  /** Number of migrations that it has; 0 for an empty one. */
  readonly version: number;
  /** Number of migrations of the oldest release that may go on with it. */
  readonly oldest: number;
}

async function versionOf(database: Database, sql: Sql): Promise<SchemaVersion> {
  const none = { version: 0, oldest: 0 };
  if (!(await hasTable(database, sql, 'schema_version'))) return none;
  const { rows } = await sql.run<SchemaVersion>(
    `SELECT coalesce(max(version), 0) AS version, coalesce(max(oldest), 0) AS oldest
      FROM ${database.table('schema_version')}`,
  );
  return rows[0] ?? none;
}

/**
 * Oldest release that may use what the migration leaves, as its first line says: `-- oldest: 1`. A migration without that line is only for
 * releases that have it.
 */
function oldestFor(version: number, text: string): number {
  const said = /^-- oldest: (\d+)$/m.exec(text.split('\n', 1)[0] ?? '')?.[1];
  return said === undefined ? version : Number(said);
}

/** Refuses a newer schema, unless its migrations left what this release uses: instances are upgraded one after the other. */
function refuseNewer({ shown, schema }: Database, { version, oldest }: SchemaVersion, known: number): void {
  if (oldest <= known) return;
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
  if (before.version >= known) return;
  await database.transaction(async (sql) => {
    await sql.run(`SELECT pg_advisory_xact_lock(${schemaLock})`);
    // Another instance may have applied them meanwhile.
    const found = await versionOf(database, sql);
    refuseNewer(database, found, known);
    const { version } = found;
    if (version >= known) return;
    if (version === 0) await prepareSchema(database, sql);
    await sql.run(`SET LOCAL search_path TO "${database.schema}"`);
    for (const migration of migrations.slice(version)) {
      const text = readFileSync(join(directory, migration.file), 'utf8');
      await sql.run(text);
      const oldest = oldestFor(migration.version, text);
      await sql.run(`INSERT INTO schema_version VALUES (${migration.version}, ${oldest})`);
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
  await sql.run(
    `CREATE TABLE ${database.table('schema_version')} (version integer PRIMARY KEY, oldest integer NOT NULL)`,
  );
}

/** Rejects with StoreError for a schema that this release does not read. */
export async function requireSchema(database: Database, directory: string): Promise<void> {
  const known = listMigrations(directory).length;
  const found = await versionOf(database, database);
  refuseNewer(database, found, known);
  const { schema, shown } = database;
  const { version } = found;
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
