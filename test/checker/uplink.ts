import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  request as forward,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';

/**
 * What a proxy does for a target that it cannot reach; `opens` makes a tunnel that leads nowhere, `cuts` and the last ones are what
 * proxies that look into TLS do inside.
 */
export type Loss =
  'refuses' | 'hangs' | 'closes' | 'opens' | 'cuts' | 'bumps late' | keyof typeof intercepting;

/** Replies of Squid with ssl_bump, mitmproxy and Zscaler. */
export const intercepting = {
  bumps: { status: 503, headers: { server: 'squid/6.10', 'x-squid-error': 'ERR_CONNECT_FAIL 101' } },
  mitmproxy: { status: 502, headers: { server: 'mitmproxy 10.3.0', 'content-type': 'text/html' } },
  zscaler: { status: 502, headers: { server: 'Zscaler/6.2', 'content-type': 'text/html' } },
};
/** ms that a proxy needs to find out that the next hop is dead. */
const lateMs = 1_500;
const isIntercepting = (loss: Loss | null): loss is keyof typeof intercepting | 'cuts' | 'bumps late' =>
  loss !== null && (loss === 'cuts' || loss === 'bumps late' || loss in intercepting);

/** A proxy that leads to this machine whatever the host, until it loses its way out. */
export interface Uplink {
  readonly port: number;
  /** What it was asked for: `CONNECT host:port`, or method and address. */
  readonly asked: string[];
  /** Loses the way to the targets that fit, with all tunnels to them: they carry nothing more. */
  lose(how: Loss, fits?: (target: string) => boolean): void;
  restore(): void;
  close(): Promise<void>;
}

const pem = (name: string): Buffer => readFileSync(new URL(`certificates/${name}`, import.meta.url));
/** The certificate that is shown for any target. */
const fake = () => ({ key: pem('valid.key'), cert: pem('valid.pem') });

const squid = { 'x-squid-error': 'ERR_CONNECT_FAIL 101' };

/** Starts the proxy; with an identity it speaks TLS. */
export async function listenUplink(identity?: ServerOptions): Promise<Uplink> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const tunnels = new Map<Socket, { readonly target: string; readonly upstream: Socket }>();
  let lossOf: (target: string) => Loss | null = () => null;

  const inside = createHttpsServer(identity ?? fake(), (request, response) => {
    asked.push(`inside ${request.method ?? ''}`);
    request.resume();
    const loss = lossOf(String(request.headers.host));
    // A tunnel that was opened before the way was restored is of no use.
    if (!isIntercepting(loss) || loss === 'cuts') {
      request.socket.destroy();
      return;
    }
    const { status, headers } = intercepting[loss === 'bumps late' ? 'bumps' : loss];
    const reply = (): void => void response.writeHead(status, headers).end('<html>ERROR</html>');
    if (loss === 'bumps late') setTimeout(reply, lateMs);
    else reply();
  });
  const server = identity === undefined ? createHttpServer() : createHttpsServer(identity);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.on('close', () => sockets.delete(socket));
  });

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { method, headers, url = '' } = request;
    asked.push(`${method ?? ''} ${url}`);
    const { host, port, pathname } = new URL(url);
    request.resume();
    const loss = lossOf(host);
    if (loss === 'refuses') response.writeHead(503, squid).end('<html><title>ERROR</title></html>');
    else if (loss === 'closes') request.socket.destroy();
    if (loss !== null) return;
    const upstream = forward({ host: '127.0.0.1', port, path: pathname, method, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.pipe(response);
    });
    upstream.on('error', () => response.writeHead(503, squid).end());
    request.pipe(upstream);
  });

  server.on('connect', (request: IncomingMessage, client: Socket) => {
    const target = request.url ?? '';
    asked.push(`CONNECT ${target}`);
    client.on('error', () => undefined);
    const refuse = (): void =>
      void client.end('HTTP/1.1 503 Service Unavailable\r\nX-Squid-Error: ERR_CONNECT_FAIL 101\r\n\r\n');
    const loss = lossOf(target);
    if (loss === 'refuses') refuse();
    else if (loss === 'closes') client.destroy();
    else if (loss === 'opens' || isIntercepting(loss)) client.write('HTTP/1.1 200 OK\r\n\r\n');
    if (isIntercepting(loss)) inside.emit('connection', client);
    if (loss !== null) return;
    const upstream = connect(Number(target.split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    tunnels.set(client, { target, upstream });
    upstream.on('error', refuse);
    client.on('close', () => {
      tunnels.delete(client);
      upstream.destroy();
    });
  });

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    lose(how, fits = () => true) {
      lossOf = (target) => (fits(target) ? how : null);
      for (const [client, { target, upstream }] of tunnels) {
        if (!fits(target)) continue;
        client.unpipe(upstream);
        upstream.unpipe(client);
      }
    },
    restore() {
      lossOf = () => null;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
