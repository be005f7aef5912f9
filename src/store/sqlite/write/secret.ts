import { randomBytes } from 'node:crypto';
import type { Database } from 'better-sqlite3';

/** The secret of a database, which is made with its first use. Neither statement is prepared ahead: they run seldom. */
export function prepareSecret(database: Database) {
  const known = (): string | null => {
    const found = database.prepare<[], Buffer>("SELECT value FROM secrets WHERE name = 'ids'").pluck().get();
    return found?.toString('hex') ?? null;
  };
  return {
    /** Null until it is made. */
    known,
    make(): string {
      const made = randomBytes(32);
      database.prepare("INSERT INTO secrets (name, value) VALUES ('ids', ?)").run(made);
      return made.toString('hex');
    },
  };
}
