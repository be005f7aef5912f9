import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptedEncoding } from '../accepted-encoding.js';
import type { DrawingPlaces } from './drawing-places.js';

const pack = promisify(gzip);

/** Nothing from elsewhere, nothing inline; forms and live updates go to this server only. */
export function contentPolicy(frameAncestors = "'none'"): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${frameAncestors}`,
  ].join('; ');
}

/** Below this a packed page saves nothing on the way. */
const leastPacked = 1_400;

interface PageOf {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly places: DrawingPlaces;
}

/** Sends a document, packed off the loop where the reader takes it, which is drawn then. */
export async function sendPage(
  { request, reply, places }: PageOf,
  document: string | Buffer,
  status = 200,
): Promise<FastifyReply> {
  void reply.code(status).headers({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentPolicy(),
    'referrer-policy': 'same-origin',
    vary: 'accept-encoding, cookie',
  });
  const bytes = typeof document === 'string' ? Buffer.from(document) : document;
  const packs = acceptedEncoding(request.headers['accept-encoding'], ['gzip']) !== null;
  const packed = packs && bytes.length >= leastPacked ? await pack(bytes, { level: 5 }) : null;
  if (packed !== null) void reply.header('content-encoding', 'gzip');
  const sent = packed ?? bytes;
  places.drawn(reply, sent.length);
  return reply.send(sent);
}
