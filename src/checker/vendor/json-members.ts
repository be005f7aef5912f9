import { isList, isObject, memberOf, parseJson } from '../../domain/json.js';
import { plainText } from '../../domain/plain-text.js';
import { isPlausible } from '../../domain/time.js';
import { longestVendorTitle, mostVendorIncidents, type VendorImpact } from '../../domain/vendor.js';
import { crowdIn, depthOf } from '../verdict/json-or-text.js';

const longestLink = 500;
const longestName = 200;
const mostComponents = 50;
/** Levels of lists and objects; the formats have six. */
const deepest = 64;
/** Longest text of a date; the longest format names the zone in words. */
const longestDate = 100;

/** The document; undefined for text that is no JSON, or is too deep or has too many parts to be parsed at once. */
export function documentIn(text: string): unknown {
  if (crowdIn(text) !== null || depthOf(text) > deepest) return undefined;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** The value at the end of a path of members. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(memberOf, value);
}

/** The first objects of a list; none of another value. */
export function objectsIn(
  value: unknown,
  most = 4 * mostVendorIncidents,
): Readonly<Record<string, unknown>>[] {
  return isList(value) ? value.slice(0, most).filter(isObject) : [];
}

/** One line of plain text; empty of a value that is no text. */
export function lineIn(value: unknown, most = longestVendorTitle): string {
  if (typeof value !== 'string') return '';
  const line = plainText(value.slice(0, 8 * most));
  return line.length <= most ? line : `${line.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** An id, which may be a number; empty of another value. */
export function idIn(value: unknown): string {
  return typeof value === 'number' && Number.isSafeInteger(value)
    ? String(value)
    : lineIn(value, longestName);
}

/** Unix ms of a date in any of the usual forms; null of another value and outside 2000 to 2100. */
export function timeIn(value: unknown): number | null {
  if (typeof value !== 'string' || value.length > longestDate) return null;
  const ms = Date.parse(value.trim());
  return isPlausible(ms) ? ms : null;
}

/** An address of the web; null of another value. */
export function linkIn(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > longestLink || !URL.canParse(value.trim())) return null;
  const url = new URL(value.trim());
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  if (url.username !== '' || url.password !== '') return null;
  return url.href.length > longestLink ? null : url.href;
}

/** The names of the parts that an incident lists. */
export function namesIn(values: readonly unknown[]): string[] {
  const names = values.slice(0, mostComponents).map((value) => lineIn(value, longestName));
  return [...new Set(names.filter((name) => name !== ''))];
}

/** The impact that a word stands for. */
export function impactIn(value: unknown, words: Readonly<Record<string, VendorImpact>>): VendorImpact {
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  return Object.hasOwn(words, word) ? (words[word] ?? 'none') : 'none';
}
