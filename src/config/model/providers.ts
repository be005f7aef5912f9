import type { Endpoint } from '../../domain/model.js';

/** Settings of a provider; `{model}`, `{api_version}` and `{region}` are filled in. */
export interface Provider {
  /** Null when the address has no default. */
  readonly baseUrl: string | null;
  readonly paths: Endpoint['paths'];
  readonly headerName: string;
  readonly headerPrefix: string;
}

const openai: Provider = {
  baseUrl: 'https://api.openai.com/v1',
  paths: {
    chat: '/chat/completions',
    completions: '/completions',
    embeddings: '/embeddings',
    responses: '/responses',
    models: '/models',
  },
  headerName: 'Authorization',
  headerPrefix: 'Bearer',
};

const anthropic: Provider = {
  ...openai,
  baseUrl: 'https://api.anthropic.com/v1',
  paths: { ...openai.paths, chat: '/messages', completions: '/complete' },
  headerName: 'x-api-key',
  headerPrefix: '',
};

const cohere: Provider = {
  ...openai,
  baseUrl: 'https://api.cohere.com',
  paths: { ...openai.paths, chat: '/v2/chat', embeddings: '/v2/embed', models: '/v1/models' },
};

/** Provider whose API is used when none is named. */
export const fallbackProvider = 'openai_compatible';

export const providers: Readonly<Record<string, Provider>> = {
  openai,
  anthropic,
  gemini: {
    ...openai,
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    paths: {
      ...openai.paths,
      chat: '/models/{model}:generateContent',
      embeddings: '/models/{model}:embedContent',
    },
    headerName: 'x-goog-api-key',
    headerPrefix: '',
  },
  azure_openai: {
    baseUrl: null,
    paths: {
      chat: '/openai/deployments/{model}/chat/completions?api-version={api_version}',
      completions: '/openai/deployments/{model}/completions?api-version={api_version}',
      embeddings: '/openai/deployments/{model}/embeddings?api-version={api_version}',
      responses: '/openai/v1/responses',
      models: '/openai/models?api-version={api_version}',
    },
    headerName: 'api-key',
    headerPrefix: '',
  },
  bedrock: {
    ...openai,
    baseUrl: 'https://bedrock-runtime.{region}.amazonaws.com',
    paths: { ...openai.paths, chat: '/model/{model}/converse', embeddings: '/model/{model}/invoke' },
  },
  cohere,
  mistral: { ...openai, baseUrl: 'https://api.mistral.ai/v1' },
  together: { ...openai, baseUrl: 'https://api.together.xyz/v1' },
  groq: { ...openai, baseUrl: 'https://api.groq.com/openai/v1' },
  fireworks: { ...openai, baseUrl: 'https://api.fireworks.ai/inference/v1' },
  deepseek: { ...openai, baseUrl: 'https://api.deepseek.com/v1' },
  huggingface: { ...openai, baseUrl: 'https://router.huggingface.co/v1' },
  ai21: { ...openai, baseUrl: 'https://api.ai21.com/studio/v1' },
  alibaba: { ...openai, baseUrl: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1' },
  portkey: {
    ...openai,
    baseUrl: 'https://api.portkey.ai/v1',
    headerName: 'x-portkey-api-key',
    headerPrefix: '',
  },
  ollama: {
    ...openai,
    baseUrl: 'http://127.0.0.1:11434',
    paths: {
      ...openai.paths,
      chat: '/api/chat',
      completions: '/api/generate',
      embeddings: '/api/embed',
      models: '/api/tags',
    },
  },
  openai_compatible: { ...openai, baseUrl: null },
  anthropic_compatible: { ...anthropic, baseUrl: null },
  cohere_compatible: { ...cohere, baseUrl: null },
  custom: { ...openai, baseUrl: null, paths: { ...openai.paths, chat: '' } },
};

/** Names of the health API without an API or address of their own: they need an address, and use the fallback's API. */
export const plainNames: ReadonlySet<string> = new Set([
  'llama',
  'hr',
  'url',
  'enkryptai',
  'boxai',
  'nutanix',
  'xactly',
]);

const defaultApiVersion = '2024-10-21';
const defaultRegion = 'us-east-1';

/** A provider's table entry with its placeholders filled in. */
export function providerFor(
  name: string,
  values: {
    readonly model: string;
    readonly apiVersion?: string | undefined;
    readonly region?: string | undefined;
    /** Undefined unless configured. */
    readonly address?: string | undefined;
  },
): Provider {
  const provider = (Object.hasOwn(providers, name) ? providers[name] : undefined) ?? {
    ...openai,
    baseUrl: null,
  };
  // Gemini's lists name models with the prefix that its paths contain already.
  const model = name === 'gemini' ? values.model.replace(/^models\//, '') : values.model;
  const fill = (text: string): string =>
    text
      .replace('{model}', () => encodeURIComponent(model))
      .replace('{api_version}', () => encodeURIComponent(values.apiVersion ?? defaultApiVersion))
      .replace('{region}', () => values.region ?? defaultRegion);
  // Azure's newer API is OpenAI's, with the deployment as the model.
  const azureV1 = name === 'azure_openai' && /\/openai\/v1(?:\/|$)/.test(values.address ?? '');
  const paths = azureV1 ? openai.paths : provider.paths;
  return {
    ...provider,
    baseUrl: provider.baseUrl === null ? null : fill(provider.baseUrl),
    paths: {
      chat: fill(paths.chat),
      completions: fill(paths.completions),
      embeddings: fill(paths.embeddings),
      responses: fill(paths.responses),
      models: fill(paths.models),
    },
  };
}
