import { bare } from './broken-text/bare.js';
import { asksForRepetition, isEndless, isFewWords, isRepeated } from './broken-text/repetition.js';
import { isSalad } from './broken-text/salad.js';
import { isSigns } from './broken-text/signs.js';
import { standIn } from './broken-text/stand-in.js';
import { isTokens, isUndecoded } from './broken-text/undecoded.js';
import { depthOf } from './json-or-text.js';

/** Characters that are looked at, from the beginning and from the end. */
const window = 2_048;
/** Shorter text is judged by the expectation alone. */
const shortest = 8;

/** How a text is looked at. */
interface Scrutiny {
  /** It was cut by the token limit: a text that would have gone on needs fewer signs. */
  readonly cut: boolean;
  /** Signs without letters are asked for. */
  readonly signsWanted: boolean;
  /** What was asked: it may ask for what else is a sign. */
  readonly question: string;
}

interface Seen {
  /** A bounded part of the text, with its lines. */
  readonly near: string;
  /** The same as one line. */
  readonly line: string;
}

function look(text: string): Seen {
  const near = text.length <= 2 * window ? text : `${text.slice(0, window)} ${text.slice(-window)}`;
  return { near, line: near.replace(/\s+/g, ' ').trim() };
}

/** A list or an object in JSON that is complete: an engine that goes on and on does not close it. */
function isJson(text: string): boolean {
  if (text.length > 65_536 || !/^[[{]/.test(text) || depthOf(text) > 64) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const notDecoded = 'tokens or characters that could not be decoded';

/** What no answer holds, whatever else it says: null for nothing. */
export function strongSign(text: string, question: string): string | null {
  const { near, line } = look(text);
  if (isEndless(near, line) && !asksForRepetition(question, near)) return 'one token repeated';
  return isUndecoded(near) ? notDecoded : null;
}

/** In what way a text is none that a working model writes; null when it may be one. Reads a bounded part of it. */
export function brokenText(text: string, { cut, signsWanted, question }: Scrutiny): string | null {
  const { near, line } = look(text);
  const whole = text.trim();
  const instead = standIn(whole, question) ?? (signsWanted ? null : bare(whole, question));
  if (instead !== null) return instead;
  if (isTokens(line)) return 'tokens of the engine in the place of an answer';
  if (line.length < shortest) return /[\ufffd]{2}/.test(line) ? 'characters that could not be decoded' : null;
  if (isUndecoded(near)) return notDecoded;
  if (!isJson(whole)) {
    const again = isRepeated(near, line, cut) || isFewWords(near, cut);
    if (again && !asksForRepetition(question, near)) return 'one token repeated';
    if (!signsWanted && isSigns(near, line)) return 'signs in the place of words';
  }
  return isSalad(near, line) ? 'pieces of words in the place of an answer' : null;
}
