import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Server } from './server.js';

/** A server that follows another one, and refuses writes until it is promoted. */
export interface Standby {
  /** Folder of its socket. */
  readonly folder: string;
  promote(): Promise<void>;
  close(): Promise<void>;
}

export async function startStandby(primary: Server): Promise<Standby> {
  const folder = join(primary.folder, 'standby');
  await primary.run('pg_basebackup', '-D', folder, '-X', 'stream', '-c', 'fast', '--no-sync');
  writeFileSync(join(folder, 'standby.signal'), '');
  const options = [
    'listen_addresses=',
    'fsync=off',
    'shared_buffers=32MB',
    `primary_conninfo=host=${primary.folder} user=postgres`,
  ];
  const server = primary.child('postgres', [
    ...['-D', folder, '-k', folder],
    ...options.flatMap((one) => ['-c', one]),
  ]);
  await new Promise<void>((resolve, reject) => {
    const said: string[] = [];
    createInterface({ input: server.stderr! }).on('line', (line) => {
      said.push(line);
      if (line.includes('started streaming WAL')) resolve();
    });
    server.once('exit', () => reject(new Error(`the standby ended: ${said.join('\n')}`)));
  });
  return {
    folder,
    async promote() {
      // The last of several hosts counts.
      await primary.run('psql', '-h', folder, '-X', '-q', '-c', 'SELECT pg_promote()', 'postgres');
    },
    async close() {
      const ended = once(server, 'exit');
      server.kill('SIGQUIT');
      await ended;
    },
  };
}
