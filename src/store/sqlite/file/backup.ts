import { applicationId, requireFile } from './database.js';
import { attempt, describe, isDamage } from './failure.js';
import { versionOf } from './migrations.js';
import { Database } from './sqlite.js';
import { StoreError } from '../../store-error.js';

const busyTimeoutMs = 1_000;
/** Pages are read once, so a cache only takes memory, of which a container that the daemon shares has little. */
const smallCache = 'cache_size = -2000';

/**
 * Copies the database at `path`, of any version, to `copy`, which must be empty or absent, and checks the copy; a
 * daemon may write meanwhile. Throws StoreError. Uses one snapshot, not SQLite's backup API, which restarts whenever
 * another process writes.
 */
export function copyDatabase(path: string, copy: string): void {
  const version = attempt(path, () => {
    requireFile(path);
    const source = new Database(path, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
    try {
      source.pragma(smallCache);
      if (source.pragma('application_id', { simple: true }) !== applicationId)
        throw new StoreError('foreign', `${path} is not a database of modelpulse`);
      try {
        source.prepare('VACUUM INTO ?').run(copy);
      } catch (error) {
        // Errors other than damage of the database belong to the disk of the copy.
        throw describe(error, isDamage(error) ? path : copy);
      }
      return versionOf(source);
    } finally {
      source.close();
    }
  });
  attempt(copy, () => prove(copy, version));
}

function prove(copy: string, version: number): void {
  const database = new Database(copy, { readonly: true, fileMustExist: true });
  try {
    database.pragma(smallCache);
    const sound =
      database.pragma('quick_check', { simple: true }) === 'ok' &&
      database.pragma('application_id', { simple: true }) === applicationId &&
      versionOf(database) === version;
    if (!sound)
      throw new StoreError('damaged', `${copy} is not a sound copy; the database or a disk is damaged`);
  } finally {
    database.close();
  }
}
