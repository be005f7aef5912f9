/** Names of HTML for characters of ASCII; PHP writes all of them. */
const named: ReadonlyMap<string, string> = new Map(
  Object.entries({
    quot: '"',
    amp: '&',
    apos: "'",
    lt: '<',
    gt: '>',
    sol: '/',
    plus: '+',
    equals: '=',
    colon: ':',
    semi: ';',
    lowbar: '_',
    period: '.',
    comma: ',',
    num: '#',
    excl: '!',
    ast: '*',
    percnt: '%',
    dollar: '$',
    commat: '@',
    quest: '?',
    bsol: '\\',
    lpar: '(',
    rpar: ')',
    lsqb: '[',
    lbrack: '[',
    rsqb: ']',
    rbrack: ']',
    lcub: '{',
    lbrace: '{',
    rcub: '}',
    rbrace: '}',
    verbar: '|',
    vert: '|',
    hat: '^',
    grave: '`',
  }),
);

/**
 * Escapes of one character, as servers write them in JSON, scripts, Markdown, addresses and HTML. A backslash before anything else
 * says nothing of the character after it: PHP and Swift write `\/`, Markdown `\_`, and each JSON text inside another doubles them.
 */
const escapes = new RegExp(
  `\\\\(?:u([\\da-f]{4})|x([\\da-f]{2}))?|%([\\da-f]{2})|&#x([\\da-f]{1,6});|&#(\\d{1,7});|&(${[...named.keys()].join('|')});`,
  'gi',
);

/** Escapes inside of escapes that are read: more levels than servers stand behind each other. */
const mostLevels = 4;

/** A text without escapes, and where each of its characters stands in the text with them. */
export interface Unescaped {
  readonly text: string;
  /** The character at `index` is what the other text has from `borders[index]` to `borders[index + 1]`. */
  readonly borders: Uint32Array;
}

function characterOf([whole, u, x, percent, hex, decimal, name]: RegExpExecArray): string {
  if (name !== undefined) return named.get(name.toLowerCase()) ?? whole;
  const digits = u ?? x ?? percent ?? hex;
  if (digits === undefined && decimal === undefined) return '';
  const code = digits === undefined ? Number(decimal) : Number.parseInt(digits, 16);
  return code > 0x10ffff ? whole : String.fromCodePoint(code);
}

/** One level of escapes less; null where there is none. */
function oneLevel(text: string): Unescaped | null {
  let plain = '';
  let from = 0;
  const borders = new Uint32Array(text.length + 1);
  const keep = (to: number): void => {
    for (let at = from; at < to; at += 1) borders[plain.length + at - from + 1] = at + 1;
    plain += text.slice(from, to);
  };
  for (const match of text.matchAll(escapes)) {
    keep(match.index);
    from = match.index + match[0].length;
    const character = characterOf(match);
    borders.fill(from, plain.length + 1, plain.length + character.length + 1);
    plain += character;
  }
  if (from === 0) return null;
  keep(text.length);
  return { text: plain, borders: borders.subarray(0, plain.length + 1) };
}

/** The text without its escapes, to four levels, in linear time; null where it has none. */
export function unescaped(text: string): Unescaped | null {
  let found = oneLevel(text);
  for (let level = 1; found !== null && level < mostLevels; level += 1) {
    const { borders } = found;
    const next = oneLevel(found.text);
    if (next === null) break;
    found = { text: next.text, borders: next.borders.map((border) => borders[border] ?? 0) };
  }
  return found;
}
