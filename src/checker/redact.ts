import type { Model } from '../domain/model.js';

const mask = '[redacted]';

/** What looks like a credential, or an address's private part, whoever it belongs to; each with what replaces it. */
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
  // A key that the provider masked itself still shows its ends.
  [/(?<![\w-])[\w-]{2,}(?:\*{3,}|•{3,})[\w-]*/g, mask],
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

/** Whatever a model's check must never show: keys, header values with their parts, a proxy's credential. */
export function secretsOf({ endpoint }: Pick<Model, 'endpoint'>): readonly string[] {
  const harmless = /^(accept|content-type|user-agent)$/i;
  const headers = Object.entries(endpoint.headers).filter(([name]) => !harmless.test(name));
  const values = headers.flatMap(([, value]) => [
    value,
    ...value.split(/\s+/).filter(({ length }) => length >= 8),
  ]);
  const proxy = endpoint.proxy !== null && URL.canParse(endpoint.proxy) ? new URL(endpoint.proxy) : null;
  const credentials = proxy === null ? [] : [proxy.password, decoded(proxy.password)];
  return [...endpoint.apiKeys, ...values, ...credentials];
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString('base64');
  // The last characters of base64 depend on what follows the secret.
  const forms = [secret, encodeURIComponent(bytes.toString()), JSON.stringify(secret).slice(1, -1)];
  if (secret.length >= 8)
    forms.push(base64.replace(/.?=*$/, ''), bytes.toString('base64url').replace(/.$/, ''));
  if (secret.length >= 16) forms.push(secret.slice(0, 8), secret.slice(-8));
  return forms;
}

/** Makes the redaction for these secrets: one line without control characters, of at most `limit` characters. */
export function createRedaction(secrets: readonly string[]) {
  const forms = [
    ...new Set(
      secrets
        .map((secret) => secret.trim())
        .filter((secret) => secret !== '')
        .flatMap(formsOf),
    ),
  ];
  const longestFirst = forms.sort((a, b) => b.length - a.length);
  const folded = longestFirst.map((form) => form.toLowerCase());
  let values: RegExp | null = null;

  /** Most text holds no secret, and to look costs a fraction of compiling a pattern for each check. */
  const withoutValues = (line: string): string => {
    const lower = line.toLowerCase();
    if (!folded.some((form) => lower.includes(form))) return line;
    const escaped = longestFirst.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
    values ??= new RegExp(escaped.join('|'), 'gi');
    return line.replace(values, mask);
  };

  return (text: string, limit: number): string => {
    // What lies beyond is cut anyway; the margin keeps a secret whole that would cross the cut.
    const near = text.slice(0, limit * 4 + 1_024);
    const line = near.replace(
      /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g,
      ' ',
    );
    let clean = withoutValues(line);
    for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
    clean = clean.replace(/\s+/g, ' ').trim();
    return clean.length <= limit ? clean : `${clean.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`;
  };
}

export type Redact = ReturnType<typeof createRedaction>;
