import { any, is4xx, type TextRule } from '../text-rule.js';

/** Statuses that blame the request. Others say what happened without a text. */
const ofRequest = (status: number): boolean => [400, 409, 412, 422, 424].includes(status);

/** Of an address in the request that the server could not open. */
const attachment = /download|\bfetch|\burl\b|image|audio/;

/** The database of a gateway, which looks the key up there. It blames the key that it could not look up. */
export const databases: TextRule = {
  reason: 'server_error',
  pattern: any(
    "(?:can(?:'t|not| not)|could not|unable to|failed to) (?:reach|connect to|query) (?:the )?database|error querying the database",
    '\\b(?:db|database) (?:server |connection )?(?:is |was )?(?:currently |temporarily )?(?:not connected|not available|unavailable|unreachable|offline|error|failed|lost|refused)\\b',
    'not connected to the query engine|too many clients already|all connection attempts failed|fetching a new connection',
  ),
  on: (status) => is4xx(status) && status !== 429,
};

const behind = /\b(?:upstream|backend|gateway)\b.{0,40}\b(?:returned (?:an? )?error|error)\b/;

/** What only a refusal of the request has, in its own words, or words of another alphabet, which have rules of their own. */
const refusal =
  /\b(?:param(?:eter)?s?|fields?|values?|must|should|required|(?:un)?support(?:ed|s)?|allowed|permitted|(?:in)?valid (?!response|reply|status)\w+|unknown (?!error)\w+|bad request|not enabled|missing (?:required|key|parameter)|exceeds?|maximum|property|arguments?)\b|[^\u0000-\u024f\u2000-\u206f]/;

/** True for a gateway that tells an error behind it, not for one that passes on why the request was refused, as OpenRouter does. */
function isBehind(text: string): boolean {
  if (!behind.test(text)) return false;
  const colon = text.indexOf(':');
  return colon < 0 || !refusal.test(text.slice(colon + 1));
}

/** What broke in or behind a server that answers as if the request were at fault. */
export const outages: readonly TextRule[] = [
  {
    reason: 'gateway_error',
    pattern: any(
      'connection (?:was )?(?:refused|reset|aborted|closed)|connection error|connection to [\\w .-]{1,40} (?:refused|failed|lost)',
      '\\b(?:econnrefused|econnreset|etimedout|enotfound|ehostunreach|epipe)\\b|socket hang up|broken pipe|no route to host|name or service not known',
      '\\b(?:upstream|backend|gateway)\\b.{0,40}\\b(?:unavailable|not available|unreachable|offline|down|timed out|time-?out|not responding|returned (?:an? )?5\\d\\d)\\b',
      'time-?out (?:while )?(?:waiting|connecting)\\b.{0,40}\\b(?:upstream|backend|server|worker)\\b',
      'certificate_verify_failed',
    ),
    on: ofRequest,
    unless: attachment,
  },
  { reason: 'gateway_error', pattern: { test: isBehind }, on: ofRequest, unless: attachment },
  {
    reason: 'server_error',
    pattern: any(
      'internal (?:server )?error|\\berror \\(5\\d\\d\\)|\\[errno -?\\d+\\]|no space left on device',
      '\\b(?:server|engine|worker|service|endpoint|runner)\\b(?: (?:is|was|has|in|currently|temporarily|now)){0,3} (?:unavailable|offline(?! mode)|not running|not responding|unreachable|crashed|died|failed state)\\b',
      '(?:request|inference|generation) timed out|deadline exceeded',
    ),
    on: ofRequest,
    unless: attachment,
  },
];
