import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { networkInterfaces } from 'node:os';
import { connect, type LookupFunction, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { modelAt } from './model.js';
import { identity } from './network.js';
import { checkOnce } from './probing.js';
import { completion } from './server.js';

/** A container may have no IPv6 at all. */
const hasBoth = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === '::1');
const withBoth = hasBoth ? it : it.skip;

const releases: (() => void)[] = [];
afterEach(() => releases.splice(0).forEach((release) => release()));

/** A name with an address of each family on this machine, the one of IPv6 first. */
const bothFamilies: LookupFunction = (_name, _options, callback) => {
  const found = [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ];
  setImmediate(() => callback(null, found));
};

/** Listens on ::1 and never takes a connection; the system drops what comes once two wait. */
async function blackHole(): Promise<number> {
  const program = `require('net').createServer().listen({ host: '::1', port: 0, backlog: 1 }, function () {
    require('fs').writeSync(1, String(this.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  })`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  releases.push(() => void child.kill('SIGKILL'));
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(text.toString());
  const waiting: Socket[] = [];
  releases.push(() => waiting.forEach((socket) => socket.destroy()));
  for (let n = 0; n < 2; n += 1) {
    const socket = connect({ host: '::1', port });
    socket.on('error', () => undefined);
    waiting.push(socket);
    await once(socket, 'connect');
  }
  return port;
}

async function listening(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  releases.push(() => server.close());
  await once(server, 'listening');
}

withBoth.each(['http', 'https'] as const)(
  'says over %s that a family of addresses does not answer',
  async (scheme) => {
    const port = await blackHole();
    const answer = (_request: unknown, response: { end: (text: string) => void }): void =>
      response.end(completion('New Delhi'));
    await listening(scheme === 'http' ? createServer(answer) : createSecureServer(identity(), answer), port);
    const model = modelAt(`${scheme}://two.test:${port}/v1`, { endpoint: { tls: { insecure: true } } });
    const result = await checkOnce(model, { lookup: bothFamilies });
    expect(result).toMatchObject({ reason: 'ok', deadFamily: { family: 6, host: 'two.test' } });
    // As long as an attempt may take.
    expect(result.deadFamily?.waitedMs).toBeGreaterThan(990);
    expect(result.phases.tcp).toBeGreaterThanOrEqual(result.deadFamily!.waitedMs);
  },
);

withBoth('says nothing where one family refuses, which takes no time', async () => {
  const server = createServer((_request, response) => response.end(completion('New Delhi')));
  await listening(server, 0);
  const { port } = server.address() as { port: number };
  const result = await checkOnce(modelAt(`http://two.test:${port}/v1`), { lookup: bothFamilies });
  expect(result.reason).toBe('ok');
  expect(result).not.toHaveProperty('deadFamily');
});
