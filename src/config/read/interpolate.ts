import { headerText } from '../schema/fields.js';
import type { Path, Problem } from './problem.js';
import type { Referred } from './references.js';
import { isHeaderMember, isKeyMember } from './secrets.js';

/** Sources of references. */
export interface References {
  /** The variable's text without its last line break; undefined when it is not set. */
  variable(name: string): string | undefined;
  /** Content of a file without its last newline, or the reason why it cannot be read. */
  file(path: string): { readonly text: string } | { readonly problem: string };
}

interface Interpolated {
  readonly value: unknown;
  /** References without a text, or with one that is not allowed there; their members are left out of `value`. */
  readonly missing: readonly Problem[];
  /** References with invalid syntax. */
  readonly problems: readonly Problem[];
  /** Texts of the references: no message may show them, since they may be secrets. */
  readonly replaced: ReadonlySet<string>;
  /** Texts from files, which are always secrets. */
  readonly secrets: ReadonlySet<string>;
  /** Texts of references with their places. */
  readonly referred: readonly Referred[];
}

const reference = /\$\$\{|\$\{([^}]*)(\}?)/g;
const variableName = /^([A-Za-z_]\w*)(?::-(.*))?$/s;

/** True for a scalar that is exactly one reference. */
export function isReference(value: unknown): boolean {
  return typeof value === 'string' && /^\$\{[^}]*\}$/.test(value);
}

/** Paths of all `${file:...}` in a value. */
export function filesReferred(value: unknown): string[] {
  if (typeof value === 'string') {
    return [...value.matchAll(reference)].flatMap(([, body]) =>
      body?.startsWith('file:') ? [body.slice(5)] : [],
    );
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(filesReferred) : [];
}

const absent = Symbol('absent');

/** Maximum characters of a text: enough for a picture in a payload. */
const longestText = 2 ** 20;

/** Why a scalar is invalid anywhere; null when it is valid. */
export function scalarProblem(value: unknown): string | null {
  if (typeof value === 'number')
    return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? null : 'must be a number between -2^53 and 2^53';
  if (typeof value !== 'string') return null;
  if (value.length > longestText) return `must have at most ${longestText} characters`;
  if (/\p{Surrogate}/u.test(value)) return 'must be well-formed Unicode';
  return /[^\P{Cc}\t\n\r]/u.test(value) ? 'must have no control characters' : null;
}

/** Members that hold one key or token. In lists, empty items are left out. */
const keyMembers: ReadonlySet<unknown> = new Set(['api_key', 'apikey', 'model_api_key', 'bearer_token']);

/** Why the text of a reference is not allowed at `path`; null when it is. */
function unfit(text: string, path: Path): string | null {
  if (isHeaderMember(path) && !headerText.test(text))
    return 'has a line break, a control character or one outside of Latin-1, which no header can hold';
  return scalarProblem(text)?.replace('must have no control characters', 'has a control character') ?? null;
}

/** Replaces the references in all scalars of `value`, which is at `at` in its file. */
export function interpolate(value: unknown, references: References, at: Path): Interpolated {
  const missing: Problem[] = [];
  const problems: Problem[] = [];
  const replaced = new Set<string>();
  const secrets = new Set<string>();
  const referred: Referred[] = [];

  /** Null for a missing text, and for an empty one that must be `filled`. */
  function replacement(body: string, path: Path, filled: boolean): string | null {
    if (body.startsWith('file:')) {
      const name = body.slice(5);
      const found = references.file(name);
      const needed = filled || (isHeaderMember(path) && !isKeyMember(path));
      if ('text' in found && !(needed && found.text === '')) {
        replaced.add(found.text);
        secrets.add(found.text);
        referred.push({ path, text: found.text, fromFile: true });
        const problem = unfit(found.text, path);
        if (problem === null) return found.text;
        missing.push({ path, message: `file ${name} ${problem}` });
        return null;
      }
      missing.push({
        path,
        message: 'text' in found ? `file ${name} is empty` : `file ${name}: ${found.problem}`,
      });
      return null;
    }
    const [, name, fallback] = variableName.exec(body) ?? [];
    if (name === undefined || fallback?.includes('${')) {
      problems.push({
        path,
        message:
          'has a reference that is none of ${NAME}, ${NAME:-default}, ${file:/path}; "${" itself is written "$${"',
      });
      return '';
    }
    const found = references.variable(name);
    if (found !== undefined) {
      replaced.add(found);
      referred.push({ path, text: found, fromFile: false });
    }
    const problem = found === undefined ? null : unfit(found, path);
    if (problem !== null) {
      missing.push({ path, message: `variable ${name} ${problem}` });
      return null;
    }
    if (fallback !== undefined) return found === undefined || found === '' ? fallback : found;
    if (found !== undefined && !(filled && found === '')) return found;
    missing.push({ path, message: `variable ${name} is ${found === undefined ? 'not set' : 'empty'}` });
    return null;
  }

  function scalar(text: string, path: Path): string | typeof absent {
    let unreplaced = 0;
    // The provider would refuse an empty key, with blame on the account; an empty token would open every route.
    const filled = keyMembers.has(path.at(-1)) && isReference(text);
    const result = text.replaceAll(reference, (written, body: string | undefined, end: string) => {
      if (body === undefined) return '${';
      const found = replacement(end === '' ? '' : body, path, filled);
      if (found === null) unreplaced += 1;
      return found ?? written;
    });
    return unreplaced === 0 ? result : absent;
  }

  function leaf(item: unknown, path: Path): unknown {
    const result = typeof item === 'string' && item.includes('${') ? scalar(item, path) : item;
    const message = scalarProblem(result);
    if (message === null) return result;
    problems.push({ path, message });
    // No further message for this member, as for a missing reference.
    return absent;
  }

  function walk(item: unknown, path: Path): unknown {
    if (Array.isArray(item)) {
      // A list keeps its length, so that positions stay valid.
      return item.map((entry: unknown, index) => {
        const result = walk(entry, [...path, index]);
        return result === absent ? 'missing' : result;
      });
    }
    if (typeof item !== 'object' || item === null) return leaf(item, path);
    return Object.fromEntries(
      Object.entries(item)
        .map(([key, entry]) => [key, walk(entry, [...path, key])] as const)
        .filter(([, entry]) => entry !== absent),
    );
  }

  return { value: walk(value, at), missing, problems, replaced, secrets, referred };
}
