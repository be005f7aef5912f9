import type { Reason } from '../../domain/reason.js';
import { chinese } from './error-rules/chinese.js';
import { english } from './error-rules/english.js';
import { european } from './error-rules/european.js';
import { japaneseAndKorean } from './error-rules/japanese-korean.js';
import { lastMarkers, markers, numbers } from './error-rules/markers.js';
import { plainText } from './error-rules/plain-text.js';
import { refusals } from './error-rules/refusals.js';
import type { TextRule } from './error-rules/text-rule.js';
import { keysOf } from '../../domain/table.js';

/** Rules of all languages. The English ones come first, since other texts rarely contain their words. */
const asciiRules = [...english, ...european, ...refusals];
const allRules = [...english, ...chinese, ...japaneseAndKorean, ...european, ...refusals];
const inEnglish = new Set(english);

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
    'context_exceeded',
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

/** OpenAI and Groq write the first for each limit, WSO2 "You have exceeded your quota" beside each of the others. */
const ofEveryPeriod = new Set(
  'ratelimitexceeded 900800 900801 900802 900803 900804 900806 900807'.split(' '),
);

const bare = (word: string): string => word.toLowerCase().replace(/[^a-z0-9]/g, '');

function find(table: ReadonlyMap<string, Reason>, words: readonly string[]): string | undefined {
  return words.map((word) => bare(word.slice(0, 200))).find((word) => table.has(word));
}

/** The code or type that is a marker, in lower case without signs; undefined for none. */
export const strongMarkerIn = (words: readonly string[]): string | undefined => find(strong, words);

/** The reason that a marker has by itself. */
export const reasonOfStrongMarker = (word: string): Reason | undefined => strong.get(word);

/** The same of markers that are used when nothing else decides. */
export const lastMarkerIn = (words: readonly string[]): string | undefined =>
  find(last, words) ?? find(numbered, words);

const reasonIn = (table: ReadonlyMap<string, Reason>, words: readonly string[]): Reason | null =>
  table.get(find(table, words) ?? '') ?? null;

/** OpenAI says so of models that are there, with the code of those that are not. */
export const asksForVerification = (text: string): boolean => /\bmust be verified to\b/i.test(text);

/** The reason of codes and types, unless the text is more specific. */
export function reasonOfMarker(words: readonly string[], told: Reason | null): Reason | null {
  const word = find(strong, words);
  const reason = word === undefined ? undefined : strong.get(word);
  if (word === undefined || reason === undefined) return null;
  if (told === null || told === reason) return reason;
  if (repeating.has(word)) return told;
  if (ofEveryPeriod.has(word)) return told === 'overloaded' ? told : reason;
  return overruledBy[reason]?.includes(told) === true ? told : reason;
}

/** The reason of an unspecific code or type, used when nothing else decides. */
export const reasonOfVagueMarker = (words: readonly string[]): Reason | null => reasonIn(last, words);

/** The reason of a number that is specific to one provider, used when the text gives none. */
export const reasonOfNumber = (words: readonly string[]): Reason | null => reasonIn(numbered, words);

/** A period in the name of a limit, such as `GenerateRequestsPerDayPerProject`, `requests_per_minute` and `UserByModelByDay`. */
const period = /[a-z_](?:per|by)_?(second|minute|hour|day|week|month)/g;

/** The periods in the names of limits. */
export function periodsIn(codes: readonly string[], text: string): readonly string[] {
  const names = [...codes.map((code) => code.slice(0, 200)), text].join(' ').toLowerCase();
  return [...names.matchAll(period)].map(([, one]) => one ?? '');
}

/** The reason of a limit that is named in codes or text. Google and GitHub send the same message for each of them. */
export function reasonOfLimitName(codes: readonly string[], text: string): Reason | null {
  const periods = periodsIn(codes, text);
  if (periods.length === 0) return null;
  return periods.some((one) => /day|week|month/.test(one)) ? 'quota_exhausted' : 'rate_limited';
}

/** Parameters that count tokens, such as `max_tokens`. Texts of languages other than English name a credential by the same word. */
const parameters =
  /\b(?:max|min|budget|stop|thinking|completion|prompt|output|input|total)[\w.]{0,20}tokens?(?:_ids?)?\b/g;

/** The rule that a text fits with this HTTP status, and the text as the rule reads it; null for none. */
export function textRuleOf(
  text: string,
  status: number,
): { readonly rule: TextRule; readonly said: string } | null {
  const lower = plainText(text).toLowerCase();
  const bareOfParameters = lower.includes('token') ? lower.replace(parameters, 'n') : lower;

  const rules = /^[\u0000-\u024f\u2000-\u206f]*$/.test(lower) ? asciiRules : allRules;
  const rule = rules.find((one) => {
    const said = inEnglish.has(one) ? lower : bareOfParameters;
    const { pattern, on, unless } = one;
    return (status < 300 || (on?.(status) ?? true)) && pattern.test(said) && unless?.test(said) !== true;
  });
  return rule === undefined ? null : { rule, said: inEnglish.has(rule) ? lower : bareOfParameters };
}

/** The reason in a text with this HTTP status. */
export const reasonOfText = (text: string, status: number): Reason | null =>
  textRuleOf(text, status)?.rule.reason ?? null;
