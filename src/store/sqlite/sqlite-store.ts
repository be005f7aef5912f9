import { dirname } from 'node:path';
import type { Database } from 'better-sqlite3';
import { openDatabase } from './file/database.js';
import { attempt, damageBehind, isForeign, promised } from './file/failure.js';
import { lockFile } from './file/file-lock.js';
import { isCopy, isLogSavedAt } from './file/file-copy.js';
import { createLogWatch } from './file/log-watch.js';
import {
  bytesOnDisk,
  deviceOf,
  identityOf,
  logOf,
  moveAside,
  moveLogAside,
  placeFor,
  removeLog,
} from './file/file-place.js';
import { reserveKeys } from './rows/model-row.js';
import type { StoredModel } from '../port.js';
import { prepareSession, type Session } from './session.js';
import type { SqliteStore, StoreOptions } from './opened-store.js';
import { StoreError } from '../store-error.js';

export type { OpenedStore, SqliteStore, StoreOptions } from './opened-store.js';

/**
 * Opens the store for the one daemon that writes it; throws StoreError. When the file proves damaged in use, the call
 * that detects it rejects with kind `damaged`; with `onCorrupt: 'move'` a fresh file is created, which has none of the
 * earlier keys (`unknown_model`), so every model must be registered again.
 */
export function openStore(options: StoreOptions): SqliteStore {
  const path = attempt(options.path, () => placeFor(options.path));
  const lock = attempt(path, () => lockFile(path));
  const watchLog = createLogWatch(path, options.log);
  let corruptions = 0;
  let highestKey = options.highestKey ?? 0;
  let closed = false;
  let database: Database | null = null;
  let session: Session | null = null;
  /** Identity of the file at the path when it was opened. */
  let identity: string | null = null;
  let logIdentity: string | null = null;
  /** Device of the directory, which changes where its volume is unmounted. */
  let device: string | null = null;
  let openings = 0;
  /** True until old rows are deleted, or until the file was looked through: at a start a long look holds up nobody. */
  let starting = true;

  function connect(): Session {
    if (closed) throw new StoreError('unavailable', `${path} is closed`);
    if (session !== null) return session;
    database = openDatabase(path, options.migrationsDir);
    identity = identityOf(path);
    device = deviceOf(dirname(path));
    // Here too: where the next two fail, the -wal is still known as ours.
    logIdentity = identityOf(logOf(path));
    reserveKeys(database, highestKey);
    session = prepareSession(database, options.retention);
    logIdentity = identityOf(logOf(path));
    openings += 1;
    return session;
  }

  function disconnect(): void {
    // SQLite knows a file by its inode alone, which a copy on another volume may share: closing would delete the -wal of that.
    if (isElsewhere()) isLogSavedAt(path);
    session = null;
    if (database === null) return;
    // SQLite deletes the -wal at the path when it closes a database that is there, and leaves that of one which was moved.
    if (identityOf(path) !== identity) leaveLog();
    else if (identityOf(logOf(path)) !== logIdentity) moveLogAside(path, options.clock.wall());
    database.close();
    database = null;
  }

  /** Moves a damaged file aside, if configured, and returns its error; the next use creates a fresh one. Throws any other error. */
  function giveUp(error: unknown): Error {
    const damage = damageBehind(error, starting ? database : null);
    starting &&= !isForeign(error);
    if (damage === null || options.onCorrupt === 'stop') throw damage ?? error;
    disconnect();
    const movedTo = moveAside(path, options.clock.wall());
    corruptions += 1;
    options.log.error({ err: damage, path, movedTo }, 'database is corrupt: moved aside, starting a new one');
    return damage;
  }

  /**
   * Takes the -wal from the path if it is that of the open file, which is no longer there: SQLite would apply it to the next one.
   * What only the -wal holds is saved to the open file, which may have been moved; otherwise the -wal is kept under another name.
   */
  function leaveLog(): void {
    const found = identityOf(logOf(path));
    if (found === null || found !== logIdentity) return;
    if (isLogSaved()) removeLog(path);
    else
      options.log.warn(
        { path, movedTo: moveLogAside(path, options.clock.wall()) },
        'the database file was moved, deleted or replaced, and its latest changes could not be saved to it: they are in the write-ahead log, which was renamed',
      );
  }

  /** Saves the -wal; false where a reader or the disk prevents it. */
  function isLogSaved(): boolean {
    try {
      return database?.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0;
    } catch {
      return false;
    }
  }

  /** True where the path leads to another volume than that of the open file. */
  function isElsewhere(): boolean {
    const found = deviceOf(dirname(path));
    // A directory that is gone is reported as such.
    return session !== null && found !== null && found !== device && identityOf(path) !== identity;
  }

  /** Throws where another volume has no database at the path: that of the open file is not mounted. */
  function expectVolume(): void {
    if (!isElsewhere() || identityOf(path) !== null) return;
    throw new StoreError(
      'unavailable',
      `cannot use ${path}: the volume of its folder is not mounted, or has no database; results wait in memory until the volume with the database is mounted; restart the daemon to create a database here`,
    );
  }

  /**
   * Where another volume has a database at the path, it is the one to go on with: the same one after a remount, or a copy
   * of it, is opened; throws StoreError `displaced` for another history, which is read at a start only.
   */
  function expectHistory(): void {
    if (database === null || !isElsewhere()) return;
    if (!isCopy(database, path, options.migrationsDir))
      throw new StoreError(
        'displaced',
        `a volume with another database was mounted over the folder of ${path}; a restart continues with that database`,
      );
    if (!isLogSavedAt(path))
      throw new StoreError('unavailable', `cannot use ${path}: another program reads it; it is tried again`);
    disconnect();
    connect();
    options.log.warn({ path }, 'database is on another volume now, with the same content: nothing is lost');
  }

  /**
   * Throws where the path no longer leads to the open file: writes to it are lost with the process. A fresh file then
   * replaces it as after damage; another file at the path is moved aside, since its models have other keys.
   */
  function expectSameFile(): void {
    const found = identityOf(path);
    if (session === null || found === identity) return;
    const what = found === null ? 'deleted' : 'replaced by another file';
    const error = new StoreError(
      'damaged',
      `${path} was ${what} while the daemon used it; stop the daemon before a backup is put in place`,
    );
    const log = identityOf(logOf(path));
    leaveLog();
    if (options.onCorrupt === 'stop') throw error;
    const foreign = found !== null || (log !== null && log !== logIdentity);
    const movedTo = foreign ? moveAside(path, options.clock.wall(), 'replaced') : null;
    disconnect();
    corruptions += 1;
    options.log.error({ err: error, path, movedTo }, 'database was deleted or replaced: starting a new one');
    throw error;
  }

  /**
   * Where the -wal was deleted or replaced, only the open connection has the one with the latest changes, and a crash
   * would lose them: writes them to the database and starts a new -wal.
   */
  function expectSameLog(): void {
    if (database === null || identityOf(logOf(path)) === logIdentity) return;
    const movedTo = moveLogAside(path, options.clock.wall());
    const busy = database.pragma('wal_checkpoint(TRUNCATE)', { simple: true });
    // A reader blocks the checkpoint: the next change retries it.
    if (busy !== 0) return;
    disconnect();
    connect();
    options.log.warn(
      { path: logOf(path), movedTo },
      'write-ahead log was deleted or replaced by another process: its changes were saved to the database, nothing is lost',
    );
  }

  function ask<Result>(work: (session: Session) => Result, changes = false): Promise<Result> {
    return promised(path, () => {
      if (changes) {
        // Before the lock, which is on the volume too.
        expectVolume();
        lock.keep();
        expectHistory();
        expectSameFile();
      }
      try {
        if (changes) expectSameLog();
        return work(connect());
      } catch (error) {
        throw giveUp(error);
      }
    });
  }

  const change = <Result>(work: (session: Session) => Result): Promise<Result> => ask(work, true);

  function register(open: Session, ...model: Parameters<Session['register']>): StoredModel {
    const registered = open.register(...model);
    highestKey = Math.max(highestKey, registered.key);
    return registered;
  }

  attempt(path, () => {
    try {
      try {
        connect();
      } catch (error) {
        giveUp(error);
        connect();
      }
    } catch (error) {
      disconnect();
      lock.release();
      throw error;
    }
  });

  return {
    get corruptions() {
      return corruptions;
    },
    get openings() {
      return openings;
    },
    models: () => ask((open) => open.models()),
    names: (which) => ask((open) => open.names(which)),
    register: (id, now, renameFrom) => change((open) => register(open, id, now, renameFrom)),
    retire: (keys, now) => change((open) => open.retire(keys, now)),
    missed: () => ask((open) => open.missed()),
    write: (batch) => change((open) => open.write(batch)),
    writePacked: (packed) => change((open) => open.writePacked(packed)),
    points: (key, from, to, most) => ask((open) => open.points(key, from, to, most)),
    durations: (windows) => ask((open) => open.durations(windows)),
    spent: (windows) => ask((open) => open.spent(windows)),
    counts: (key, from, to, without) => ask((open) => open.counts(key, from, to, without)),
    hourHistograms: (asked) => ask((open) => open.hourHistograms(asked)),
    results: (key, query) => ask((open) => open.results(key, query)),
    incidents: (query) => ask((open) => open.incidents(query)),
    maintenance: (key, from, to) => ask((open) => open.maintenance(key, from, to)),
    epochs: (key) => ask((open) => open.epochs(key)),
    gaps: (key) => ask((open) => open.gaps(key)),
    acknowledged: () => ask((open) => open.acknowledged()),
    exclusions: (key) => ask((open) => open.exclusions(key)),
    excludedPeriods: (after) => ask((open) => open.excludedPeriods(after)),
    addNote: (incident, note) => change((open) => open.addNote(incident, note)),
    acknowledge: (incident, to) => change((open) => open.acknowledge(incident, to)),
    exclude: (key, exclusion) => change((open) => open.exclude(key, exclusion)),
    include: (key, id) => change((open) => open.include(key, id)),
    notices: (after, limit) => ask((open) => open.notices(after, limit)),
    channels: () => ask((open) => open.channels()),
    messages: (query) => ask((open) => open.messages(query)),
    waiting: (query) => ask((open) => open.waiting(query)),
    waitingChannels: () => ask((open) => open.waitingChannels()),
    keepOutbox: (changes) => change((open) => open.keepOutbox(changes)),
    vendorIncidents: (query) => ask((open) => open.vendorIncidents(query)),
    keepVendorIncidents: (incidents) => change((open) => open.keepVendorIncidents(incidents)),
    prune: (now) =>
      change((open) => {
        starting = false;
        watchLog(now);
        return open.prune(now);
      }),
    // A read where it can be, since pages are read while nothing can be written.
    secret: async () =>
      (await ask((open) => open.secret.known())) ??
      change((open) => open.secret.known() ?? open.secret.make()),
    sizeBytes: () => bytesOnDisk(path),
    close: () =>
      promised(path, () => {
        if (closed) return;
        closed = true;
        disconnect();
        lock.release();
      }),
  };
}
