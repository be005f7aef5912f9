import { bare } from './broken-text/bare.js';
import { asksForRepetition, isEndless, isFewWords, isRepeated } from './broken-text/repetition.js';
import { isSalad } from './broken-text/salad.js';
import { isSigns } from './broken-text/signs.js';
import { standIn } from './broken-text/stand-in.js';
import { isMojibake, isTokens, isUndecoded } from './broken-text/undecoded.js';
import { depthOf } from './json-or-text.js';

/** Characters examined at the beginning and at the end. */
const window = 2_048;
/** Shorter text is compared with the expectation only. */
const shortest = 8;

/** Prepared forms of a text. */
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

/** A complete JSON list or object. An engine that repeats itself does not close it. */
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

/** The kind of broken text that makes any answer invalid; null for none. */
export function strongSign(text: string, question: string): string | null {
  const { near, line } = look(text);
  if (isEndless(near, line) && !asksForRepetition(question, near)) return 'one token repeated';
  return isUndecoded(near) ? notDecoded : null;
}

/**
 * The kind of broken text in the beginning of a thought; null for none. A thought may play with words, quote errors and stop
 * at any place: only what no model thinks counts.
 */
export function brokenThought(text: string, question: string): string | null {
  const { near, line } = look(text);
  if (line.length < shortest) return null;
  const again = !/[\p{L}\p{N}]/u.test(line) && isRepeated(near, line, true);
  return again && !asksForRepetition(question, near) ? 'one token repeated' : strongSign(text, question);
}

/** The kind of text that a working model does not write; null for other text. Reads a bounded part. */
export function brokenText(text: string, { cut, signsWanted, question }: Scrutiny): string | null {
  const { near, line } = look(text);
  const whole = text.trim();
  const instead = standIn(whole, question) ?? (signsWanted ? null : bare(whole, question));
  if (instead !== null) return instead;
  if (isTokens(line)) return 'engine tokens instead of an answer';
  if (line.length < shortest)
    return /[\ufffd]{2}/.test(line) || isMojibake(line) ? 'characters that could not be decoded' : null;
  if (isUndecoded(near)) return notDecoded;
  if (!isJson(whole)) {
    const again = isRepeated(near, line, cut) || isFewWords(near, cut);
    if (again && !asksForRepetition(question, near)) return 'one token repeated';
    if (!signsWanted && isSigns(near, line)) return 'punctuation instead of words';
  }
  return isSalad(near, line) ? 'pieces of words instead of an answer' : null;
}
