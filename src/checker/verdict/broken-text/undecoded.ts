/** Tokens without text. */
const dead = String.raw`(?:<\|?(?:unk|pad|mask|reserved|unused|extra_id|endoftext|fim_|dummy|extra|placeholder)[\w -]{0,40}\|?>|\[(?:unk|pad\d{0,6}|mask|unused\d{1,6}|control_\d{1,6})\])`;
const deadInRow = new RegExp(String.raw`${dead}\s{0,4}${dead}`, 'i');
/** Tokens that mark chat turns. */
const turn = String.raw`(?:<\|[^\s<>|][^<>|]{0,60}\|>|<｜[^<>｜]{1,60}｜>|</?s>|<(?:bos|eos|start_of_turn|end_of_turn)>|\[/?INST\]|<</?SYS>>|\[/?(?:CLS|SEP|BOS|EOS)\])`;
const tokens = new RegExp(`${dead}|${turn}`, 'gi');
const roles = /\b(?:assistant|user|system|tool|model|analysis|final|commentary)\b/gi;

/** A channel of gpt-oss in which it thinks or calls tools. */
const aside = /^(?:<\|start\|>assistant)?<\|channel\|>(?:analysis|commentary)\b/;

/** True for nothing but tokens without text and marks of turns, and for channels without the one of the answer. */
export function isTokens(line: string): boolean {
  if (aside.test(line) && !line.includes('<|channel|>final')) return true;
  const rest = line.replace(tokens, ' ');
  return rest !== line && !/[^\s\p{P}]/u.test(rest.replace(roles, ' '));
}

/** The windows-1252 characters of the bytes 80 to 9F. */
const western = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** The byte that a non-ASCII character encodes in windows-1252, Latin-1 or the GPT-2 vocabulary; -1 for none. */
function byteOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x80 && code <= 0xff) return code;
  // In the vocabulary the bytes 80 to A0 and AD follow each other.
  if (code >= 0x122 && code <= 0x142) return code - 0xa2;
  if (code === 0x143) return 0xad;
  const at = western.indexOf(character);
  return at < 0 ? -1 : 0x80 + at;
}

const lengthBy = (lead: number): number =>
  lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

/** UTF-8 decoded byte by byte: `Ã¼` for `ü`. */
export function isMojibake(text: string): boolean {
  const bytes = Array.from(text, (character) =>
    (character.codePointAt(0) ?? 0) < 0x80 ? 0 : byteOf(character),
  );
  let sequences = 0;
  let inside = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const length = lengthBy(bytes[at] ?? 0);
    const rest = bytes.slice(at + 1, at + length);
    if (length === 0 || rest.length < length - 1 || !rest.every((byte) => byte >= 0x80 && byte <= 0xbf))
      continue;
    sequences += 1;
    inside += length;
    at += length - 1;
  }
  // Two characters of Chinese alone.
  if (sequences === 2 && inside === 6 && bytes.length === 6) return true;
  return sequences >= 3 && inside * 4 >= bytes.filter((byte) => byte !== 0).length * 3;
}

/** Unassigned characters, except emoji, which may be newer than the Unicode tables of this machine. */
const noCharacters = /[\ufffd\p{Co}]|(?![\u{1f000}-\u{1fbff}])\p{Cn}/gu;

/** True for tokens without text, or bytes written as numbers, in a row. */
const hasEmptyTokens = (text: string): boolean =>
  deadInRow.test(text) || /<0x[0-9A-F]{2}>\s?<0x[0-9A-F]{2}>/i.test(text);

/** True for output of a broken tokenizer: unassigned characters, empty tokens, bytes written as numbers. */
export function isUndecoded(text: string): boolean {
  if (/^[\u0000-\u007f]*$/.test(text)) return hasEmptyTokens(text);
  const none = text.match(noCharacters)?.length ?? 0;
  if (none >= 3 || (none >= 2 && none * 8 > text.length)) return true;
  if (hasEmptyTokens(text)) return true;
  // In Maltese, Latin letters follow it.
  if (/[ĠĊ](?!\p{Script=Latin})\p{L}/u.test(text)) return true;
  return (text.match(/[\p{Ll}\p{Lo}][ĠĊ▁]\p{L}/gu)?.length ?? 0) >= 2 || isMojibake(text);
}
