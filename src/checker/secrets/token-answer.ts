import { dayMs, minuteMs } from '../../domain/period.js';
import type { Jwt } from '../../domain/model.js';
import { jsonOrText } from '../verdict/json-or-text.js';
import { memberOf } from '../../domain/json.js';

/** ms before its expiry at which a token is replaced. */
const leewayMs = 30_000;
/** Least use of a token in ms: one that is expired on arrival must not cause a request for each check. */
const leastLifeMs = 5_000;
/** Use in ms of a token without an expiry. */
const unknownLifeMs = 5 * minuteMs;
/** Longest use of a token in ms. */
const longestLifeMs = dayMs;
/** Most characters of a token; servers do not accept larger headers. */
const longestToken = 16 * 1024;

function memberIn(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(memberOf, value);
}

/** `expires_in` in seconds, beside the token or at the top level. */
function lifeIn(answer: unknown, path: readonly string[]): number | null {
  const places = [[...path.slice(0, -1), 'expires_in'], ['expires_in']];
  const seconds = places.map((place) => Number(memberIn(answer, place) ?? NaN));
  return seconds.find((value) => value >= 1 && value < 1e9) ?? null;
}

/** Unix ms of the `exp` claim, which is not verified. */
function endOf(token: string): number | null {
  const claims = jsonOrText(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  const exp = memberIn(claims, ['exp']);
  return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1_000 : null;
}

/** A token of a token endpoint. */
export interface Token {
  readonly token: string;
  /** Unix ms at which it came. */
  readonly since: number;
  /** Unix ms until which it is used. */
  readonly until: number;
  /** Unix ms of its expiry, up to which it is used where no other can be fetched; null where that is not told. */
  readonly expiresAt: number | null;
}

/** Characters valid in a header; other text is not a token. */
const sendable = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
/** A non-JSON body that can be a token: no sentence and no HTML. */
const bare = /^[^\s<>{}]+$/;

/** The token in the text of an answer that came at `now`, Unix ms; null when there is none. */
export function tokenIn(text: string, { responseKey }: Jwt, now: number): Token | null {
  const answer = jsonOrText(text);
  const paths = responseKey === null ? [[], ['access_token'], ['token']] : [responseKey.split('.')];
  for (const path of paths) {
    const token = memberIn(answer, path);
    if (typeof token !== 'string' || token.length > longestToken || !sendable.test(token)) continue;
    if (path.length === 0 && !bare.test(token)) continue;
    const life = lifeIn(answer, path);
    const end = endOf(token) ?? (life === null ? null : now + life * 1_000);
    const until = end === null ? now + unknownLifeMs : end - leewayMs;
    const used = Math.floor(Math.min(Math.max(until, now + leastLifeMs), now + longestLifeMs));
    return { token, since: now, until: used, expiresAt: end };
  }
  return null;
}
