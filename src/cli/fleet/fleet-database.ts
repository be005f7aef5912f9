import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DaemonError, UsageError } from '../failure.js';
import { logged } from './log-file.js';
import { findPostgres } from './postgres-programs.js';
import { createTemporaryFolder, serverEnded, type Identity } from './temporary-folder.js';

/** A database that only the demo uses. */
export interface FleetDatabase {
  readonly url: string;
  /** The place in words, without a password. */
  readonly shown: string;
  /** For files of the demo; removed with the database. */
  readonly folder: string;
  /** True once the server has ended by itself, where it is the demo's. */
  hasEnded(): boolean;
  /** Removes the database and the folder. */
  close(): Promise<void>;
}

const missing = `demo --fleet needs PostgreSQL, and none is installed: there is no initdb in the search path, nor where packages put it. \
Install it (Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; macOS: brew install postgresql), \
or set DATABASE_URL to a server of your own: the demo makes a schema there, and drops it at its end.`;

/** The start takes about two seconds. */
const patienceMs = 60_000;

/** PostgreSQL refuses to run as root: the user that its package made runs it, else one without rights. Throws UsageError. */
function identityForServer(): Identity {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    try {
      const idOf = (which: string): number =>
        Number(execFileSync('id', [which, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: idOf('-u'), gid: idOf('-g') };
    } catch {
      // There is no such user.
    }
  }
  throw new UsageError(
    'demo --fleet: PostgreSQL does not run as root, and there is no user postgres or nobody to run it; start the demo as another user, or set DATABASE_URL',
  );
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Makes a cluster of databases and runs its server, on a socket in the folder. */
function commandsFor(programs: string, folder: string): string {
  const [initdb, postgres, data] = [
    join(programs, 'initdb'),
    join(programs, 'postgres'),
    join(folder, 'data'),
  ];
  // Nothing of it outlives the demo, so nothing has to reach the disk.
  const settings = ['listen_addresses=', 'fsync=off', 'shared_buffers=32MB'].map((one) => `-c ${one}`);
  return [
    `${quoted(initdb)} -D ${quoted(data)} -A trust -U modelpulse -E UTF8 --locale=C --no-sync`,
    `${quoted(postgres)} -D ${quoted(data)} -k ${quoted(folder)} ${settings.join(' ')}`,
  ].join(' && ');
}

/** Starts a server in a temporary folder. Rejects with UsageError and DaemonError. */
async function startTemporary(): Promise<FleetDatabase> {
  const programs = findPostgres(process.env.PATH);
  if (programs === null) throw new UsageError(missing);
  const { path: folder, close } = createTemporaryFolder(identityForServer(), (path) =>
    commandsFor(programs, path),
  );
  const log = join(folder, 'server.log');
  const hasEnded = (): boolean => readFileSync(log, 'utf8').includes(serverEnded);
  const failure = await logged(log, (text) => text.includes('ready to accept connections'), {
    isOver: (text) => text.includes(serverEnded),
    patienceMs,
  });
  if (failure !== null) {
    await close();
    throw new DaemonError(`demo --fleet: PostgreSQL does not start: ${failure}`);
  }
  return {
    url: `postgres://modelpulse@localhost/postgres?host=${encodeURIComponent(folder)}`,
    shown: `a PostgreSQL of its own in ${folder}`,
    folder,
    hasEnded,
    close,
  };
}

/** A schema of the demo's own on this server, which `close` drops. Rejects with UsageError and StoreError. */
async function useServer(text: string): Promise<FleetDatabase> {
  const { addressOf } = await import('../../store/postgres/address.js');
  addressOf(text);
  const url = new URL(text.replace('@/', '@localhost/'));
  const schema = `modelpulse_demo_${randomBytes(4).toString('hex')}`;
  url.searchParams.set('search_path', schema);
  const { path: folder, close } = createTemporaryFolder({});
  return {
    url: url.href,
    shown: `the schema ${schema} at ${addressOf(url.href).shown}`,
    folder,
    hasEnded: () => false,
    async close() {
      await close();
      const { dropSchema } = await import('../../store/postgres/drop-schema.js');
      await dropSchema(url.href);
    },
  };
}

/**
 * The database that DATABASE_URL names, else one in a temporary folder. Rejects with UsageError where neither is there, with
 * DaemonError where PostgreSQL does not start.
 */
export function openFleetDatabase(url: string | undefined): Promise<FleetDatabase> {
  return url === undefined || url === '' ? startTemporary() : useServer(url);
}
