import { StoreError } from '../store-error.js';
import type { Database, Sql } from './database.js';

/** An instance that runs is seen again within this time. */
const seenWithinS = 15;

/** True where an instance was seen within the last 15 s, by the clock of the server; false for a schema without tables. */
export async function isInUse(database: Database, sql: Sql = database): Promise<boolean> {
  const table = database.table('instance');
  const known = await sql.run<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [table]);
  if (known.rows[0]?.found !== true) return false;
  // Not now(), which is when the transaction began: it may have waited for a lock.
  const { rows } = await sql.run(
    `SELECT 1 FROM ${table} WHERE seen > clock_timestamp() - interval '${seenWithinS} s' LIMIT 1`,
    [],
  );
  return rows.length > 0;
}

/** Rejects with StoreError `locked` while an instance uses the schema. */
export async function requireAlone(database: Database, sql: Sql = database): Promise<void> {
  if (!(await isInUse(database, sql))) return;
  throw new StoreError(
    'locked',
    `the schema ${database.schema} at ${database.shown} is in use by a modelpulse daemon, seen within the last ${seenWithinS} s; stop it, wait for ${seenWithinS} s, and try again`,
  );
}
