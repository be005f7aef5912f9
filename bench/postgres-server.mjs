/** A server of its own for a bench, of Debian's package `postgresql`, with its defaults: what is committed is on the disk. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Processor seconds of a process (proc(5) stat, fields 14 and 15), and of children that it has waited for; 0 once it is gone. */
function secondsOf(pid, withChildren = false) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return fields.slice(11, withChildren ? 15 : 13).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
  } catch {
    return 0;
  }
}

/** `settings` are lines of postgresql.conf. */
export async function startServer(settings = []) {
  const base = '/usr/lib/postgresql';
  const release = readdirSync(base).sort((a, b) => b - a)[0];
  const program = (name) => join(base, release, 'bin', name);
  const folder = mkdtempSync(join(tmpdir(), 'modelpulse-bench-pg-'));
  const idOf = (which) => Number(execFileSync('id', [which, 'postgres']));
  // PostgreSQL refuses to run as root.
  const user = process.getuid() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const how = { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] };
  execFileSync(program('initdb'), ['-D', join(folder, 'data'), '-U', 'postgres', '-A', 'trust'], how);
  const server = spawn(
    program('postgres'),
    [
      '-D',
      join(folder, 'data'),
      '-k',
      folder,
      ...['listen_addresses=', ...settings].flatMap((one) => ['-c', one]),
    ],
    how,
  );
  await new Promise((resolve) => {
    server.stderr.on('data', (data) => {
      if (String(data).includes('ready to accept connections')) resolve();
    });
  });
  return {
    url: (schema) =>
      `postgres://postgres@localhost/postgres?host=${encodeURIComponent(folder)}&search_path=${schema}`,
    psql: (sql) =>
      execFileSync(program('psql'), ['-h', folder, '-U', 'postgres', '-X', '-A', '-t', '-q', '-c', sql], {
        ...how,
        stdio: ['ignore', 'pipe', 'inherit'],
        encoding: 'utf8',
        maxBuffer: 2 ** 30,
      }).trim(),
    /** Processor seconds of the server and all its processes so far. */
    cpuSeconds() {
      const children = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8')
        .trim()
        .split(' ');
      return children.reduce((sum, pid) => sum + secondsOf(pid), secondsOf(server.pid, true));
    },
    async close() {
      const ended = once(server, 'exit');
      server.kill('SIGQUIT');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

/** Quantiles of times in ms. */
export function spread(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))].toFixed(2);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`;
}
