import type { Path } from '../../config/read/problem.js';
import { headerText } from '../../config/schema/fields.js';
import { isSecretName } from '../../config/read/secrets.js';
import { isObject } from '../../domain/json.js';
import { longestId } from '../../domain/model.js';
import type { References } from './references.js';

/** A model of another tool, as the entry of a registry that it becomes. */
export interface Draft {
  /** What the id is made of. */
  readonly name: string;
  /** Place in the source. */
  readonly path: Path;
  /** Sentences that stand above the entry. */
  readonly comments: readonly string[];
  /** Keys of the entry but its id; undefined ones are left out. Texts may hold words of `References`. */
  readonly entry: Readonly<Record<string, unknown>>;
}

/** What a reader of a foreign file has. */
export interface Drafting {
  readonly references: References;
  /** Says what of the place is not carried over, and why. */
  note(path: Path, message: string): void;
  /** `file:line:column: path` of a place. */
  placeOf(path: Path): string;
  /** The text, or where it is a secret in clear, the word of a variable for it. */
  secret(text: string, name: string, path: Path): string;
}

/** The models of a file, and the sections beside them. */
export interface Drafted {
  readonly models: readonly Draft[];
  readonly defaults?: Readonly<Record<string, unknown>>;
  readonly maintenance?: readonly Readonly<Record<string, unknown>>[];
}

/** A key that servers without keys are given. */
const placeholder = /^(?:none|null|empty|dummy|n\/?a|-|x+|not[-_ ]?needed|no[-_ ]?key|anything)$/i;

export const isPlaceholder = (key: string): boolean => placeholder.test(key);

/** Valid ids, each once. */
export function createIds(): (name: string) => string {
  const used = new Set<string>();
  /** Number of the newest id by its beginning. */
  const counts = new Map<string, number>();
  const most = longestId - 8;
  return (name) => {
    const start = name.slice(0, 4 * most).replaceAll(/[\s/\\#\p{C}]+/gu, '-');
    // A character may be two units long, and half of one is none.
    const plain = start.slice(0, most).replace(/[\ud800-\udbff]$/, '');
    const trimmed = plain.replace(/^-/, '').replace(/-$/, '');
    const base = /^\.{0,2}$/.test(trimmed) ? 'model' : trimmed;
    let count = counts.get(base) ?? 1;
    let id = count === 1 ? base : `${base}-${count}`;
    for (; used.has(id); id = `${base}-${count}`) count += 1;
    counts.set(base, count);
    used.add(id);
    return id;
  };
}

/** Headers whose values are no secrets. */
const plainHeaders =
  /^(?:accept|accept-language|anthropic-beta|anthropic-version|api-version|cache-control|openai-beta|openai-organization|openai-project|http-referer|referer|x-title|x-request-source)$/i;
/** Headers that every request has by itself. */
const ownHeaders =
  /^(?:content-type|content-length|host|user-agent|accept|accept-encoding|connection|transfer-encoding|expect|te|trailer|upgrade|keep-alive|proxy-connection)$/i;
/** Headers of keys, which are an `api_key`. */
const keyHeaders = /^(?:authorization|x-api-key|api-key|x-goog-api-key)$/i;

/** Credentials and other headers of a request. */
export interface HeaderParts {
  readonly apiKey: string | null;
  readonly customHeaders: readonly { readonly key: string; readonly value: string }[];
}

/** Divides the headers of a foreign request; `name` begins the names of variables for their secrets. */
export function headerParts(
  headers: unknown,
  path: Path,
  name: string,
  { secret, note }: Pick<Drafting, 'secret' | 'note'>,
): HeaderParts {
  let apiKey: string | null = null;
  const customHeaders: { key: string; value: string }[] = [];
  for (const [key, given] of Object.entries(isObject(headers) ? headers : {})) {
    const at = [...path, key];
    const values = Array.isArray(given) ? (given as readonly unknown[]) : [given];
    const [only] = values;
    if (values.length !== 1 || (typeof only !== 'string' && typeof only !== 'number')) {
      note(at, 'a header has one value here');
      continue;
    }
    const value = String(only).trim();
    if (ownHeaders.test(key)) continue;
    if (!headerText.test(value)) {
      note(at, 'has characters that no header may have');
      continue;
    }
    const [, token] = /^Bearer +([^ ]+)$/i.exec(value) ?? [];
    if (
      keyHeaders.test(key) &&
      apiKey === null &&
      (token ?? value) !== '' &&
      (token !== undefined || !value.includes(' '))
    ) {
      const text = token ?? value;
      apiKey = isPlaceholder(text) ? null : secret(text, `${name}_API_KEY`, at);
    } else if (plainHeaders.test(key)) customHeaders.push({ key, value });
    else customHeaders.push({ key, value: secret(value, `${name}_${key}`, at) });
  }
  return { apiKey, customHeaders };
}

/** A JSON value with variables in the place of texts whose member has the name of a secret. */
export function withoutSecrets(
  value: unknown,
  path: Path,
  name: string,
  secret: Drafting['secret'],
  member = '',
): unknown {
  if (typeof value === 'string')
    return value !== '' && isSecretName(member) ? secret(value, `${name}_${member}`, path) : value;
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, path, name, secret, member));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withoutSecrets(item, path, name, secret, key)]),
  );
}
