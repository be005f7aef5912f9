import { existsSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe } from '@jest/globals';
import { withServer, type Server } from './server.js';

const program = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'].find((path) =>
  existsSync(path),
);

/** PgBouncer in transaction mode, before a server. */
export interface Pooler {
  /** The same database as this URL of the server names, through the pooler. */
  through(url: string): string;
  close(): Promise<void>;
}

export async function startPooler({ folder, child }: Server): Promise<Pooler> {
  const config = join(folder, 'pgbouncer.ini');
  writeFileSync(join(folder, 'users.txt'), '"postgres" ""\n');
  // Few connections for many clients, so that most transactions find another one.
  writeFileSync(
    config,
    `[databases]
* = host=${folder}
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = ${folder}
auth_type = trust
auth_file = ${join(folder, 'users.txt')}
pool_mode = transaction
default_pool_size = 4
server_check_delay = 0
`,
  );
  const pooler = child(program!, [config]);
  await new Promise<void>((resolve, reject) => {
    const said: string[] = [];
    createInterface({ input: pooler.stderr! }).on('line', (line) => {
      said.push(line);
      if (line.includes('process up')) resolve();
    });
    pooler.once('exit', () => reject(new Error(`pgbouncer ended: ${said.join('\n')}`)));
  });
  return {
    through: (url) => url.replace('@/', '@localhost:6432/'),
    async close() {
      const ended = once(pooler, 'exit');
      pooler.kill('SIGKILL');
      await ended;
    },
  };
}

/** As `withServer`; without PgBouncer it is skipped, and fails in CI, where it must be. */
export function withPoolable(name: string, suite: (server: () => Server) => void): void {
  if (program !== undefined || process.env.CI === 'true') {
    withServer(name, suite);
    return;
  }
  process.stderr.write(`SKIPPED ${name}: PgBouncer is not installed; apt-get install pgbouncer\n`);
  describe.skip(name, () => suite(() => ({}) as Server));
}
