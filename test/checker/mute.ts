import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

const source = `
const { parentPort, workerData } = require('node:worker_threads');
const server = require('node:net').createServer();
server.listen({ port: 0, host: workerData.host, backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  // The loop stands still from here on: nobody takes the connections that the kernel keeps.
  Atomics.wait(new Int32Array(workerData.halt), 0, 0);
});
`;

/** A port on which connections come about no more: the queue of those that nobody takes is full. */
export async function listenMute(host: string): Promise<{ readonly port: number; close(): Promise<void> }> {
  const halt = new SharedArrayBuffer(4);
  const worker = new Worker(source, { eval: true, workerData: { host, halt } });
  const [port] = (await once(worker, 'message')) as [number];
  const sockets: Socket[] = [];
  for (let full = false; !full;) {
    const socket = connect(port, host);
    sockets.push(socket.on('error', () => undefined));
    const connected = once(socket, 'connect').then(() => false);
    full = await Promise.race([connected, wait(300, true)]);
  }
  return {
    port,
    async close() {
      for (const socket of sockets) socket.destroy();
      Atomics.store(new Int32Array(halt), 0, 1);
      Atomics.notify(new Int32Array(halt), 0);
      await worker.terminate();
    },
  };
}
