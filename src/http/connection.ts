import { STATUS_CODES } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { NextTurn } from './taking-turns.js';
import { createRequestTurns, type RequestTurns } from './request-turns.js';

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

/**
 * Requests of one connection that may wait for their answers. No common client sends the next one before it has an answer,
 * but the next may come before Node tells that the answer is sent.
 */
const mostPending = 2;
/** Connections in all; further ones are refused, so that checks never lack descriptors. */
const mostConnections = 1_024;
/** Connections of one address: half, so that no single client keeps others out. */
const mostOfAddress = mostConnections / 2;
/** Bytes of a refused body that are read, so that a client that is still sending reads the answer. */
const mostDrained = 8 * 1024 * 1024;

/** The connections of a server. */
export interface Connections {
  /** Limits connections and their requests, serves these in turn, and keeps a connection open for as long as its answer takes. */
  tend(app: FastifyInstance): void;
  /** Resolves in a turn of the event loop that has time left. */
  readonly next: NextTurn;
  /** Answers an incomplete or invalid HTTP request with the usual error body, and closes the connection. */
  answerBroken(error: Error & { code?: string }, socket: Socket): void;
}

export function createConnections(): Connections {
  const open = new Set<Socket>();
  const turns = createRequestTurns(open);
  return {
    next: turns.next,
    tend(app) {
      limitConnections(app.server, open);
      limitRequests(app, turns);
      drainBodies(app);
    },
    answerBroken(error, socket) {
      // The parser of a connection that is closed for too many requests.
      if (error.code === 'HPE_PAUSED') return;
      // Node finds all that are overdue at one moment.
      turns.take(socket, () => answerBroken(error, socket));
    },
  };
}

/** Limits the connections in all and those of each address. */
function limitConnections(server: Server, open: Set<Socket>): void {
  const counts = new Map<string, number>();
  server.maxConnections = mostConnections;
  server.on('connection', (socket) => {
    // One without an address is closed already.
    const { remoteAddress: address = '' } = socket;
    const count = (counts.get(address) ?? 0) + 1;
    if (count > mostOfAddress) {
      socket.destroy();
      return;
    }
    counts.set(address, count);
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      const left = (counts.get(address) ?? 1) - 1;
      if (left > 0) counts.set(address, left);
      else counts.delete(address);
    });
  });
}

/** Limits the requests of a connection, and serves those of all in turn. */
function limitRequests(app: FastifyInstance, turns: RequestTurns): void {
  const pending = new WeakMap<Socket, number>();
  const isTooMany = (socket: Socket): boolean => (pending.get(socket) ?? 0) > mostPending;

  app.addHook('onRequest', ({ socket, routeOptions }, reply, done) => {
    pending.set(socket, (pending.get(socket) ?? 0) + 1);
    reply.raw.once('close', () => pending.set(socket, (pending.get(socket) ?? 1) - 1));
    // An answer would have to wait for those before it. Without the pause Node parses the rest of the chunk, over a thousand
    // requests, though the connection is closed: those of 20 connections took up to 100 MB.
    if (isTooMany(socket)) socket.parser?.pause?.();
    turns.take(socket, () => {
      if (socket.destroyed || isTooMany(socket)) {
        reply.hijack();
        socket.destroy();
        return;
      }
      // Node restores the usual timeout with the next request.
      if (routeOptions.config.waits === true) socket.setTimeout(0);
      done();
    });
  });
}

function drainBodies(app: FastifyInstance): void {
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

function answerBroken(error: Error & { code?: string }, socket: Socket): void {
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
