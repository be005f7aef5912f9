import { withoutTrailingSlashes } from '../../domain/address.js';
import { providers } from './providers.js';

/** Paths of APIs that are added to an address; `/models` is none, for some addresses end in it. */
const apiPaths =
  /\/(?:chat\/completions|completions|embeddings|responses|messages|v2\/chat|v2\/embed|api\/chat|api\/generate|api\/embed)$/;

/** Addresses without a path below which the API is served nevertheless. */
const served: ReadonlySet<string> = new Set(['api.deepseek.com', 'api.perplexity.ai']);

/** Providers whose servers are of any make, and serve their API below `/v1`. */
const belowV1: ReadonlySet<string> = new Set([
  'openai',
  'openai_compatible',
  'anthropic',
  'anthropic_compatible',
]);

/** The first step of the provider's own chat path, which an address must not end in; null where it has only one. */
function firstStep(chat: string): string | null {
  const steps = /^(\/[^/{}?]+)\/[^?]/.exec(chat);
  return chat.startsWith('/chat/') ? null : (steps?.[1] ?? null);
}

/**
 * What is odd about the address that a provider's own paths are added to; null when nothing is. `address` is absolute,
 * without a query. The message does not repeat it, for it may come from a secret.
 */
export function baseUrlWarning(provider: string, address: string): string | null {
  const known = Object.hasOwn(providers, provider) ? providers[provider] : undefined;
  const chat = known?.paths.chat ?? '';
  // Without a path of the provider's own the address is the whole one.
  if (known === undefined || chat === '') return null;
  const url = new URL(address);
  const path = withoutTrailingSlashes(url.pathname);

  const [whole] = apiPaths.exec(path) ?? [];
  if (whole !== undefined)
    return `ends in "${whole}", a path of the API, which is added to it: leave the path out`;
  if (provider === 'ollama' && path === '/v1')
    return 'ends in "/v1", which is where Ollama serves OpenAI\'s API: leave "/v1" out, or write provider "openai_compatible"';
  const own =
    known.baseUrl === null
      ? ''
      : withoutTrailingSlashes(new URL(known.baseUrl.replace('{region}', 'x')).pathname);
  const step = firstStep(chat);
  if (step !== null && (path === step || path === own + step))
    return `ends in "${step}", with which the paths of the API begin: leave it out`;

  if (path !== '' || served.has(url.hostname)) return null;
  if (belowV1.has(provider)) return 'has no path, and most servers of this API have it below "/v1"';
  const isOwnHost = known.baseUrl !== null && own !== '' && new URL(known.baseUrl).hostname === url.hostname;
  return isOwnHost ? `has no path, and this provider has its API below "${own}"` : null;
}
