import { shortestSecret } from '../../config/read/secrets.js';
import {
  base64WritingsOf,
  createSearch,
  folded,
  prefixLengths,
  plainWritingsOf,
  writingsOf,
  type Mark,
} from './secret-search.js';
import { textsInBytes } from './byte-lists.js';
import { unescaped } from './unescaped.js';

const mask = '[redacted]';

/** Patterns of credentials and of private parts of addresses, with their replacements. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"'<>]*@/gi, '$1'],
  [/(\b(?:https?|wss?):\/\/[^\s?#"'<>]*)[?#][^\s"'<>]*/gi, '$1'],
  [/\b(Bearer|Basic)\s+(?:[\w.~+/=*-]|\\+[/+=]){6,}/gi, `$1 ${mask}`],
  [/\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?/g, mask],
  [/\b(?:sk|pk|rk|xai|gsk|hf|r8|nvapi|pplx|fw|csk|tgp|or|key|glpat|ghp|AKIA|ASIA)[-_][\w*.…-]{6,}/g, mask],
  [/\bA(?:KIA|SIA)[A-Z0-9]{12,}\b/g, mask],
  [/\bAIza[\w*.…-]{6,}/g, mask],
  [
    /((?:api[-_ ]?key|apikey|access[-_ ]?token|token|secret|password|passwd|signature|sig|key)"?\s*[=]\s*"?)[^\s&"',;]+/gi,
    `$1${mask}`,
  ],
  // A key masked by the provider still shows its ends.
  [/(?<![\w-])(?:[\w-]{2,}(?:\*{3,}[\w-]+|\*{4,}|•{3,}[\w-]*)|(?<!\*)\*{4,}[\w-]{2,8}(?![\w*-]))/g, mask],
  [
    /((?:key|token|credential)s?\b\W{0,3}(?:provided|is|was)?\W{0,3})[\w-]{2,}(?:…|\.{3,})[\w-]*/gi,
    `$1${mask}`,
  ],
];

const endLength = 8;
const shortestCutEnd = 6;

const reversed = (text: string): string =>
  Buffer.from(Buffer.from(text, 'utf16le').swap16().reverse()).toString('utf16le');

function commonLength(text: string, from: number, secret: string): number {
  let length = endLength;
  while (length < secret.length && text.charCodeAt(from + length) === secret.charCodeAt(length)) length += 1;
  return length;
}

/** Marks the stretches of `text`, of at least 8 characters, that equal the beginning of `secret`. */
function markHeads(text: string, secret: string, mark: Mark): void {
  const head = secret.slice(0, endLength);
  let end = 0;
  let compared = 0;
  let lengths: Uint32Array | null = null;
  for (let from = text.indexOf(head); from !== -1; from = text.indexOf(head, from + 1)) {
    // A secret of one character repeated would be compared with all of the text at each place.
    if (compared > 4 * text.length) lengths ??= prefixLengths(text, secret);
    const length = lengths?.[from] ?? commonLength(text, from, secret);
    compared += length;
    if (from + length <= end) continue;
    mark(Math.max(from, end), from + length);
    end = from + length;
  }
}

/** Marks what is left of truncated secrets: their first or last 8 characters, with all adjacent ones that match. */
function markPieces(text: string, secrets: readonly string[], mark: Mark): void {
  for (const secret of secrets) markHeads(text, secret, mark);
  const ending = secrets.filter((secret) => text.includes(secret.slice(-endLength)));
  if (ending.length === 0) return;
  const backwards = reversed(text);
  for (const secret of ending)
    markHeads(backwards, reversed(secret), (from, to) => mark(text.length - to, text.length - from));
}

/** Finds a secret that is truncated at the end of the text, from 6 characters on. */
function markCutEnds(text: string, secrets: readonly string[], mark: Mark): void {
  for (const secret of secrets) {
    const end = text.slice(-secret.length);
    if (!end.includes(secret.slice(0, shortestCutEnd))) continue;
    const at = prefixLengths(end, secret).findIndex((length, from) => length === end.length - from);
    if (at !== -1 && end.length - at >= shortestCutEnd) mark(text.length - end.length + at, text.length);
  }
}

/** Marks secrets in a folded text. */
type Find = (folded: string, mark: Mark) => void;

const nothing = Buffer.alloc(0);

/**
 * The line with a mask instead of each stretch that `find` marks in it, or `findPlain` in what it is without escapes or in what its lists
 * of bytes mean.
 */
function masked(line: string, find: Find, findPlain: Find): string {
  let covered = nothing;
  const cover: Mark = (from, to) => {
    if (covered === nothing) covered = Buffer.alloc(line.length);
    covered.fill(1, from, to);
  };
  find(folded(line), cover);
  const plain = unescaped(line);
  for (const read of [...(plain === null ? [] : [plain]), ...textsInBytes(line)])
    findPlain(folded(read.text), (from, to) => cover(read.borders[from] ?? 0, read.borders[to] ?? 0));
  return covered === nothing ? line : withoutCovered(line, covered);
}

function withoutCovered(line: string, covered: Buffer): string {
  let clean = '';
  let at = 0;
  for (let from = covered.indexOf(1); from !== -1; from = covered.indexOf(1, at)) {
    clean += line.slice(at, from) + mask;
    const end = covered.indexOf(0, from);
    at = end === -1 ? line.length : end;
  }
  return clean + line.slice(at);
}

/** Finds what is left of these truncated secrets. */
function createPieceSearch(secrets: readonly string[]): Find {
  const lower = secrets.map(folded);
  const cuttable = lower.filter(({ length }) => length >= 8);
  const dividable = lower.filter(({ length }) => length >= 2 * endLength);
  return (text, mark) => {
    markPieces(text, dividable, mark);
    markCutEnds(text, cuttable, mark);
  };
}

/** The secrets as they stand in a text without escapes; none that is too short then. */
function plainOf(secrets: readonly string[]): readonly string[] {
  const plain = secrets.map((secret) => unescaped(secret)?.text ?? secret);
  return [
    ...new Set(plain.filter((secret, at) => secret === secrets[at] || secret.length >= shortestSecret)),
  ];
}

/** Texts whose redaction is remembered, and the most characters of one: most replies of a model have the same few. */
const remembered = 4;
const longestRemembered = 300;

/** Makes the redaction for these secrets: one line without control characters, of at most `limit` characters. */
export function createRedaction(secrets: readonly string[]) {
  const known = [...new Set(secrets.map((secret) => secret.trim()))].filter((secret) => secret !== '');
  const plain = plainOf(known);
  const findValues = createSearch(known, writingsOf);
  const findPlainValues = createSearch(plain, plainWritingsOf);
  const findPieces = createPieceSearch(known);
  const findPlainPieces = createPieceSearch(plain);
  const findBase64 = createSearch(known, base64WritingsOf);

  function redacted(text: string, limit: number): string {
    // Later text is cut anyway; the margin keeps a secret whole that crosses the cut.
    const near = text.slice(0, limit * 4 + 1_024);
    // Lone surrogates are replaced: the store would write other text than is shown.
    const line = near
      .replace(/\p{Surrogate}/gu, '\ufffd')
      // What nobody sees divides a secret for a search, and not for who copies it.
      .replace(/\u00ad|\u034f|\u180e|\u200b|\u200c|\u200d|\u2060|\ufeff/g, '')
      .replace(
        /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2061-\u2069\ufff9-\ufffb]+/g,
        ' ',
      );
    let clean = masked(line, findValues, findPlainValues);
    clean = masked(clean, findPieces, findPlainPieces);
    if (/[\w+/\\%-]{10}/.test(clean)) clean = masked(clean, findBase64, findBase64);
    for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
    clean = clean.replace(/\s+/g, ' ').trim();
    return clean.length <= limit ? clean : `${clean.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`;
  }

  const done = new Map<string, string>();
  return (text: string, limit: number): string => {
    if (text.length > longestRemembered) return redacted(text, limit);
    const key = `${limit} ${text}`;
    const before = done.get(key);
    if (before !== undefined) return before;
    const clean = redacted(text, limit);
    const [oldest] = done.keys();
    if (done.size === remembered && oldest !== undefined) done.delete(oldest);
    done.set(key, clean);
    return clean;
  };
}

export type Redact = ReturnType<typeof createRedaction>;
