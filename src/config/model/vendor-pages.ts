import type { VendorFormat } from '../vendor-settings.js';

/** A line of the table. */
interface KnownPage {
  /** `{region}` is that in the host. */
  readonly url: string;
  readonly format: VendorFormat;
  /** Address for people. */
  readonly link: string;
  /** Hosts of the API, whose subdomains count too; one that begins with `-` is the end of a name. */
  readonly hosts: readonly string[];
  readonly only?: readonly string[];
  readonly ignore?: readonly string[];
}

/** Parts that no model's API is, at any vendor. */
const neverModels = ['website', 'dashboard', 'docs', 'documentation', 'billing', 'playground', 'support'];

/**
 * Status pages of vendors, by name. Of incident.io and Statuspage, both have the same path. What is not in the list has no page that a
 * program can read, or one that stands still: that of DeepSeek at Statuspage answers with what it said on 2026-05-08.
 */
export const knownPages: Readonly<Record<string, KnownPage>> = {
  openai: {
    ...{ url: 'https://status.openai.com/api/v2/summary.json', format: 'statuspage' },
    ...{ link: 'https://status.openai.com', hosts: ['api.openai.com'] },
    ignore: [
      ...['chatgpt', 'sora', 'codex', 'labs', 'login', 'sign-in', 'conversations', 'voice mode', 'gpts'],
      ...['deep research', 'compliance', 'connectors', 'workspace', 'agent mode', 'search in', 'atlas'],
    ],
  },
  anthropic: {
    ...{ url: 'https://status.claude.com/api/v2/summary.json', format: 'statuspage' },
    ...{ link: 'https://status.claude.com', hosts: ['api.anthropic.com'] },
    ignore: ['claude.ai', 'claude code', 'claude desktop', 'claude console', 'platform.claude.com', 'cowork'],
  },
  google: {
    ...{ url: 'https://status.cloud.google.com/incidents.json', format: 'google_cloud' },
    link: 'https://status.cloud.google.com/products/Z0FZJAMvEB4j3NbCJs6B/history',
    hosts: ['generativelanguage.googleapis.com', 'aiplatform.googleapis.com', '-aiplatform.googleapis.com'],
    only: ['vertex', 'gemini', 'generative ai', 'agent platform'],
  },
  azure: {
    ...{ url: 'https://rssfeed.azure.status.microsoft/en-us/status/feed/', format: 'feed' },
    link: 'https://azure.status.microsoft/en-us/status',
    hosts: ['openai.azure.com', 'services.ai.azure.com', 'cognitiveservices.azure.com'],
    only: ['openai', 'foundry', 'cognitive', 'ai services', 'multiple services'],
  },
  bedrock: {
    ...{ url: 'https://status.aws.amazon.com/rss/bedrock-{region}.rss', format: 'feed' },
    ...{ link: 'https://health.aws.amazon.com/health/status', hosts: ['amazonaws.com'] },
  },
  cohere: {
    ...{ url: 'https://status.cohere.com/api/v2/summary.json', format: 'statuspage' },
    ...{ link: 'https://status.cohere.com', hosts: ['api.cohere.com', 'api.cohere.ai'] },
  },
  groq: {
    ...{ url: 'https://groqstatus.com/api/v2/summary.json', format: 'statuspage' },
    ...{ link: 'https://groqstatus.com', hosts: ['api.groq.com'] },
  },
  cerebras: {
    ...{ url: 'https://status.cerebras.ai/api/v2/summary.json', format: 'statuspage' },
    ...{ link: 'https://status.cerebras.ai', hosts: ['api.cerebras.ai'], ignore: ['developer console'] },
  },
  replicate: {
    ...{ url: 'https://www.replicatestatus.com/api/v2/summary.json', format: 'statuspage' },
    ...{ link: 'https://www.replicatestatus.com', hosts: ['api.replicate.com'] },
    ignore: ['home page'],
  },
  together: {
    ...{ url: 'https://status.together.ai/index.json', format: 'better_stack' },
    ...{ link: 'https://status.together.ai', hosts: ['api.together.xyz', 'api.together.ai'] },
  },
  fireworks: {
    ...{ url: 'https://status.fireworks.ai/index.json', format: 'better_stack' },
    ...{ link: 'https://status.fireworks.ai', hosts: ['api.fireworks.ai'] },
  },
  huggingface: {
    ...{ url: 'https://status.huggingface.co/index.json', format: 'better_stack' },
    link: 'https://status.huggingface.co',
    hosts: ['router.huggingface.co', 'api-inference.huggingface.co', 'endpoints.huggingface.cloud'],
    ignore: ['huggingface hub', 'spaces', 'git hosting'],
  },
  perplexity: {
    ...{ url: 'https://status.perplexity.com/summary.json', format: 'instatus' },
    ...{ link: 'https://status.perplexity.com', hosts: ['api.perplexity.ai'], ignore: ['comet'] },
  },
  openrouter: {
    ...{ url: 'https://status.openrouter.ai/incidents.rss', format: 'feed' },
    ...{ link: 'https://status.openrouter.ai', hosts: ['openrouter.ai'] },
  },
  xai: {
    ...{ url: 'https://status.x.ai/feed.xml', format: 'feed' },
    ...{ link: 'https://status.x.ai', hosts: ['api.x.ai'], ignore: ['grok.com', 'api console', 'grok in x'] },
  },
};

const regional = /^bedrock(?:-[a-z]+)?\.([a-z0-9-]{1,64})\.amazonaws\.com$/;

/** A page of the table as the models at a host have it. */
export interface PageAtHost {
  readonly name: string;
  readonly url: string;
  readonly format: VendorFormat;
  readonly link: string;
  readonly only: readonly string[];
  readonly ignore: readonly string[];
}

function pageOf(name: string, region: string | null): PageAtHost | null {
  const page = Object.hasOwn(knownPages, name) ? knownPages[name] : undefined;
  if (page === undefined) return null;
  const isRegional = page.url.includes('{region}');
  if (isRegional && region === null) return null;
  const { format, link, only = [], ignore = [] } = page;
  return {
    name: isRegional ? `${name}-${region ?? ''}` : name,
    url: page.url.replace('{region}', region ?? ''),
    ...{ format, link, only, ignore: [...ignore, ...neverModels] },
  };
}

const isAt = (host: string, of: string): boolean =>
  host === of || host.endsWith(of.startsWith('-') ? of : `.${of}`);

/** The page of the vendor that owns a host; null where none is known. */
export function pageAtHost(host: string): PageAtHost | null {
  const region = regional.exec(host)?.[1] ?? null;
  for (const [name, { hosts, url }] of Object.entries(knownPages)) {
    if (!hosts.some((one) => isAt(host, one))) continue;
    // Of Amazon's hosts those of Bedrock.
    return url.includes('{region}') && region === null ? null : pageOf(name, region);
  }
  return null;
}

/** The page with this name, such as `openai` or `bedrock-eu-west-1`; null for none. */
export function pageNamed(name: string): PageAtHost | null {
  const region = /^bedrock-([a-z0-9-]{1,64})$/.exec(name)?.[1] ?? null;
  return region === null ? pageOf(name, null) : pageOf('bedrock', region);
}
