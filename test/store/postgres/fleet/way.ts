import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const socketName = '.s.PGSQL.5432';

/** A way to the socket of the server at `url`, which can hang, as a network does. */
export async function openWay(url: string) {
  const serverFolder = new URL(url.replace('@/', '@localhost/')).searchParams.get('host') ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'modelpulse-way-'));
  const ends = new Set<Socket>();
  let hangs = false;
  let sent = '';
  const way = createServer((near) => {
    const far = connect(join(serverFolder, socketName));
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(from);
      from.on('data', (data) => {
        if (from === near) sent += data.toString('latin1');
        if (!hangs) to.write(data);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        ends.delete(from);
        to.destroy();
      });
    }
  });
  way.listen(join(folder, socketName));
  await once(way, 'listening');
  return {
    /** The URL by this way. */
    url: url.replace(/host=[^&]+/, `host=${encodeURIComponent(folder)}`),
    /** All that was sent to the server. */
    sent: () => sent,
    /** From now on nothing arrives, and no connection ends. */
    hang: () => void (hangs = true),
    async close() {
      for (const end of ends) end.destroy();
      way.close();
      await once(way, 'close');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
