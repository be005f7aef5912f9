/** Characters examined at the end. */
const window = 2_048;
/** Shorter text is not examined. */
const shortest = 8;

/** A unit repeated up to the end of a text. */
interface Repetition {
  readonly unit: string;
  readonly part: string;
  readonly times: number;
  /** Share of the text. */
  readonly share: number;
}

/** Length of the longest common suffix of the text and of the text without its last `period` characters, by period. Linear. */
function suffixLengths(text: string): number[] {
  const { length } = text;
  const lengths = new Array<number>(length).fill(0);
  let left = 0;
  let right = 0;
  for (let period = 1; period < length; period += 1) {
    let same = period < right ? Math.min(right - period, lengths[period - left] ?? 0) : 0;
    while (period + same < length && text[length - 1 - same] === text[length - 1 - period - same]) same += 1;
    lengths[period] = same;
    if (period + same > right) [left, right] = [period, period + same];
  }
  return lengths;
}

/** Repetitions, at least four times, that make up half of the text or hundreds of characters. */
function* repetitions(text: string): Generator<Repetition> {
  const tail = text.slice(-window);
  const lengths = suffixLengths(tail);
  // A round number ends with the same digit: only all of it decides.
  const least = /^[\d.,]+$/.test(tail) ? tail.length : Math.min(tail.length / 2, 512);
  for (let period = 1; period * 4 <= tail.length; period += 1) {
    const length = period + (lengths[period] ?? 0);
    if (length < Math.max(shortest, period * 4, least)) continue;
    // Any place in a line of words may end the unit; the share of the last, broken unit counts too.
    const part = tail.slice(-length);
    yield { unit: tail.slice(-period), part, times: (length + 1) / period, share: length / tail.length };
    // Longer units are made of this one.
    return;
  }
}

/** Values and laughter, which an answer may repeat. */
const value = /^(?:[\d.]{1,24}|[\da-f]{2}|null|true|false|ha|ho|he|la|na)$/i;
const isValues = (part: string): boolean =>
  part.split(/[\s,;:|/+*()[\]{}-]+/).every((one) => one === '' || value.test(one));
/** DNA, RNA and laughter without spaces. */
const bases = /^(?:[ACGT]+|[ACGU]+|(?:[Hh]a)+)$/;
/** One Chinese or Japanese character, except those of laughter. */
const wideOne = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u;
const laughter = /^[哈呵嘿嘻笑草]$/;

/** Lines with an equal number of values, as in a matrix. */
function isGrid(text: string): boolean {
  const rows = text
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/).length);
  return rows.length >= 3 && new Set(rows).size === 1 && (rows[0] ?? 0) >= 2;
}

/** Length in characters; Chinese, Japanese and Korean ones count twice. */
function weightOf(part: string): number {
  const wide =
    part.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu)?.length ?? 0;
  return part.length + wide;
}

/** Least repetitions and characters of a text that is one unit only. */
function leastOf({ unit, part }: Repetition, text: string): readonly [times: number, weight: number] {
  if (/^\d $|^ \d$/.test(unit) && !isGrid(text)) return [8, 15];
  if (isValues(part) && /[\s,:;|/+-]/.test(unit)) return [6, isGrid(text) ? 1_024 : 64];
  if (bases.test(part) && unit.length > 1) return [6, 64];
  if (/^[\p{P}\p{Sm}\p{Sc}\p{Sk}\s]+$/u.test(part)) return [4, shortest];
  if (!/[\p{L}\p{N}]/u.test(part)) return [4, 40];
  if (/[.!?,;…]/.test(unit)) return [6, 48];
  if (/[\\<>]/.test(unit)) return [4, 16];
  if (wideOne.test(unit) && !laughter.test(unit)) return [6, 16];
  return /\s/.test(unit) ? [5, 16] : [6, 20];
}

/** True for a token, word or phrase repeated from near the beginning to the end. */
export function isRepeated(text: string, line: string, cut: boolean): boolean {
  for (const found of repetitions(line)) {
    if (found.share < 0.75 && found.part.length < 0.75 * 1_024) continue;
    if (cut) return true;
    const [times, weight] = leastOf(found, text);
    const weighs = weightOf(found.part);
    if (weighs >= weight && (found.times >= times || weighs >= 64)) return true;
  }
  return false;
}

/** True for a repetition too long for any answer. */
export function isEndless(text: string, line: string): boolean {
  for (const found of repetitions(line)) {
    const weight = weightOf(found.part);
    const [, least] = leastOf(found, text);
    if (weight >= 2 * least && ((weight >= 48 && found.times >= 6) || weight >= 128)) return true;
  }
  return false;
}

/** True for few words, each many times, in any order. A list of labels may be longer. */
export function isFewWords(text: string, cut: boolean): boolean {
  const words = text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const said = words.filter((word) => !/^(?:\d+|[\da-f]{2}|null|true|false)$/.test(word));
  const setOff = text.match(/[,;|\n]/g)?.length ?? 0;
  const least = cut ? 8 : setOff * 2 >= said.length ? 64 : 16;
  return said.length >= least && new Set(said).size * 4 <= said.length;
}

const repeats =
  /\b(?:repeat\w*|over and over|again and again|forever|endless\w*|wiederhol\w*|répét\w*|repite|repita|ripeti)\b|\b(?:write|say|print|type|output|send|echo)\b.{0,200}\btimes\b|重复|重複|繰り返/iu;

const small = /^(?:the|an?|of|to|and|is|in|it|i|you|words?|times|der|die|das|le|la|el)$/;

/** True if the question asks for repetition and the text repeats only words of the question. */
export function asksForRepetition(question: string, text: string): boolean {
  const asked = question.slice(0, 4_096).toLowerCase();
  if (!repeats.test(asked)) return false;
  const words = text.toLowerCase().match(/[\p{L}\p{M}]+/gu) ?? [];
  // The window, or the token limit, may cut the first and the last.
  return words.some((word) => !small.test(word)) && words.slice(1, -1).every((word) => asked.includes(word));
}
