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
  let cutAfter: string | null = null;
  let hangAfter: string | null = null;
  let sent = '';
  const way = createServer((near) => {
    const far = connect(join(serverFolder, socketName));
    let isCut = false;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(from);
      from.on('data', (data) => {
        if (from === near) {
          sent += data.toString('latin1');
          isCut ||= cutAfter !== null && data.includes(cutAfter);
          if (isCut) cutAfter = null;
          if (hangAfter !== null && data.includes(hangAfter)) {
            to.write(data);
            hangs = true;
          }
        } else if (isCut) {
          near.destroy();
          return;
        }
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
    /** The connection breaks once the server has answered the next message with this text, and the answer is lost. */
    loseAnswerTo: (text: string) => void (cutAfter = text),
    /** The next message with this text arrives, then nothing more. */
    hangAfter: (text: string) => void (hangAfter = text),
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
