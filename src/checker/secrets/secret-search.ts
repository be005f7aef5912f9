/** One way in which a text may contain a secret. What it makes of a beginning of a secret begins what it makes of the secret. */
export type Writing = (secret: string) => string;

const same: Writing = (text) => text;
const escaped: Writing = (text) => JSON.stringify(text).slice(1, -1);
const encoded: Writing = (text) => encodeURIComponent(Buffer.from(text).toString());
/** Python and PHP encode these too. */
const strict: Writing = (text) =>
  encoded(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
const hex: Writing = (text) => Buffer.from(text).toString('hex');

const once = [same, escaped, encoded];
/** As written, JSON-escaped and URL-encoded, and each of these twice; strictly encoded. What else is escaped is read by `unescaped`. */
const anyWritings: readonly Writing[] = [
  ...once.flatMap((first) =>
    once.map(
      (second): Writing =>
        (text) =>
          second(first(text)),
    ),
  ),
  strict,
];

/** Shorter secrets have no form in hex or base64. */
const shortestBytes = 8;

/** The writings of a secret. Most keys have no character that is ever escaped. */
export function writingsOf(secret: string): readonly Writing[] {
  const plain = /^[\w.~-]*$/.test(secret) ? [same] : anyWritings;
  return secret.length < shortestBytes ? plain : [...plain, hex];
}

/** Each byte as one character: a text in which escapes stood for bytes. */
const bytes: Writing = (text) => Buffer.from(text).toString('latin1');

/** The writings of a secret in a text without escapes. */
export function plainWritingsOf(secret: string): readonly Writing[] {
  return /^[ -~]*$/.test(secret) ? [same] : [same, bytes];
}

/** Base64 at each offset in the encoded text. */
const base64: readonly Writing[] = [0, 1, 2].flatMap((before) =>
  (['base64', 'base64url'] as const).map((encoding): Writing => (secret) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    // The characters at the ends contain bits of the surrounding text.
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor((bytes.length * 8) / 6);
    return bytes.toString(encoding).slice(first, last);
  }),
);

export function base64WritingsOf(secret: string): readonly Writing[] {
  return secret.length < shortestBytes ? [] : base64;
}

/** The text in lower case, with the same length, so that positions in both are the same. */
export function folded(text: string): string {
  const lower = text.toLowerCase();
  const kept =
    lower.length === text.length
      ? lower
      : text.replace(/[^]/gu, (one) => (one.toLowerCase().length === one.length ? one.toLowerCase() : one));
  // The letter at the end of a word has a form of its own.
  return kept.replaceAll('ς', 'σ');
}

/** Characters of a secret whose writings are searched for first, and then: most texts have none of them. */
const headLengths = [12, 48, 256];

/** The beginning of a text, up to a whole character. */
function headOf(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}

const gramLength = 4;

/** Number of searches from which the index of a text is worth its cost. */
const manySearches = 24;

/** Whether a text contains another; linear in the text once, whatever the number of searches that find nothing. */
function createContains(text: string, searches: number): (part: string) => boolean {
  if (searches < manySearches) return (part) => text.includes(part);
  const grams = new Set<string>();
  for (let at = 0; at + gramLength <= text.length; at += 1) grams.add(text.slice(at, at + gramLength));
  return (part) => (part.length < gramLength || grams.has(part.slice(0, gramLength))) && text.includes(part);
}

/** Marks a stretch of a text, by the positions of its first character and of the one after its last. */
export type Mark = (from: number, to: number) => void;

/**
 * Prepares to find secrets in a folded text, in all their writings. A writing is made as a whole only where the text has
 * its beginning: a caller may send hundreds of secrets, each as long as the request.
 */
export function createSearch(
  secrets: readonly string[],
  writings: (secret: string) => readonly Writing[],
): (text: string, mark: Mark) => void {
  interface Sought {
    readonly secret: string;
    readonly writing: Writing;
    readonly head: string;
  }
  const [shortHead = 0, ...longerHeads] = headLengths;
  let sought: readonly Sought[] | null = null;
  const soughtOf = (secret: string): Sought[] =>
    writings(secret).map((writing) => ({
      secret,
      writing,
      head: folded(writing(headOf(secret, shortHead))),
    }));

  return (text, mark) => {
    sought ??= secrets.flatMap(soughtOf);
    const contains = createContains(text, sought.length);
    for (const { secret, writing, head } of sought) {
      if (secret.length > text.length || !contains(head)) continue;
      if (!longerHeads.every((length) => contains(folded(writing(headOf(secret, length)))))) continue;
      const form = folded(writing(secret));
      for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + form.length))
        mark(at, at + form.length);
    }
  };
}

/**
 * For each position of `text`, which has no NUL, the number of characters from there that equal the beginning of
 * `wanted`. Linear (the Z algorithm; Gusfield, Algorithms on Strings, Trees and Sequences, 1997, section 1.3).
 */
export function prefixLengths(text: string, wanted: string): Uint32Array {
  const head = wanted.slice(0, text.length);
  const all = `${head}\u0000${text}`;
  const lengths = new Uint32Array(all.length);
  let from = 0;
  let to = 0;
  for (let at = 1; at < all.length; at += 1) {
    let length = at < to ? (lengths[at - from] ?? 0) : 0;
    if (length > to - at) length = to > at ? to - at : 0;
    while (at + length < all.length && all.charCodeAt(length) === all.charCodeAt(at + length)) length += 1;
    lengths[at] = length;
    if (at + length <= to) continue;
    from = at;
    to = at + length;
  }
  return lengths.subarray(head.length + 1);
}
