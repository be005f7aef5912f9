import { randomBytes } from 'node:crypto';
import type { Database } from 'better-sqlite3';

/** Reads the secret of a database, and makes it with the first use. */
export function prepareSecret(database: Database): () => string {
  return () => {
    // Not prepared ahead: it is asked for once per start.
    const known = database.prepare<[], Buffer>("SELECT value FROM secrets WHERE name = 'ids'").pluck().get();
    if (known !== undefined) return known.toString('hex');
    const made = randomBytes(32);
    database.prepare("INSERT INTO secrets (name, value) VALUES ('ids', ?)").run(made);
    return made.toString('hex');
  };
}
