import type { IncomingMessage } from 'node:http';
import { questionIn } from './answer.js';

/** What a chat request asks for. */
export interface ChatRequest {
  readonly model: string;
  readonly question: string;
  readonly stream: boolean;
}

const longestBody = 1024 * 1024;

/** The whole body; null as soon as it is longer than 1 MiB. Rejects when the client goes away. */
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

/** Null when `body` is no chat request: no JSON object, or one without a `model`. */
export function parseChatRequest(body: string): ChatRequest | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { model, messages, stream } = value as Record<string, unknown>;
  if (typeof model !== 'string') return null;
  return { model, question: questionIn(messages), stream: stream === true };
}

/** The credential of a request, without its scheme; empty for none. */
export function apiKeyOf({ headers }: IncomingMessage): string {
  const key = headers.authorization ?? headers['api-key'] ?? headers['x-api-key'] ?? '';
  return String(key).replace(/^Bearer /i, '');
}
