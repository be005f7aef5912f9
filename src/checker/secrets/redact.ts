import { isSecretName, isSecretParameter, shortestSecret } from '../../config/read/secrets.js';
import { merge } from '../../domain/intervals.js';
import type { Model } from '../../domain/model.js';
import type { Interval } from '../../domain/state.js';
import { secretsOfJwt, secretsOfPayload } from './inner-secrets.js';
import { awsKey } from '../ask/sigv4.js';
import { memberOf } from '../../domain/json.js';

const mask = '[redacted]';

/** Patterns of credentials and of private parts of addresses, with their replacements. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"'<>]*@/gi, '$1'],
  [/(\b(?:https?|wss?):\/\/[^\s?#"'<>]*)[?#][^\s"'<>]*/gi, '$1'],
  [/\b(Bearer|Basic)\s+[\w.~+/=*-]{6,}/gi, `$1 ${mask}`],
  [/\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?/g, mask],
  [/\b(?:sk|pk|rk|xai|gsk|hf|r8|nvapi|pplx|fw|csk|tgp|or|key|glpat|ghp|AKIA|ASIA)[-_][\w*.…-]{6,}/g, mask],
  [/\bA(?:KIA|SIA)[A-Z0-9]{12,}\b/g, mask],
  [/\bAIza[\w*.…-]{6,}/g, mask],
  [
    /((?:api[-_ ]?key|apikey|access[-_ ]?token|token|secret|password|passwd|signature|sig|key)"?\s*[=]\s*"?)[^\s&"',;]+/gi,
    `$1${mask}`,
  ],
  // A key masked by the provider still shows its ends.
  [/(?<![\w-])(?:[\w-]{2,}(?:\*{3,}[\w-]+|\*{4,}|•{3,}[\w-]*)|(?<!\*)\*{4,}[\w-]{2,8}(?![\w*-]))/g, mask],
  [
    /((?:key|token|credential)s?\b\W{0,3}(?:provided|is|was)?\W{0,3})[\w-]{2,}(?:…|\.{3,})[\w-]*/gi,
    `$1${mask}`,
  ],
];

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Secrets of a model: keys, header values and their parts, proxy credentials, credentials of the token endpoint. */
export function secretsOf({
  endpoint,
  requestOptions,
  endpointConfiguration,
}: Pick<Model, 'endpoint' | 'requestOptions' | 'endpointConfiguration'>): readonly string[] {
  const harmless = /^(accept|content-type|user-agent)$/i;
  const headers = Object.entries(endpoint.headers).filter(([name]) => !harmless.test(name));
  const values = headers.flatMap(([name, value]) => [
    value,
    ...value.split(/\s+/).filter(({ length }) => length >= 8),
    ...(value.length < shortestSecret && isSecretName(name) ? namedForms(name, value) : []),
  ]);
  const proxy = endpoint.proxy !== null && URL.canParse(endpoint.proxy) ? new URL(endpoint.proxy) : null;
  const credentials = proxy === null ? [] : [proxy.password, decoded(proxy.password)];
  const inner = [
    ...(endpoint.jwt === null ? [] : secretsOfJwt(endpoint.jwt)),
    ...secretsOfPayload(requestOptions),
    ...secretsOfPayload(memberOf(endpointConfiguration.model_config, 'custom_payload')),
  ];
  const parts = endpoint.apiKeys.flatMap(partsOfKey);
  const queries = [endpoint.baseUrl, ...Object.values(endpoint.paths)].flatMap(secretsOfQuery);
  return [...endpoint.apiKeys, ...parts, ...values, ...credentials, ...queries, ...inner].filter(
    ({ length }) => length >= shortestSecret,
  );
}

/** The parts of a signing key; none of another key. */
function partsOfKey(key: string): readonly string[] {
  const parts = awsKey(key);
  return parts === null ? [] : [parts.accessKeyId, parts.secretAccessKey, parts.sessionToken ?? ''];
}

/** Echoed forms of a secret header whose value is too short to search for alone. */
function namedForms(name: string, value: string): string[] {
  return [
    `${name}: ${value}`,
    `${name}:${value}`,
    `${name}=${value}`,
    `"${name}":"${value}"`,
    `"${name}": "${value}"`,
  ];
}

/** Query values of an address or path that may be credentials, raw and decoded. */
function secretsOfQuery(address: string): string[] {
  const query = address.slice(address.indexOf('?') + 1);
  if (query === address) return [];
  return query.split('&').flatMap((parameter) => {
    const at = parameter.indexOf('=');
    const value = parameter.slice(at + 1);
    return at > 0 && isSecretParameter(parameter.slice(0, at), value) ? [value, decoded(value)] : [];
  });
}

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);
const encoded = (text: string): string => encodeURIComponent(Buffer.from(text).toString());

/** As it is, escaped for JSON and encoded for an address, and each of these once more. */
function writingsOf(secret: string): readonly string[] {
  const once = [secret, escaped(secret), encoded(secret)];
  return once.flatMap((text) => [text, escaped(text), encoded(text)]);
}

/** The secret with special characters as JSON escapes or HTML references; servers differ in which they escape. */
function escapesOf(secret: string): readonly string[] {
  const written = (signs: RegExp, write: (code: string) => string): string =>
    secret.replace(signs, (sign) => write(sign.charCodeAt(0).toString(16)));
  return [/[^\w.~-]/g, /[+"'&<>]/g].flatMap((signs) => [
    written(signs, (code) => `\\u${code.padStart(4, '0')}`),
    written(signs, (code) => `&#x${code};`),
    written(signs, (code) => `&#${Number.parseInt(code, 16)};`),
    written(signs, (code) => references[code] ?? `&#${Number.parseInt(code, 16)};`),
  ]);
}

const references: Readonly<Record<string, string>> = {
  '22': '&quot;',
  '26': '&amp;',
  '27': '&apos;',
  '3c': '&lt;',
  '3e': '&gt;',
};

/** All forms in which a text may contain a secret. */
function formsOf(secret: string): readonly string[] {
  const bytes = secret.length < 8 ? [] : [Buffer.from(secret).toString('hex')];
  // Most keys have no character that is ever escaped, and this runs for each check.
  if (/^[\w.~-]*$/.test(secret)) return [secret, ...bytes];
  // Python and PHP encode these too.
  const strict = encoded(secret).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return [...writingsOf(secret), strict, ...escapesOf(secret), ...bytes];
}

/** Base64 forms of a secret at any offset in the encoded text. */
function base64Of(secret: string): readonly string[] {
  if (secret.length < 8) return [];
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    // The characters at the ends contain bits of the surrounding text.
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor((bytes.length * 8) / 6);
    return [bytes.toString('base64').slice(first, last), bytes.toString('base64url').slice(first, last)];
  });
}

const quoted = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** Creates a function that masks the forms of secrets in a line. */
function createMask(forms: readonly string[]) {
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  const folded = longestFirst.map((form) => form.toLowerCase());
  let values: RegExp | null = null;

  /** Searches first: most text has no secret, and a search costs a fraction of compiling a pattern for each check. */
  return (line: string): string => {
    const lower = line.toLowerCase();
    if (!folded.some((form) => lower.includes(form))) return line;
    const parts = longestFirst.map(quoted);
    values ??= new RegExp(parts.join('|'), 'gi');
    return line.replace(values, mask);
  };
}

const same = (one: string | undefined, other: string | undefined): boolean =>
  one?.toLowerCase() === other?.toLowerCase() && one !== undefined;
const endLength = 8;

/** Positions of the first or last 8 characters of the secret, extended by all adjacent characters that match it. */
function piecesOf(line: string, secret: string): Interval[] {
  const heads = line.matchAll(new RegExp(quoted(secret.slice(0, endLength)), 'gi'));
  const tails = line.matchAll(new RegExp(quoted(secret.slice(-endLength)), 'gi'));
  const found: Interval[] = [];
  for (const { index: from } of heads) {
    let length = endLength;
    while (same(line[from + length], secret[length])) length += 1;
    found.push({ from, to: from + length });
  }
  for (const { index } of tails) {
    const to = index + endLength;
    let length = endLength;
    while (same(line[to - length - 1], secret[secret.length - length - 1])) length += 1;
    found.push({ from: to - length, to });
  }
  return found;
}

/** Masks truncated secrets of which an end is left. */
function withoutPieces(line: string, secrets: readonly string[]): string {
  const lower = line.toLowerCase();
  const cut = secrets.filter((secret) =>
    [secret.slice(0, endLength), secret.slice(-endLength)].some((end) => lower.includes(end.toLowerCase())),
  );
  let clean = '';
  let at = 0;
  for (const { from, to } of merge(cut.flatMap((secret) => piecesOf(line, secret)))) {
    clean += line.slice(at, from) + mask;
    at = to;
  }
  return clean + line.slice(at);
}

/** Masks a secret truncated at the end of the line, from 6 characters on. */
function withoutCutEnd(line: string, secrets: readonly string[]): string {
  for (const secret of secrets) {
    const head = secret.slice(0, 6);
    const from = Math.max(0, line.length - secret.length);
    for (let at = line.indexOf(head, from); at !== -1; at = line.indexOf(head, at + 1)) {
      if (secret.startsWith(line.slice(at))) return line.slice(0, at) + mask;
    }
  }
  return line;
}

/** Makes the redaction for these secrets: one line without control characters, of at most `limit` characters. */
export function createRedaction(secrets: readonly string[]) {
  const known = [...new Set(secrets.map((secret) => secret.trim()))].filter((secret) => secret !== '');
  const cuttable = known.filter(({ length }) => length >= 8);
  const long = known.filter(({ length }) => length >= 2 * endLength);
  const withoutValues = createMask(known.flatMap(formsOf));
  let withoutBase64: ((line: string) => string) | null = null;

  return (text: string, limit: number): string => {
    // Later text is cut anyway; the margin keeps a secret whole that crosses the cut.
    const near = text.slice(0, limit * 4 + 1_024);
    // Lone surrogates are replaced: the store would write other text than is shown.
    const line = near
      .replace(/\p{Surrogate}/gu, '\ufffd')
      .replace(
        /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]+/g,
        ' ',
      );
    let clean = withoutCutEnd(withoutPieces(withoutValues(line), long), cuttable);
    if (/[\w+/-]{10}/.test(clean)) {
      withoutBase64 ??= createMask(known.flatMap(base64Of));
      clean = withoutBase64(clean);
    }
    for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
    clean = clean.replace(/\s+/g, ' ').trim();
    return clean.length <= limit ? clean : `${clean.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`;
  };
}

export type Redact = ReturnType<typeof createRedaction>;
