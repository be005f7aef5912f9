import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply } from 'fastify';

declare module 'node:net' {
  interface Socket {
    /** Node's parser of HTTP, which is not part of its documented interface. */
    readonly parser?: { pause?(): void } | null;
  }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route waits for a check, which has a deadline of its own. */
    readonly waits?: boolean;
  }
}

/** Requests of one connection that may wait for their answers: few clients use pipelining, and each request costs memory. */
const mostPending = 8;
/** Bytes of a refused body that are read, so that a client that is still sending reads the answer. */
const mostDrained = 8 * 1024 * 1024;

/** Limits the requests of a connection, and keeps it open for as long as its answer takes. */
export function tendConnections(app: FastifyInstance): void {
  const pending = new WeakMap<Socket, number>();

  app.addHook('onRequest', ({ socket, routeOptions }, reply, done) => {
    const count = (pending.get(socket) ?? 0) + 1;
    if (socket.destroyed || count > mostPending) {
      // An answer would have to wait for those before it. Without the pause Node parses the rest of the chunk, over a thousand
      // requests, though the connection is closed: those of 20 connections took up to 100 MB.
      reply.hijack();
      socket.parser?.pause?.();
      socket.destroy();
      return;
    }
    pending.set(socket, count);
    reply.raw.once('close', () => pending.set(socket, (pending.get(socket) ?? 1) - 1));
    // Node restores the usual timeout with the next request.
    if (routeOptions.config.waits === true) socket.setTimeout(0);
    done();
  });

  app.addHook('onSend', ({ raw, headers, socket }, reply, _payload, done) => {
    const hasBody = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
    if (raw.complete || !hasBody) {
      done();
      return;
    }
    // A connection closed with unread bytes is reset, and the client never reads the answer. Once the body is read the
    // connection can be reused: without `connection: close` the client may send its next request on it.
    void reply.removeHeader('connection');
    let drained = 0;
    raw.on('data', ({ length }: Buffer) => {
      drained += length;
      if (drained > mostDrained) socket.destroy();
    });
    done();
  });
}

const answers: Readonly<Record<string, readonly [status: number, code: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout', 'the request did not arrive in time'],
  HPE_HEADER_OVERFLOW: [431, 'headers_too_large', 'the headers are too large'],
};

/** Answers an incomplete or invalid HTTP request with the usual error body, and closes the connection. */
export function answerBrokenRequests(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, message] = answers[error.code ?? ''] ?? [400, 'bad_request', 'this is not HTTP'];
  const body = JSON.stringify({ message, code });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

/** An AbortSignal that aborts when the client disconnects before the answer. */
export function hangUp(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => controller.abort());
  return controller.signal;
}
