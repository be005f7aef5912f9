/** Greatest depth of what is read. */
const deepest = 32;
/** Most values that are read. */
const mostValues = 20_000;

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', b: '\b', f: '\f' };
const words: Readonly<Record<string, unknown>> = {
  True: true,
  False: false,
  None: null,
  true: true,
  false: false,
  null: null,
};

class NotALiteral extends Error {}

/** A value that Python, or JavaScript's console, wrote for people to read; reads from `at` on. */
function createReader(text: string, start: number) {
  let at = start;
  let values = 0;

  const fail = (): never => {
    throw new NotALiteral();
  };
  const skip = (): void => {
    while (/\s/.test(text[at] ?? '')) at += 1;
  };

  function escape(): string {
    const sign = text[at] ?? fail();
    at += 1;
    const digits = sign === 'x' ? 2 : sign === 'u' ? 4 : sign === 'U' ? 8 : 0;
    if (digits === 0) return escapes[sign] ?? sign;
    const code = parseInt(text.slice(at, at + digits), 16);
    at += digits;
    return Number.isNaN(code) || code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
  }

  function quoted(quote: string): string {
    const parts: string[] = [];
    let from = at;
    for (;;) {
      const sign = text[at] ?? fail();
      at += 1;
      if (sign !== quote && sign !== '\\') continue;
      parts.push(text.slice(from, at - 1));
      if (sign === quote) return parts.join('');
      parts.push(escape());
      from = at;
    }
  }

  function bare(depth: number): unknown {
    const word = /^[\w.+-]{1,64}/.exec(text.slice(at, at + 64))?.[0] ?? fail();
    at += word.length;
    const next = text[at] ?? '';
    if (/^[bBuUrR]{1,2}$/.test(word) && /['"]/.test(next)) {
      at += 1;
      return quoted(next);
    }
    // An object of a class, as `Headers {}` and `Decimal('1')`.
    skip();
    if (text[at] === '{' || text[at] === '(') return value(depth + 1);
    if (Object.hasOwn(words, word)) return words[word];
    const count = Number(word);
    return Number.isNaN(count) ? word : count;
  }

  function listed(end: string, depth: number): unknown[] {
    const items: unknown[] = [];
    for (;;) {
      skip();
      if (text[at] === end) break;
      items.push(value(depth + 1));
      skip();
      if (text[at] === ',') at += 1;
      else if (text[at] !== end) fail();
    }
    at += 1;
    return items;
  }

  function mapped(depth: number): unknown {
    const members: (readonly [string, unknown])[] = [];
    for (;;) {
      skip();
      if (text[at] === '}') break;
      const name = value(depth + 1);
      skip();
      if (text[at] !== ':') fail();
      at += 1;
      members.push([String(name), value(depth + 1)]);
      skip();
      if (text[at] === ',') at += 1;
      else if (text[at] !== '}') fail();
    }
    at += 1;
    return Object.fromEntries(members);
  }

  function value(depth: number): unknown {
    values += 1;
    if (depth > deepest || values > mostValues) fail();
    skip();
    const sign = text[at] ?? fail();
    if (sign === '{' || sign === '[' || sign === '(') {
      at += 1;
      return sign === '{' ? mapped(depth) : listed(sign === '[' ? ']' : ')', depth);
    }
    if (sign === "'" || sign === '"') {
      at += 1;
      return quoted(sign);
    }
    return bare(depth);
  }

  return { value: () => value(0), end: () => at };
}

/**
 * The map or list that begins at `start`, in JSON, in Python's notation or in that of JavaScript's console; null where none does.
 * Takes time linear in the length of the text.
 */
export function literalAt(
  text: string,
  start: number,
): { readonly value: unknown; readonly end: number } | null {
  try {
    const reader = createReader(text, start);
    return { value: reader.value(), end: reader.end() };
  } catch (error) {
    if (error instanceof NotALiteral) return null;
    throw error;
  }
}
