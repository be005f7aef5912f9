import type { IncomingHttpHeaders } from 'node:http';
import { bodyLimit } from '../transport/exchange-limits.js';
import type { Reply } from '../transport/exchange.js';

/** Headers in any of the forms in which programs have them. */
export type GivenHeaders =
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string | number | readonly string[] | undefined | null>>;

/** Text, bytes, or JSON that is parsed already. */
export type GivenBody = string | Uint8Array | ArrayBuffer | object | null | undefined;

const mostHeaders = 200;
const longestHeader = 16_384;

const isIterable = (value: object): value is Iterable<unknown> => Symbol.iterator in value;

/** At most 200 pairs, whatever else is there. */
function* pairsOf(headers: object): Generator<readonly [unknown, unknown]> {
  let count = 0;
  for (const pair of isIterable(headers) ? headers : Object.entries(headers)) {
    count += 1;
    if (count > mostHeaders) return;
    if (Array.isArray(pair)) yield [pair[0], pair[1]];
  }
}

/** Headers as Node has them: names in lower case, one text each. */
export function headersOf(given: GivenHeaders | null | undefined): IncomingHttpHeaders {
  const found = new Map<string, string>();
  if (typeof given !== 'object' || given === null) return {};
  for (const [name, value] of pairsOf(given)) {
    const text = Array.isArray(value) ? value.slice(0, mostHeaders).join(', ') : value;
    if (typeof name !== 'string' || (typeof text !== 'string' && typeof text !== 'number')) continue;
    const key = name.toLowerCase();
    if (key === 'set-cookie') continue;
    const before = found.get(key);
    const whole = before === undefined ? String(text) : `${before}, ${text}`;
    found.set(key, whole.slice(0, longestHeader));
  }
  return Object.fromEntries(found);
}

/** JSON of a value; empty where it has none, such as one that contains itself. */
function jsonOf(value: object): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '';
  }
}

function bytesOf(body: GivenBody): Buffer {
  if (body === null || body === undefined) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body.slice(0, bodyLimit + 1), 'utf8');
  if (body instanceof ArrayBuffer) return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return Buffer.from(jsonOf(body), 'utf8');
}

/** The reply as the exchange of a check would have it: at most 1 MiB of a body. */
export function givenReply(status: number, headers: IncomingHttpHeaders, body: GivenBody): Reply {
  const bytes = bytesOf(body);
  return { status, headers, body: bytes.subarray(0, bodyLimit), overLimit: bytes.length > bodyLimit };
}
