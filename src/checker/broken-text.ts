/** Characters that are looked at, from the beginning and from the end. */
const window = 1_024;
/** Shorter text is judged by the expectation alone. */
const shortest = 8;
const longestPeriod = 128;

/** One token, word or phrase again and again, from somewhere near the beginning to the end. */
function isRepeated(line: string): boolean {
  const tail = line.slice(-window);
  for (let period = 1; period <= longestPeriod && period * 4 <= tail.length; period += 1) {
    let same = period;
    while (same < tail.length && tail[tail.length - 1 - same] === tail[tail.length - 1 - same + period])
      same += 1;
    // A round number ends with the same digit: only all of it decides.
    const enough = /^[\d.,]+$/.test(tail) ? tail.length : tail.length * 0.75;
    if (same >= Math.max(shortest, period * 4, enough)) return true;
  }
  return false;
}

/** Few words, each many times, in whatever order. */
function isFewWords(line: string): boolean {
  const words = line.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return words.length >= 8 && new Set(words).size * 4 <= words.length;
}

/** Signs in the place of letters; JSON, numbers, dates and sums are made of signs too. */
function isSigns(line: string): boolean {
  const signs = line.replace(/\s/g, '');
  const written = signs.match(/[\p{L}\p{M}\p{N}]/gu)?.length ?? 0;
  const length = Array.from(signs).length;
  if (length < shortest || written * 3 >= length) return false;
  return (
    !/[[{].*[\]}]/.test(signs) ||
    written === 0 ||
    /([^\p{L}\p{N}[\]{}()])\1{3}/u.test(signs.replaceAll('```', ''))
  );
}

/** What no tokenizer writes that works: characters that are none, tokens that stand for nothing, bytes by number. */
function isUndecoded(line: string): boolean {
  const none = line.match(/[\ufffd\p{Co}\p{Cn}]/gu)?.length ?? 0;
  if (none >= 3 || none * 8 > line.length) return true;
  if (
    /<\|?(?:unk|pad|mask|reserved|unused|extra_id|endoftext|fim_|dummy|extra|placeholder)[\w -]{0,40}\|?>.|\[(?:unk|pad|mask|unused\d+|control_\d+)\]/i.test(
      line,
    )
  )
    return true;
  return (line.match(/\p{L}[ĠĊ▁]\p{L}|<0x[0-9A-F]{2}>/gu)?.length ?? 0) >= 2;
}

const scripts = [
  /\p{Script=Latin}{2}/u,
  /\p{Script=Cyrillic}{2}/u,
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u,
  /\p{Script=Hangul}/u,
  /\p{Script=Arabic}{2}/u,
  /\p{Script=Hebrew}{2}/u,
  /\p{Script=Greek}{3}/u,
  /[\p{Script=Devanagari}]{2}/u,
  /[\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Gujarati}\p{Script=Kannada}\p{Script=Malayalam}]{2}/u,
  /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]{2}/u,
  /[\p{Script=Georgian}\p{Script=Armenian}\p{Script=Ethiopic}]{2}/u,
];
const joined =
  /\p{Script=Latin}{2}[\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Devanagari}\p{Script=Thai}]{2}|[\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Devanagari}\p{Script=Thai}]{2}\p{Script=Latin}{2}/u;

/** Pieces of words of many languages; a list of translations sets its parts off with signs. */
function isSalad(line: string): boolean {
  const used = scripts.filter((script) => script.test(line)).length;
  const words = line.split(' ');
  const setOff = (line.match(/[:,;()/|*"'“”—–。，、：（）\n-]/g) ?? []).length;
  if (used >= 3 && setOff < used - 1) return true;
  if (used >= 2 && joined.test(line)) return true;
  const plain = words.filter((word) => /^[\p{L}\p{M}]{2,}$/u.test(word));
  const odd = plain.filter(
    (word) =>
      /^\p{Script=Latin}+$/u.test(word) &&
      (word.length > 24 || /\p{Ll}\p{Lu}|[bcdfghjklmnpqrstvwxz]{6}/u.test(word)),
  );
  return words.length >= 3 && odd.length * 2 >= words.length;
}

/** In what way a text is none that a working model writes; null when it may be one. Reads a bounded part of it. */
export function brokenText(text: string, signsWanted = false): string | null {
  const near = text.length <= 2 * window ? text : `${text.slice(0, window)} ${text.slice(-window)}`;
  const line = near.replace(/\s+/g, ' ').trim();
  if (line.length < shortest) return /[\ufffd]{2}/.test(line) ? 'characters that could not be decoded' : null;
  if (isRepeated(line) || isFewWords(line)) return 'one token repeated';
  if (isUndecoded(line)) return 'tokens or characters that could not be decoded';
  if (!signsWanted && isSigns(line)) return 'signs in the place of words';
  return isSalad(line) ? 'pieces of words in the place of an answer' : null;
}
