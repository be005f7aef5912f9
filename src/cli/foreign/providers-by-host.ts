import { providers } from '../../config/model/providers.js';

/** The provider whose own address this is; null for any other host. */
export function providerAt(address: string): string | null {
  const host = URL.canParse(address) ? new URL(address).hostname : '';
  for (const [name, { baseUrl }] of Object.entries(providers)) {
    if (baseUrl === null || name === 'ollama') continue;
    // The region stands in the name of the host.
    const known = new URL(baseUrl.replace('{region}', 'region')).hostname;
    if (known === host) return name;
  }
  if (/^bedrock-runtime\.[a-z0-9-]+\.amazonaws\.com$/.test(host)) return 'bedrock';
  return host.endsWith('.openai.azure.com') ? 'azure_openai' : null;
}

/** True when the address is the one that the provider has by itself, so that no `base_url` is needed. */
export function isUsualAddress(provider: string, address: string): boolean {
  const usual = Object.hasOwn(providers, provider) ? (providers[provider]?.baseUrl ?? null) : null;
  return usual !== null && usual === address;
}
