import type { Reason } from '../../domain/reason.js';
import { chinese } from './error-rules/chinese.js';
import { english } from './error-rules/english.js';
import { european } from './error-rules/european.js';
import { japaneseAndKorean } from './error-rules/japanese-korean.js';
import { lastMarkers, markers, numbers } from './error-rules/markers.js';
import { keysOf } from '../../domain/table.js';

/** Rules of all languages. The English ones come first, since other texts rarely contain their words. */
const asciiRules = [...english, ...european];
const allRules = [...english, ...chinese, ...japaneseAndKorean, ...european];

function byMarker(table: Partial<Record<Reason, string>>): ReadonlyMap<string, Reason> {
  const wordsOf = (reason: Reason) => table[reason]?.split(' ') ?? [];
  return new Map(keysOf(table).flatMap((reason) => wordsOf(reason).map((word) => [word, reason] as const)));
}

const strong = byMarker(markers);
const last = byMarker(lastMarkers);
const numbered = byMarker(numbers);

/** Reasons in the text that override a marker, whose providers use it for many causes. */
const overruledBy: Partial<Record<Reason, readonly Reason[]>> = {
  permission_denied: ['content_filtered', 'quota_exhausted', 'auth_failed', 'overloaded', 'tls_error'],
  auth_failed: ['quota_exhausted', 'tls_error'],
  rate_limited: ['overloaded', 'quota_exhausted'],
  // The account is banned for what it asked, or the filter itself is broken.
  content_filtered: ['permission_denied', 'server_error'],
  invalid_request: [
    'permission_denied',
    'quota_exhausted',
    'content_filtered',
    'auth_failed',
    'overloaded',
    'server_error',
    'unexpected_answer',
    'tls_error',
    'endpoint_not_found',
    'probe_unsupported',
  ],
};

/** Markers that repeat the HTTP status; the text overrides them. */
const repeating = new Set(
  'serviceunavailable serviceunavailableerror unavailable badgateway gatewaytimeout forbidden toomanyrequests unauthorized authenticationerror authorizationerror'.split(
    ' ',
  ),
);

const bare = (word: string): string => word.toLowerCase().replace(/[^a-z0-9]/g, '');

function find(table: ReadonlyMap<string, Reason>, words: readonly string[]): string | undefined {
  return words.map((word) => bare(word.slice(0, 200))).find((word) => table.has(word));
}

const reasonIn = (table: ReadonlyMap<string, Reason>, words: readonly string[]): Reason | null =>
  table.get(find(table, words) ?? '') ?? null;

/** The reason of codes and types, unless the text is more specific. */
export function reasonOfMarker(words: readonly string[], told: Reason | null): Reason | null {
  const word = find(strong, words);
  const reason = word === undefined ? undefined : strong.get(word);
  if (word === undefined || reason === undefined) return null;
  if (told === null || told === reason) return reason;
  if (repeating.has(word)) return told;
  // OpenAI and Groq write it for every period.
  if (word === 'ratelimitexceeded') return told === 'overloaded' ? told : reason;
  return overruledBy[reason]?.includes(told) === true ? told : reason;
}

/** The reason of an unspecific code or type, used when nothing else decides. */
export const reasonOfVagueMarker = (words: readonly string[]): Reason | null => reasonIn(last, words);

/** The reason of a number that is specific to one provider, used when the text gives none. */
export const reasonOfNumber = (words: readonly string[]): Reason | null => reasonIn(numbered, words);

/** The reason in a text with this HTTP status. */
export function reasonOfText(text: string, status: number): Reason | null {
  const lower = text.toLowerCase();

  const rules = /^[\u0000-\u024f\u2000-\u206f]*$/.test(lower) ? asciiRules : allRules;
  const rule = rules.find(
    ({ pattern, on, unless }) =>
      (status < 300 || (on?.(status) ?? true)) && pattern.test(lower) && unless?.test(lower) !== true,
  );
  return rule?.reason ?? null;
}
