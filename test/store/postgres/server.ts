import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { freePort } from '../../app/free-port.js';

const base = '/usr/lib/postgresql';
/** The programs of the newest release that is installed; null without one. */
const programs = existsSync(base)
  ? (readdirSync(base)
      .sort((a, b) => Number(b) - Number(a))
      .map((release) => join(base, release, 'bin'))
      .find((path) => existsSync(join(path, 'initdb'))) ?? null)
  : null;

/** A server of a test file, on a socket of its own. */
export interface Server {
  /** Of its socket, and of what a test puts beside it. */
  readonly folder: string;
  /** Starts a program as the user of the server, with its output in pipes. */
  child(program: string, args: readonly string[]): ChildProcess;
  /** URL of a schema of its own, which nobody has made yet. */
  fresh(): string;
  url(database: string, changes?: Readonly<Record<string, string>>): string;
  /** Runs SQL as the superuser; returns the output of psql, unaligned. */
  sql(database: string, text: string): Promise<string>;
  /** Runs a program of the release, such as pg_dump, on a database; returns its output. */
  run(program: string, ...args: string[]): Promise<string>;
  start(): Promise<void>;
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** The port of the host where the server speaks TLS; null unless asked for. */
  readonly port: number | null;
}

/** PostgreSQL refuses to run as root. */
async function userOf(name: string): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  const numbers = await Promise.all(['-u', '-g'].map((which) => output(spawn('id', [which, name]))));
  return { uid: Number(numbers[0]), gid: Number(numbers[1]) };
}

async function output(child: ChildProcess): Promise<string> {
  let [out, error] = ['', ''];
  child.stdout?.on('data', (data) => (out += String(data)));
  child.stderr?.on('data', (data) => (error += String(data)));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${child.spawnargs.join(' ')}: ${error}`);
  return out;
}

interface ServerOptions {
  /** Lines of postgresql.conf, as `-c` takes them. */
  readonly settings?: readonly string[];
  /** How users prove who they are; `trust` unless set. */
  readonly auth?: 'trust' | 'scram-sha-256';
  /** Files for TLS on a port of the host, where a user needs the password and a certificate of the authority. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly authority: string };
  /** Makes a file system at the path, for the data. */
  readonly disk?: (path: string) => void;
}

export const superPassword = 'correct horse';

export async function startServer({ settings = [], auth = 'trust', tls, disk }: ServerOptions = {}): Promise<
  Server & { close(): Promise<void> }
> {
  if (programs === null) throw new Error('PostgreSQL is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'modelpulse-pg-'));
  const user = await userOf('postgres');
  if (user !== null) chownSync(folder, user.uid, user.gid);
  const place = join(folder, 'disk');
  disk?.(place);
  if (disk !== undefined && user !== null) chownSync(place, user.uid, user.gid);
  const data = join(disk === undefined ? folder : place, 'data');
  const port = tls === undefined ? null : await freePort();
  const how = {
    ...user,
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', PGPASSWORD: superPassword },
  };
  const child = (program: string, args: readonly string[]): ChildProcess =>
    spawn(program.startsWith('/') ? program : join(programs, program), args, {
      ...how,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const run = (program: string, ...args: string[]): Promise<string> =>
    output(child(program, ['-h', folder, '-p', String(port ?? 5432), '-U', 'postgres', ...args]));
  await output(
    child('initdb', [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--no-sync',
      '--no-instructions',
    ]),
  );
  const encryption: string[] = [];
  if (tls !== undefined) {
    for (const [setting, path] of Object.entries({
      ssl_cert_file: tls.cert,
      ssl_key_file: tls.key,
      ssl_ca_file: tls.authority,
    })) {
      const copy = join(data, `${setting}.pem`);
      copyFileSync(path, copy);
      chmodSync(copy, 0o600);
      if (user !== null) chownSync(copy, user.uid, user.gid);
      encryption.push(`${setting}=${copy}`);
    }
    encryption.push('ssl=on', 'listen_addresses=127.0.0.1', `port=${port}`);
  }
  let server: ChildProcess | null = null;

  const start = async (): Promise<void> => {
    const options = [
      'fsync=off',
      'listen_addresses=',
      'shared_buffers=32MB',
      'autovacuum=off',
      ...encryption,
      ...settings,
    ];
    const started = child('postgres', ['-D', data, '-k', folder, ...options.flatMap((one) => ['-c', one])]);
    server = started;
    const lines = createInterface({ input: started.stderr! });
    const said: string[] = [];
    await new Promise<void>((resolve, reject) => {
      lines.on('line', (line) => {
        said.push(line);
        if (line.includes('database system is ready to accept connections')) resolve();
      });
      started.once('exit', () => reject(new Error(`postgres ended: ${said.join('\n')}`)));
    });
    started.stdout?.resume();
  };
  const stop = async (mode: 'fast' | 'immediate' = 'fast'): Promise<void> => {
    if (server?.exitCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
    server = null;
  };
  const sql = (database: string, text: string): Promise<string> =>
    run('psql', '-X', '-A', '-t', '-q', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', text);
  const url = (database: string, changes: Readonly<Record<string, string>> = {}): string =>
    `postgres://${changes.user ?? 'postgres'}:${changes.password ?? encodeURIComponent(superPassword)}@/${database}?${new URLSearchParams({ host: folder, ...(changes.search_path !== undefined && { search_path: changes.search_path }) }).toString()}`;
  await start();
  if (auth !== 'trust' || tls !== undefined) {
    const remote = tls === undefined ? '' : '\nhostssl all all all scram-sha-256 clientcert=verify-ca';
    await sql('postgres', `ALTER USER postgres PASSWORD '${superPassword}'`);
    await sql(
      'postgres',
      `COPY (SELECT unnest(string_to_array('local all all ${auth}${remote}', E'\\n'))) TO '${join(data, 'pg_hba.conf')}'`,
    );
    await sql('postgres', 'SELECT pg_reload_conf()');
  }
  let made = 0;
  return {
    folder,
    child,
    run,
    sql,
    url,
    start,
    stop,
    port,
    fresh: () => url('postgres', { search_path: `test_${(made += 1)}` }),
    async close() {
      await stop('immediate');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * A suite with a server that runs while the file is tested. Where PostgreSQL is not installed it is skipped, and fails in CI,
 * where it must be.
 */
export function withServer(
  name: string,
  suite: (server: () => Server) => void,
  options: ServerOptions = {},
): void {
  if (programs === null && process.env.CI !== 'true') {
    process.stderr.write(`SKIPPED ${name}: PostgreSQL is not installed; apt-get install postgresql\n`);
    describe.skip(name, () => suite(() => ({}) as Server));
    return;
  }
  describe(name, () => {
    let server: Awaited<ReturnType<typeof startServer>> | null = null;
    beforeAll(async () => {
      server = await startServer(options);
    });
    afterAll(() => server?.close());
    suite(() => {
      if (server === null) throw new Error('the server has not started');
      return server;
    });
  });
}
