import type { IncomingMessage } from 'node:http';
import { isObject } from '../domain/json.js';
import { attachmentIn, questionIn, wantedIn, type Attached, type Wanted } from './answer.js';
import type { Route } from './routes.js';

/** Parameters of a request. */
interface Asked {
  readonly model: string;
  readonly question: string;
  readonly attached: Attached;
  readonly wanted: Wanted;
  readonly stream: boolean;
}

const longestBody = 1024 * 1024;

/** The whole body; null when it is longer than 1 MiB. Rejects when the client disconnects. */
export function readBody(request: IncomingMessage): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > longestBody) resolve(null);
      else chunks.push(chunk);
    });
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.once('error', reject);
  });
}

/** Null when `body` is no JSON object, or neither body nor path names a model. */
export function parseRequest(path: string, body: string, route: Route): Asked | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  const named = route.path.exec(path)?.groups?.model;
  const model = named === undefined ? value.model : decoded(named);
  if (typeof model !== 'string') return null;
  const stream = route.streams === 'default' ? value.stream !== false : value.stream === true;
  return {
    model,
    question: questionIn(value),
    attached: attachmentIn(body),
    wanted: wantedIn(value),
    stream: route.streams === true || stream,
  };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** The credential of a request, without its scheme; empty for none. */
export function apiKeyOf({ headers }: IncomingMessage): string {
  const key =
    headers.authorization ?? headers['api-key'] ?? headers['x-api-key'] ?? headers['x-goog-api-key'] ?? '';
  return String(key).replace(/^Bearer /i, '');
}
