import { createRequire } from 'node:module';
import type Sqlite from 'better-sqlite3';

/**
 * better-sqlite3 for this Node. Release 13 needs Node-API 10, which Node 20 lacks. Release 12, compiled for Node 24.19 or later,
 * ends the process when a statement is collected (nodejs/node#65446).
 */
export const Database = load(Number(process.versions.napi) >= 10 ? 'better-sqlite3' : 'better-sqlite3-12');
export type Database = Sqlite.Database;

function load(name: string): typeof Sqlite {
  try {
    // `require` is typed as any.
    return createRequire(import.meta.url)(name) as typeof Sqlite;
  } catch (cause) {
    throw new Error(`${name} is not installed for Node ${process.version}: run npm ci with this Node`, {
      cause,
    });
  }
}
