import type { Model } from '../../domain/model.js';
import type { Path, Problem } from '../read/problem.js';
import { providers } from './providers.js';
import { isHeaderMember, isKeyMember } from '../read/secrets.js';

/** Warnings about a key; they never contain it. */
function oddities(key: string): string[] {
  const inner = key.trim();
  if (/^["'`]?\s*bearer\s/i.test(inner))
    return ['begins with "Bearer", which is no part of a key: leave it out'];
  const found = [
    ...(key.trimStart() === key ? [] : ['begins with a blank']),
    ...(key.trimEnd() === key ? [] : ['ends with a blank']),
    ...(/^["'`]/.test(inner) ? ['begins with a quote'] : []),
    ...(/["'`]$/.test(inner) ? ['ends with a quote'] : []),
  ];
  return found.map((message) => `${message}, which is sent as part of it`);
}

/** Warns of suspicious keys. `value` has its references replaced, `at` is its place. */
export function keyWarnings(value: unknown, at: Path): Problem[] {
  if (typeof value === 'string') {
    if (!isHeaderMember(at)) return [];
    const messages = isKeyMember(at) ? oddities(value) : [];
    if (/^\$\(?[A-Za-z_]\w*\)?$/.test(value.trim()))
      messages.push('is sent as it is: a variable is written "${NAME}", in braces');
    return messages.map((message) => ({ path: at, message }));
  }
  if (typeof value !== 'object' || value === null) return [];
  const entries: (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((item: unknown, index) => [index, item] as const)
    : Object.entries(value);
  return entries.flatMap(([step, item]) => keyWarnings(item, [...at, step]));
}

/** Azure's own hosts; a gateway before them may add the key. */
const azureHost = /\.(?:openai\.azure|cognitiveservices\.azure|services\.ai\.azure)\.com$/;
const bedrockHost = /^bedrock-runtime\.[a-z0-9-]+\.amazonaws\.com$/;

function isProvidersOwn(provider: string, host: string): boolean {
  if (provider === 'ollama') return false;
  if (provider === 'azure_openai') return azureHost.test(host);
  if (provider === 'bedrock') return bedrockHost.test(host);
  const address = Object.hasOwn(providers, provider) ? (providers[provider]?.baseUrl ?? null) : null;
  return address !== null && new URL(address).hostname === host;
}

/** Headers that may hold a credential under a name other than the provider's. */
const credentialHeader = /authorization|key|token|secret|cookie|signature/i;

/** True for a model without a key at the provider's own address, which requires one. */
export function lacksKey({ provider, endpoint, missingSecret }: Model): boolean {
  if (missingSecret !== null || endpoint.apiKeys.length > 0 || endpoint.jwt !== null) return false;
  if (endpoint.tls.certFile !== undefined || endpoint.proxy !== null) return false;
  if (Object.keys(endpoint.headers).some((name) => credentialHeader.test(name))) return false;
  return isProvidersOwn(provider, new URL(endpoint.baseUrl).hostname);
}
