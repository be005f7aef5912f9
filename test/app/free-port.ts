import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const begun = once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.listen(port, '127.0.0.1');
  if (!(await begun)) return false;
  server.close();
  await once(server, 'close');
  return true;
}

/**
 * The first of so many ports in a row that nothing listens on now, for a program that has to be told one. They are below those that the
 * system gives to whoever asks for any, such as other tests at the same time.
 */
export async function freePort(inRow = 1): Promise<number> {
  for (;;) {
    const first = randomInt(20_000, 32_000);
    const free = await Promise.all(Array.from({ length: inRow }, (_, more) => isFree(first + more)));
    if (free.every(Boolean)) return first;
  }
}
