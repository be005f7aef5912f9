import type { IncomingHttpHeaders } from 'node:http';
import type { Announced } from '../../domain/announced.js';
import { isPlausible } from '../../domain/time.js';

/** Longest value that is read; a date has 29 characters. */
const longestValue = 200;

function valueOf(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' && value.length <= longestValue ? value.trim() : null;
}

/** Unix ms of a date of HTTP (RFC 9110, section 5.6.7); null for anything else, and outside 2000 to 2100. */
function httpDate(text: string): number | null {
  const at = /^[A-Z][a-z]{2,8}, \d{2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT$/.test(text)
    ? Date.parse(text)
    : NaN;
  return isPlausible(at) ? at : null;
}

/** `@1688169599` of RFC 9745, and what its drafts had: a date, and `true`. Null where the header says something else. */
function deprecationIn(text: string): Announced['deprecated'] {
  const [, seconds] = /^@(\d{9,11})(?:$|[ ;])/.exec(text) ?? [];
  if (seconds !== undefined) {
    const at = Number(seconds) * 1_000;
    return { since: isPlausible(at) ? at : null };
  }
  if (/^(?:true|\?1)$/i.test(text)) return { since: null };
  const since = httpDate(text);
  return since === null ? null : { since };
}

/** What the headers announce of the end of the address; null for nothing. */
export function announcedIn(headers: IncomingHttpHeaders): Announced | null {
  const deprecation = valueOf(headers, 'deprecation');
  const sunset = valueOf(headers, 'sunset');
  if (deprecation === null && sunset === null) return null;
  const deprecated = deprecation === null ? null : deprecationIn(deprecation);
  const sunsetAt = sunset === null ? null : httpDate(sunset);
  return deprecated === null && sunsetAt === null ? null : { deprecated, sunsetAt };
}
