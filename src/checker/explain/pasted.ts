import { isObject, parseJson } from '../../domain/json.js';
import { bodyLimit } from '../transport/exchange-limits.js';
import { crowdIn } from '../verdict/json-or-text.js';
import { readHttpText } from './http-text.js';
import { readJsonForm } from './json-forms.js';
import type { Pasted } from './pasted-reply.js';
import { literalAt } from './python-literal.js';
import { namedError, providerNamedIn } from './sdk-errors.js';

/** Characters in which the text of an error is looked for. */
const longestError = 65_536;
/** Places at which a map or a list is tried. */
const mostPlaces = 4;

/** Ways in which clients write an HTTP status. */
const written = [
  /\berror code: ?([45]\d\d)\b/i,
  /\bgot status: ?([45]\d\d)\b/i,
  /\[([45]\d\d) [A-Z][A-Za-z ]{1,40}\]/,
  /\bstatus(?:[ _]?code)?["']?\s{0,4}[:= ]\s{0,4}["']?([45]\d\d)\b/i,
  /\bHTTP(?:\/\d(?:\.\d)?)?(?: error| status)?:? ?([45]\d\d)\b/i,
  /(?:^|error: ?|exception: ?|\bError )\(?([45]\d\d)\b(?! ?[a-z]{1,12}s\b)/im,
  /\b([45]\d\d) (?:Client Error|Server Error|RESOURCE_EXHAUSTED|UNAVAILABLE|INVALID_ARGUMENT|PERMISSION_DENIED|NOT_FOUND|INTERNAL|UNAUTHENTICATED|DEADLINE_EXCEEDED)\b/,
];

function statusWritten(text: string): number | null {
  for (const pattern of written) {
    const [, status] = pattern.exec(text) ?? [];
    if (status !== undefined) return Number(status);
  }
  return null;
}

/** Names of exceptions, the innermost of a chain last. */
const exceptionNames =
  /\b[A-Za-z_][\w.]{0,100}(?:Error|Exception|Exhausted|Denied|Unavailable|Timeout|Unauthenticated)\b/g;

/** `An error occurred (ThrottlingException) when calling the Converse operation (reached max retries: 4): Too many ...` */
const ofAmazon =
  /\ban error occurred \((\w{1,80})\) when calling the \w{1,80} operation(?: \([^()]{0,80}\))?: ?/i;

/** The map or list that the text holds, in JSON or as Python and JavaScript print it; null for none. */
function valueIn(text: string): unknown {
  let from = 0;
  for (let place = 0; place < mostPlaces; place += 1) {
    const at = text.slice(from).search(/[{[]\s*["'{]|\{\s*\w+:/);
    if (at === -1) return null;
    const found = literalAt(text, from + at);
    if (found !== null && typeof found.value === 'object') return found.value;
    from += at + 1;
  }
  return null;
}

/** Google's client for JavaScript puts the body as text into a message, and so do gateways. */
function unwrapped(value: unknown): unknown {
  const message = isObject(value) && isObject(value.error) ? value.error.message : undefined;
  if (typeof message !== 'string' || !/^\s*[[{]/.test(message) || crowdIn(message) !== null) return value;
  try {
    return parseJson(message);
  } catch {
    return value;
  }
}

/** The last line of a traceback that names an exception, with what follows; the whole text where there is none. */
function lastError(text: string): string {
  if (!/Traceback \(most recent call last\)|^\s+at /m.test(text)) return text;
  const lines = text.split('\n');
  const last = lines.findLastIndex((line) =>
    /^[A-Za-z_][\w.]*(?:Error|Exception|Exhausted|Timeout)\b/.test(line),
  );
  const from = last === -1 ? 0 : last;
  return (
    lines
      .slice(from)
      // Node prints the members of an error behind the last line of its stack.
      .flatMap((line) => (!/^\s+at /.test(line) ? [line] : line.trimEnd().endsWith('{') ? ['{'] : []))
      .join('\n')
  );
}

function readErrorText(whole: string): Pasted {
  const text = lastError(whole.slice(0, longestError));
  const form = 'text of an error';
  const amazon = ofAmazon.exec(text);
  const names = [...text.slice(0, 4_096).matchAll(exceptionNames)].map(([name]) => name);
  const named = names.map(namedError).findLast((one) => one !== null) ?? null;
  const provider = providerNamedIn(text) ?? providerNamedIn(whole);
  if (amazon !== null) {
    const [lead, code = ''] = amazon;
    const body = { message: text.slice(amazon.index + lead.length).trim() };
    const headers = { 'x-amzn-errortype': code };
    return { form, provider: 'bedrock', status: namedError(code)?.status ?? 400, headers, body, fault: null };
  }
  const value = unwrapped(valueIn(text));
  const inside = value === null ? null : readJsonForm(value);
  const status = statusWritten(text) ?? inside?.status ?? named?.status ?? null;
  // Google's older client prints the details alone, as a list behind the message.
  if (inside !== null && !Array.isArray(value))
    return { ...inside, form, provider: inside.provider ?? provider, status };
  const fault = status === null ? (named?.fault ?? null) : null;
  return { form, provider, status, headers: {}, body: messageIn(text), fault };
}

/** The text without the names of exceptions and the status before it. */
function messageIn(text: string): string {
  let rest = text.trim();
  for (let step = 0; step < 8; step += 1) {
    const shorter = rest
      .replace(
        /^(?:\[?[\w.]{1,100}(?:Error|Exception|Exhausted)\]?|Error code|\[[\w ]{1,40} Error\])\s{0,4}:?\s{0,4}-?\s{0,4}/,
        '',
      )
      .replace(/^\(?[45]\d\d\)?(?: ?[-:.])?\s{1,4}/, '')
      .replace(/^Error fetching from \S{1,500}:\s{0,4}(?:\[[45]\d\d [\w ]{1,40}\]\s{0,4})?/, '');
    if (shorter === rest || shorter === '') break;
    rest = shorter;
  }
  return rest;
}

/**
 * Finds the reply in a text: output of curl, an HTTP archive, JSON in several forms, or the error that a client printed. Reads at
 * most 1 MiB and takes time linear in it.
 */
export function readPasted(given: string): Pasted {
  const text = given.slice(0, bodyLimit).replace(/^\ufeff/, '');
  if (/^\s*[[{]/.test(text) && crowdIn(text) === null) {
    try {
      const read = readJsonForm(parseJson(text));
      if (read !== null) return read;
    } catch {
      // It may be what Python prints.
    }
  }
  return readHttpText(text) ?? readErrorText(text);
}
