/** How a model with this prefix of LiteLLM is asked. */
export interface LitellmProvider {
  readonly provider: string;
  /** Provider where `api_base` names another host; default: the same. */
  readonly elsewhere?: string;
  /** Address where the registry has none for the provider. */
  readonly baseUrl?: string;
  /** Variable that LiteLLM reads without an `api_key`. */
  readonly key?: string;
  /** Variable that it reads without an `api_base`. */
  readonly base?: string;
  readonly completion?: true;
}

const compatible = (baseUrl: string, key: string): LitellmProvider => ({
  provider: 'openai_compatible',
  baseUrl,
  key,
});
const server = (base?: string): LitellmProvider => ({
  provider: 'openai_compatible',
  ...(base !== undefined && { base }),
});

/** By the prefix of `litellm_params.model`, as https://docs.litellm.ai/docs/providers lists them. */
export const litellmProviders: Readonly<Record<string, LitellmProvider>> = {
  openai: { provider: 'openai', elsewhere: 'openai_compatible', key: 'OPENAI_API_KEY' },
  'text-completion-openai': {
    provider: 'openai',
    elsewhere: 'openai_compatible',
    key: 'OPENAI_API_KEY',
    completion: true,
  },
  azure: { provider: 'azure_openai', key: 'AZURE_API_KEY', base: 'AZURE_API_BASE' },
  azure_text: { provider: 'azure_openai', key: 'AZURE_API_KEY', base: 'AZURE_API_BASE', completion: true },
  anthropic: { provider: 'anthropic', elsewhere: 'anthropic_compatible', key: 'ANTHROPIC_API_KEY' },
  gemini: { provider: 'gemini', key: 'GEMINI_API_KEY' },
  bedrock: { provider: 'bedrock' },
  bedrock_converse: { provider: 'bedrock' },
  vertex_ai: { provider: 'openai_compatible', key: 'VERTEX_ACCESS_TOKEN' },
  vertex_ai_beta: { provider: 'openai_compatible', key: 'VERTEX_ACCESS_TOKEN' },
  cohere: { provider: 'cohere', elsewhere: 'cohere_compatible', key: 'COHERE_API_KEY' },
  cohere_chat: { provider: 'cohere', elsewhere: 'cohere_compatible', key: 'COHERE_API_KEY' },
  mistral: { provider: 'mistral', key: 'MISTRAL_API_KEY' },
  together_ai: { provider: 'together', key: 'TOGETHERAI_API_KEY' },
  groq: { provider: 'groq', key: 'GROQ_API_KEY' },
  fireworks_ai: { provider: 'fireworks', key: 'FIREWORKS_AI_API_KEY' },
  deepseek: { provider: 'deepseek', key: 'DEEPSEEK_API_KEY' },
  huggingface: { provider: 'huggingface', elsewhere: 'openai_compatible', key: 'HUGGINGFACE_API_KEY' },
  ai21: { provider: 'ai21', key: 'AI21_API_KEY' },
  ai21_chat: { provider: 'ai21', key: 'AI21_API_KEY' },
  dashscope: { provider: 'alibaba', key: 'DASHSCOPE_API_KEY' },
  ollama: { provider: 'ollama' },
  ollama_chat: { provider: 'ollama' },
  openrouter: compatible('https://openrouter.ai/api/v1', 'OPENROUTER_API_KEY'),
  xai: compatible('https://api.x.ai/v1', 'XAI_API_KEY'),
  perplexity: compatible('https://api.perplexity.ai', 'PERPLEXITYAI_API_KEY'),
  cerebras: compatible('https://api.cerebras.ai/v1', 'CEREBRAS_API_KEY'),
  nvidia_nim: compatible('https://integrate.api.nvidia.com/v1', 'NVIDIA_NIM_API_KEY'),
  deepinfra: compatible('https://api.deepinfra.com/v1/openai', 'DEEPINFRA_API_KEY'),
  sambanova: compatible('https://api.sambanova.ai/v1', 'SAMBANOVA_API_KEY'),
  moonshot: compatible('https://api.moonshot.ai/v1', 'MOONSHOT_API_KEY'),
  hosted_vllm: server('HOSTED_VLLM_API_BASE'),
  vllm: server(),
  lm_studio: server('LM_STUDIO_API_BASE'),
  llamafile: server('LLAMAFILE_API_BASE'),
  litellm_proxy: server('LITELLM_PROXY_API_BASE'),
  openai_like: server(),
  custom_openai: server(),
  xinference: server('XINFERENCE_API_BASE'),
  docker_model_runner: server(),
};

/** Prefixes of `bedrock/` that say by which route of Bedrock LiteLLM asks. */
export const bedrockRoutes = /^(?:converse|converse_like|invoke)\//;
export const bedrockRegion = /^([a-z]{2}(?:-[a-z]+)+-\d)\//;
