import { createRequire } from 'node:module';
import type Sqlite from 'better-sqlite3';

const hasNodeApi10 = Number(process.versions.napi) >= 10;

/**
 * better-sqlite3 for this Node. Release 13 needs Node-API 10, which Node 20 lacks. Release 12, compiled for Node 24.19 or later,
 * ends the process when a statement is collected (nodejs/node#65446).
 */
export const Database = createRequire(import.meta.url)(
  hasNodeApi10 ? 'better-sqlite3' : 'better-sqlite3-12',
) as typeof Sqlite;
export type Database = Sqlite.Database;
