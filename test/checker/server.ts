import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface Listening {
  readonly port: number;
  /** Also when it is closed already. */
  close(): Promise<void>;
}

async function listen(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let closed: Promise<unknown> | null = null;
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      if (closed === null) {
        closed = once(server, 'close');
        server.close();
        for (const socket of sockets) socket.destroy();
      }
      await closed;
    },
  };
}

export const listenHttp = (answer: RequestListener): Promise<Listening> => listen(createHttpServer(answer));

export const listenHttps = (options: ServerOptions, answer: RequestListener): Promise<Listening> =>
  listen(createHttpsServer(options, answer));

/** A server that talks raw bytes to each connection once the request has come. */
export const listenTcp = (talk: (socket: Socket) => void): Promise<Listening> =>
  listen(createTcpServer((socket) => socket.once('data', () => talk(socket))));

/** A proxy that tunnels CONNECT to this machine whatever the host, and tells which targets were asked for. */
export async function listenProxy(targets: string[]): Promise<Listening> {
  const server = createHttpServer();
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    const target = request.url ?? '';
    targets.push(target);
    if (target.startsWith('refused')) {
      client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    void import('node:net').then(({ connect }) => {
      const upstream = connect(Number(target.split(':').at(-1)), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on('error', () => client.destroy());
      client.on('close', () => upstream.destroy());
    });
  });
  return listen(server);
}

/** A chat completion with this text. */
export const completion = (text: string): string =>
  JSON.stringify({
    id: 'c1',
    object: 'chat.completion',
    model: 'mixtral',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 14, completion_tokens: 8, total_tokens: 22 },
  });
