import { parseJson } from '../../domain/json.js';
import type { Reply } from '../transport/exchange.js';
import { crowdIn } from './json-or-text.js';

/** The body of a reply as text, and as JSON where it is some. */
export interface Content {
  readonly text: string;
  /** Undefined when the text is not JSON. */
  readonly payload: unknown;
  /** Of which parts the text has too many to be parsed; null for none. */
  readonly crowd: string | null;
}

const utf8 = new TextDecoder();
const exactUtf8 = new TextDecoder('utf-8', { fatal: true });

function isUtf8(body: Uint8Array): boolean {
  try {
    exactUtf8.decode(body);
    return true;
  } catch {
    return false;
  }
}

/** The encoding that a byte order mark names; UTF-8 is the default. */
function markOf([first, second]: Uint8Array): string | null {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : null;
}

function decoderOf(name: string): TextDecoder | null {
  try {
    return new TextDecoder(name);
  } catch {
    return null;
  }
}

/**
 * The text of a body: UTF-8, unless it is not and the reply names another encoding, such as `charset=gbk`. Many servers name one that the
 * body does not have, so UTF-8 goes first. A byte order mark goes before both.
 */
export function textOf({ body, headers }: Pick<Reply, 'body' | 'headers'>): string {
  const marked = markOf(body);
  if (marked !== null) return new TextDecoder(marked).decode(body);
  const named = /;\s*charset\s*=\s*"?([\w:.-]{1,40})/i.exec(headers['content-type'] ?? '')?.[1];
  const decoder = named === undefined || isUtf8(body) ? null : decoderOf(named);
  return (decoder ?? utf8).decode(body);
}

export function contentOf(reply: Reply): Content {
  const text = textOf(reply);
  const crowd = crowdIn(text);
  if (crowd !== null) return { text, payload: undefined, crowd };
  try {
    return { text, payload: parseJson(text), crowd };
  } catch {
    return { text, payload: undefined, crowd };
  }
}
