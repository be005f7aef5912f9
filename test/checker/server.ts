import { once } from 'node:events';
import {
  createServer as createHttpServer,
  request as forward,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import {
  connect,
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';

export interface Listening {
  readonly port: number;
  /** Also when it is closed already. */
  close(): Promise<void>;
}

async function listen(server: Server, host = '127.0.0.1'): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, host);
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

export const listenHttp = (answer: RequestListener, host?: string): Promise<Listening> =>
  listen(createHttpServer(answer), host);

export const listenHttps = (
  options: ServerOptions,
  answer: RequestListener,
  host?: string,
): Promise<Listening> => listen(createHttpsServer(options, answer), host);

/** A server that talks raw bytes to each connection once the request has come. */
export const listenTcp = (talk: (socket: Socket, head: string) => void): Promise<Listening> =>
  listen(createTcpServer((socket) => socket.once('data', (head) => talk(socket, String(head)))));

/**
 * A proxy that leads to this machine whatever the host, and tells which targets were asked for: `host:port` of CONNECT, a
 * whole address of a request to forward. As Squid does by default, it opens tunnels for https alone when `strict`.
 */
export async function listenProxy(
  targets: string[],
  options: ServerOptions & { strict?: boolean } = {},
): Promise<Listening> {
  const { strict = false, ...identity } = options;
  const server = 'key' in identity ? createHttpsServer(identity) : createHttpServer();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const target = request.url ?? '';
    targets.push(target);
    const { port, pathname, search } = new URL(target);
    const { method, headers } = request;
    const upstream = forward(
      { host: '127.0.0.1', port, path: pathname + search, method, headers },
      (reply) => {
        response.writeHead(reply.statusCode ?? 500, reply.headers);
        reply.pipe(response);
      },
    );
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  });
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    const target = request.url ?? '';
    targets.push(target);
    if (strict || target.startsWith('refused')) {
      client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const upstream = connect(Number(target.split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
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
