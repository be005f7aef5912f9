import type { Model } from '../../domain/model.js';

interface Gateway {
  readonly is: (provider: string, host: string) => boolean;
  readonly headers: Readonly<Record<string, string>>;
}

const within = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`);

/** Headers with which a gateway answers without its cache, sent to its own hosts only. */
const gateways: readonly Gateway[] = [
  // developers.cloudflare.com/ai-gateway/features/caching
  {
    is: (_provider, host) => within(host, 'gateway.ai.cloudflare.com'),
    headers: { 'cf-aig-skip-cache': 'true' },
  },
  // portkey.ai/docs/product/ai-gateway/cache-simple-and-semantic
  {
    is: (provider, host) => provider === 'portkey' || within(host, 'portkey.ai'),
    headers: { 'x-portkey-cache-force-refresh': 'true' },
  },
  // docs.helicone.ai/features/advanced-usage/caching
  {
    is: (_provider, host) => within(host, 'helicone.ai'),
    headers: { 'helicone-cache-enabled': 'false' },
  },
];

/**
 * Headers that ask caches on the way for a fresh answer: HTTP's own, which every server takes, and that of a known gateway. LiteLLM is
 * told in the body alone, which strict providers refuse and some of its keys may not set, so its option is the operator's. A
 * custom API has only the headers that are configured.
 */
export function cacheOff({ provider, endpoint }: Model): Readonly<Record<string, string>> {
  if (provider === 'custom') return {};
  const host = new URL(endpoint.baseUrl).hostname;
  const known = gateways.find(({ is }) => is(provider, host));
  return { 'cache-control': 'no-cache', ...known?.headers };
}
