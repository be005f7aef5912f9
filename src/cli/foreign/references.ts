import { randomBytes } from 'node:crypto';

/** A variable or file that the written registry refers to. */
export interface Variable {
  readonly name: string;
  /** Place in the source, such as `litellm.yaml:4:16: model_list[0].litellm_params.api_key`. */
  readonly from: string;
  /** True where the source holds the value in clear, so that somebody has to move it. */
  readonly moved: boolean;
}

/**
 * References in values: while a file is read, each is a short word without special characters, which survives the
 * parsing of addresses and JSON; `written` puts `${NAME}` in its place.
 */
export interface References {
  /** The word for `${name}`. */
  variable(name: string, from: string): string;
  /** The word for `${file:path}`. */
  file(path: string): string;
  /** The word for a variable that takes the place of a secret in clear; the same one for the same secret. */
  secret(text: string, name: string, from: string): string;
  /** True when the text is one reference and nothing else. */
  isReference(text: string): boolean;
  holdsReference(text: string): boolean;
  /** The text as it is written in a registry: words become references, and what only looks like one is escaped. */
  written(text: string): string;
  /** The text with something plausible in the place of each reference. */
  resolved(text: string): string;
  readonly variables: () => readonly Variable[];
}

const longestName = 100;

/** A name for a variable made of any text, such as `GPT_4O_API_KEY`. */
function variableName(text: string): string {
  const plain = text
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .replace(/^_/, '')
    .replace(/_$/, '')
    .slice(0, longestName);
  return /^[A-Z]/.test(plain) ? plain : `KEY_${plain}`;
}

/** Random, so that no file can know it. */
function unusedPrefix(texts: readonly string[]): string {
  for (;;) {
    const prefix = `mpref${randomBytes(8).toString('hex')}x`;
    if (!texts.some((text) => text.includes(prefix))) return prefix;
  }
}

/** Creates references whose words appear in none of the texts. */
export function createReferences(texts: readonly string[]): References {
  const prefix = unusedPrefix(texts.map((text) => text.toLowerCase()));
  const word = new RegExp(`${prefix}(\\d+)z`, 'gi');
  const whole = new RegExp(`^${prefix}\\d+z$`, 'i');
  const bodies: string[] = [];
  const words = new Map<string, string>();
  const secrets = new Map<string, string>();
  const known = new Map<string, Variable>();
  /** Number of the newest variable by the beginning of its name. */
  const counts = new Map<string, number>();

  function wordFor(body: string): string {
    const made = words.get(body) ?? `${prefix}${bodies.length}z`;
    if (!words.has(body)) {
      words.set(body, made);
      bodies.push(body);
    }
    return made;
  }

  return {
    variable(name, from) {
      if (!known.has(name)) known.set(name, { name, from, moved: false });
      return wordFor(name);
    },
    file: (path) => wordFor(`file:${path}`),
    secret(text, wanted, from) {
      const before = secrets.get(text);
      if (before !== undefined) return before;
      const base = variableName(wanted);
      let count = counts.get(base) ?? 1;
      let name = count === 1 ? base : `${base}_${count}`;
      for (; known.has(name); name = `${base}_${count}`) count += 1;
      counts.set(base, count);
      known.set(name, { name, from, moved: true });
      const made = wordFor(name);
      secrets.set(text, made);
      return made;
    },
    isReference: (text) => whole.test(text),
    holdsReference: (text) => text.toLowerCase().includes(prefix),
    written: (text) =>
      text
        .replaceAll('${', () => '$${')
        // "$${" would be the escape, so a "$" before a reference is the default of a variable that nobody sets.
        .replaceAll(new RegExp(`\\$(?=${prefix})`, 'gi'), () => '${MODELPULSE_NO_SUCH_VARIABLE:-$}')
        .replaceAll(word, (_, index: string) => `\${${bodies[Number(index)] ?? ''}}`),
    resolved: (text) => (whole.test(text) ? 'stand-in' : text.replaceAll(word, () => 'stand-in')),
    variables: () => [...known.values()],
  };
}
