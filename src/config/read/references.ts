import type { Model } from '../../domain/model.js';
import type { Path } from './problem.js';

/** The text of a reference, and the place in which it stands. */
export interface Referred {
  readonly path: Path;
  readonly text: string;
  /** Texts of files are always secrets. */
  readonly fromFile: boolean;
}

/** Members that are sent to the provider, or are part of an address, and in which a secret may have any name and place. */
const places: ReadonlySet<unknown> = new Set([
  'base_url',
  'endpoint_url',
  'base_path',
  'paths',
  'custom_payload',
  'default_request_options',
  'model_jwt_config',
  'custom_curl_command',
  'metadata',
]);

const isRemoteAddress = ([section, key]: Path): boolean => section === 'remote' && key === 'url';

/** Least characters of a secret that only its look tells: shorter ones are words. */
const leastLength = 8;

/** Parts of names: numbers, dates, sizes and versions (8x7B, 4o, v2), short words, and words with a number at the end. */
const nameParts: readonly RegExp[] = [
  /^(?:\d{1,4}|(?:19|20)\d{6})$/,
  /^[a-z]?\d{1,3}(?:x\d{1,3})?[a-z]{0,2}$/i,
  /^\p{L}{1,6}$/u,
  /^(?:\p{Lu}{1,19}|\p{Lu}?\p{Ll}{1,19}|\p{Lo}{1,40})(?:\p{Lu}\p{Ll}{2,19}|\p{Lu}{2,5}){0,4}\d{0,4}\p{L}?$/u,
];

/** Longest name of a region, deployment or model; what is longer is told by its parts in pieces of any length. */
const isNamePart = (part: string): boolean => part === '' || nameParts.some((pattern) => pattern.test(part));

/**
 * True for a word that is no name, such as `us-east-1` or `gpt-4o-2024-08-06`: names are words and numbers of up to four digits. A random
 * word has digits between its letters, or capitals.
 */
function looksSecret(word: string): boolean {
  return word.length >= leastLength && !word.split(/[^\p{L}\d]+/u).every(isNamePart);
}

const origin = /^[a-z][a-z0-9+.-]{0,20}:\/\/[^/?#\s]*/i;

/** The words of an address or a text that look like secrets; those of the host never do. */
export function secretWords(text: string): string[] {
  return text
    .replace(origin, '')
    .split(/[\s/?&#=]+/)
    .filter(looksSecret);
}

function secretsIn({ text, fromFile }: Referred): string[] {
  const whole = !/\s/.test(text) && !text.startsWith('/') && !origin.test(text);
  const isSecret = fromFile ? text.length >= leastLength : looksSecret(text);
  return whole && isSecret ? [text, ...secretWords(text)] : secretWords(text);
}

/** The secrets among the texts of references in members that may hold them anywhere; not what names the model. */
export function referredSecrets(referred: readonly Referred[], model?: Model): readonly string[] {
  const found = referred
    .filter(({ path }) => isRemoteAddress(path) || path.some((step) => places.has(step)))
    .flatMap(secretsIn);
  const names = model === undefined ? '' : `${model.id} ${model.modelName} ${model.endpoint.region ?? ''}`;
  return [...new Set(found)].filter((secret) => !names.includes(secret));
}
