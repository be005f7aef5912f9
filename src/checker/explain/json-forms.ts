import { isList, isObject, memberOf, parseJson, type Members } from '../../domain/json.js';
import { providers } from '../../config/model/providers.js';
import { errorIn } from '../verdict/error-member.js';
import { headersOf, type GivenHeaders } from './given-reply.js';
import type { Pasted } from './pasted-reply.js';

const mostEntries = 10_000;

const statusIn = (value: unknown): number | null => {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === 'number' && Number.isInteger(status) && status >= 100 && status <= 599
    ? status
    : null;
};

/** The first of these members that is there. */
const firstOf = (from: Members, ...names: readonly string[]): unknown =>
  names.map((name) => memberOf(from, name)).find((value) => value !== undefined && value !== null);

/** The provider whose default address has the host of a URL; null for none. */
export function providerAt(address: unknown): string | null {
  if (typeof address !== 'string' || !URL.canParse(address)) return null;
  const { hostname } = new URL(address);
  if (hostname.endsWith('.openai.azure.com') || hostname.endsWith('.services.ai.azure.com'))
    return 'azure_openai';
  if (/^bedrock-runtime\.[\w-]+\.amazonaws\.com$/.test(hostname)) return 'bedrock';
  const found = Object.entries(providers).find(
    ([, { baseUrl }]) => baseUrl !== null && URL.canParse(baseUrl) && new URL(baseUrl).hostname === hostname,
  );
  return found?.[0] ?? null;
}

function headersIn(value: unknown): ReturnType<typeof headersOf> {
  // HAR has a list of objects.
  if (isList(value))
    return headersOf(
      value.filter(isObject).map(({ name, value: text }) => [String(name), String(text)] as const),
    );
  return isObject(value) ? headersOf(value as GivenHeaders) : {};
}

/** An entry of an HTTP archive. */
function fromEntry({ request, response }: Members): Pasted | null {
  const status = statusIn(memberOf(response, 'status'));
  if (!isObject(response) || status === null) return null;
  const content = memberOf(response, 'content');
  const text = memberOf(content, 'text');
  const body =
    typeof text !== 'string'
      ? ''
      : memberOf(content, 'encoding') === 'base64'
        ? Buffer.from(text, 'base64')
        : text;
  return {
    form: 'entry of an HTTP archive',
    provider: providerAt(memberOf(request, 'url')),
    status,
    headers: headersIn(memberOf(response, 'headers')),
    body,
    fault: null,
  };
}

/** The last failed entry of an HTTP archive, else the last one; null without any, undefined for what is no archive. */
function lastEntryIn(log: unknown): Members | null | undefined {
  const entries = memberOf(log, 'entries');
  if (!isList(entries)) return undefined;
  const statusOf = (entry: Members): number | null => statusIn(memberOf(entry.response, 'status'));
  const answered = entries
    .slice(-mostEntries)
    .filter(isObject)
    .filter((entry) => statusOf(entry) !== null);
  return answered.findLast((entry) => (statusOf(entry) ?? 0) >= 400) ?? answered.at(-1) ?? null;
}

function fromArchive(log: unknown): Pasted | null {
  const entry = lastEntryIn(log) ?? null;
  return entry === null ? null : fromEntry(entry);
}

/** Most characters of an entry's body; a multiple of 4, so that base64 stays whole. */
const longestContent = 262_144;

/**
 * What an HTTP archive of any size has of the entry to explain, as a short text; empty without an entry, null for another text.
 * It parses the whole text, which may take seconds.
 */
export function entryOfArchive(text: string): string | null {
  if (!/^\s*\{/.test(text)) return null;
  let log: unknown;
  try {
    log = memberOf(parseJson(text), 'log');
  } catch {
    return null;
  }
  const entry = lastEntryIn(log);
  if (entry === undefined || entry === null) return entry === null ? '' : null;
  const { request, response } = entry;
  const content = memberOf(response, 'content');
  const body = memberOf(content, 'text');
  return JSON.stringify({
    request: { url: memberOf(request, 'url') },
    response: {
      status: memberOf(response, 'status'),
      headers: memberOf(response, 'headers'),
      content: {
        text: typeof body === 'string' ? body.slice(0, longestContent) : undefined,
        encoding: memberOf(content, 'encoding'),
      },
    },
  });
}

/** Amazon's clients: `$metadata` of the one for JavaScript, `ResponseMetadata` of the one for Python. */
function fromAmazon(value: Members): Pasted | null {
  const { $metadata: js, ResponseMetadata: python, Error: error } = value;
  const status = statusIn(memberOf(js, 'httpStatusCode') ?? memberOf(python, 'HTTPStatusCode'));
  const code = firstOf(isObject(error) ? { ...value, ...error } : value, 'Code', 'name', '__type');
  if (status === null || typeof code !== 'string') return null;
  const message = firstOf(isObject(error) ? error : value, 'Message', 'message');
  return {
    form: "error of Amazon's client",
    provider: 'bedrock',
    status,
    // As the API sends it; some rules of the provider need it.
    headers: { 'x-amzn-errortype': code, ...headersIn(memberOf(python, 'HTTPHeaders')) },
    body: { message: typeof message === 'string' ? message : '' },
    fault: null,
  };
}

/** A reply as a program has it: status, headers and body under the names of several clients. */
function fromReply(value: Members): Pasted | null {
  const inner = memberOf(value, 'reply') ?? memberOf(value, 'response');
  const told = isObject(inner) ? inner : value;
  const status = statusIn(firstOf(told, 'status', 'statusCode', 'status_code'));
  if (status === null) return null;
  const headers = firstOf(told, 'headers', 'responseHeaders');
  const body = firstOf(told, 'body', 'responseBody', 'data', 'text', 'content');
  const error = memberOf(told, 'error');
  // A status beside an error is also what many providers write into a body of their own.
  const isReply = isObject(headers) || isList(headers) || (body !== undefined && error === undefined);
  if (!isReply) return null;
  const said = body ?? (error === undefined ? '' : { error });
  return {
    form: 'reply as JSON',
    provider: providerAt(firstOf(told, 'url') ?? firstOf(value, 'url')),
    status,
    headers: headersIn(headers),
    body: typeof said === 'string' || typeof said === 'object' ? said : '',
    fault: null,
  };
}

/** What a JSON value is: an HTTP archive, an error of a client, a reply with its status, or the body of a reply. */
export function readJsonForm(value: unknown): Pasted | null {
  if (!isObject(value) && !isList(value)) return null;
  if (isObject(value)) {
    const found =
      fromArchive(value.log) ??
      (isObject(value.request) ? fromEntry(value) : null) ??
      fromAmazon(value) ??
      fromReply(value);
    if (found !== null) return found;
  }
  const status = errorIn(value, false)?.status ?? null;
  return { form: 'body of a reply', provider: null, status, headers: {}, body: value, fault: null };
}
