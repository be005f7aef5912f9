import { X509Certificate } from 'node:crypto';
import type { Deadline } from '../../domain/deadline.js';
import { isObject, parseJson } from '../../domain/json.js';
import type { Endpoint, Model } from '../../domain/model.js';
import { isPlausible } from '../../domain/time.js';
import type { Problem } from '../read/problem.js';
import type { ModelEntry } from '../schema/model-schema.js';
import { publishedRetirement } from './retirements.js';

/** Longest token that is looked into; servers accept no longer header. */
const longestToken = 16 * 1024;

/** `exp` of a JSON Web Token (RFC 7519, section 4.1.4) in Unix ms; null for other text. Nothing is verified. */
export function expiryOfToken(text: string): number | null {
  const token = text.replace(/^Bearer /i, '');
  if (token.length > longestToken || !token.startsWith('eyJ')) return null;
  const parts = token.split('.');
  if (parts.length !== 3) return null;
  try {
    const payload = parseJson(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8'));
    const seconds = isObject(payload) ? payload.exp : undefined;
    const at = typeof seconds === 'number' ? Math.floor(seconds * 1_000) : NaN;
    return isPlausible(at) ? at : null;
  } catch {
    return null;
  }
}

/** End of the first certificate in a PEM text in Unix ms; null where it holds none that can be read. */
export function endOfCertificate(pem: string): number | null {
  try {
    const at = Date.parse(new X509Certificate(pem).validTo);
    return isPlausible(at) ? at : null;
  } catch {
    return null;
  }
}

/** Headers of which the value may be a token. */
const credential = /authorization|token|key/i;

/** The keys as they are written, to which a list of ends belongs; the same one twice is one key of the model. */
const writtenKeys = (entry: ModelEntry, { apiKeys }: Endpoint): readonly string[] =>
  entry.api_keys ?? apiKeys;

/** Times at which keys end: as the entry says, or else as tokens say themselves. */
function keyDeadlines(entry: ModelEntry, endpoint: Endpoint): Deadline[] {
  const { apiKeys, headers } = endpoint;
  const given = entry.expires_at === undefined ? [] : [entry.expires_at].flat();
  const places = writtenKeys(entry, endpoint);
  const found = apiKeys.map((key, index): Deadline | null => {
    const written = Array.isArray(entry.expires_at) ? given[places.indexOf(key)] : given[0];
    const at = written ?? expiryOfToken(key);
    if (at === null) return null;
    const source = written === undefined ? 'token' : 'configuration';
    return { kind: 'key', at, source, key: apiKeys.length < 2 ? null : index + 1, url: null };
  });
  // A key that is sent as a header, or whose variable is missing.
  const other = apiKeys.length === 0 ? given.slice(0, 1) : [];
  const inHeaders = Object.entries(headers)
    .filter(([name]) => credential.test(name))
    .map(([, value]) => expiryOfToken(value));
  const rest: Deadline[] = [
    ...other.map((at) => ({ at, source: 'configuration' as const })),
    ...inHeaders.flatMap((at) => (at === null ? [] : [{ at, source: 'token' as const }])),
  ].map((one) => ({ kind: 'key', ...one, key: null, url: null }));
  return [...found.filter((one) => one !== null), ...rest];
}

function retirementOf(
  entry: ModelEntry,
  { provider, modelName }: Pick<Model, 'provider' | 'modelName'>,
): Deadline[] {
  if (entry.retires_at === null) return [];
  const base = { kind: 'retirement', key: null } as const;
  if (entry.retires_at !== undefined)
    return [{ ...base, at: entry.retires_at, source: 'configuration', url: null }];
  const published = publishedRetirement(provider, modelName);
  return published === null ? [] : [{ ...base, ...published, source: 'list' }];
}

/** What the configuration itself tells of ends; that of a client certificate is in its file. */
export function configuredDeadlines(
  entry: ModelEntry,
  model: Pick<Model, 'endpoint' | 'provider' | 'modelName'>,
): Deadline[] {
  return [...keyDeadlines(entry, model.endpoint), ...retirementOf(entry, model)];
}

/** A list of ends is one of the keys, in their order. */
export function deadlineProblems(entry: ModelEntry, endpoint: Endpoint): Problem[] {
  const { length } = writtenKeys(entry, endpoint);
  if (!Array.isArray(entry.expires_at) || length === 0 || entry.expires_at.length === length) return [];
  const message =
    length === 1 ? 'must be one time: there is one key' : `must have one item for each of the ${length} keys`;
  return [{ path: ['expires_at'], message, at: 'key' }];
}

/** The model with the end of its client certificate, by the ends of the files. */
export function withClientCertificate(model: Model, ends: ReadonlyMap<string, number | null>): Model {
  const { certFile } = model.endpoint.tls;
  const at = certFile === undefined ? null : (ends.get(certFile) ?? null);
  if (at === null) return model;
  const deadline: Deadline = { kind: 'client_certificate', at, source: 'file', key: null, url: null };
  return { ...model, deadlines: [...(model.deadlines ?? []), deadline] };
}
