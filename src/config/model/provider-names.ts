import { closestName } from '../read/closest-name.js';
import { fallbackProvider, providers } from './providers.js';

/** Other names for a provider, without case, separators and a trailing "ai". */
const meantBy: Readonly<Record<string, readonly string[]>> = {
  openai: ['gpt', 'chatgpt'],
  azure_openai: ['azure', 'aoai', 'microsoft', 'azurefoundry', 'foundry'],
  anthropic: ['claude'],
  gemini: ['google', 'googlegemini', 'googlegenerative', 'googlegenai', 'aistudio', 'googleaistudio'],
  bedrock: ['aws', 'amazon', 'awsbedrock', 'amazonbedrock', 'bedrockruntime'],
  huggingface: ['hf', 'hugging', 'huggingfacehub'],
  alibaba: ['qwen', 'dashscope', 'aliyun', 'bailian', 'alibabacloud'],
  ai21: ['ai21labs', 'jamba', 'ai21studio'],
  cohere: ['command'],
  mistral: ['laplateforme'],
  together: ['togethercomputer', 'togetherxyz'],
  openai_compatible: [
    'vllm',
    'sglang',
    'tgi',
    'textgenerationinference',
    'lmstudio',
    'llamacpp',
    'llamaserver',
    'localai',
    'litellm',
    'openrouter',
    'perplexity',
    'xai',
    'x',
    'grok',
    'nvidia',
    'nvidianim',
    'nim',
    'cerebras',
    'sambanova',
    'anyscale',
    'deepinfra',
    'databricks',
    'cloudflare',
    'vercel',
    'moonshot',
    'kimi',
    'zhipu',
    'minimax',
    'siliconflow',
    'scaleway',
    'nebius',
    'novita',
    'hyperbolic',
    'vertex',
    'googlevertex',
    'github',
    'githubmodels',
    'tensorrtllm',
    'triton',
    'xinference',
    'openaicompat',
    'openailike',
  ],
};

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

const byName: ReadonlyMap<string, string> = new Map(
  Object.entries(meantBy).flatMap(([provider, names]) => names.map((name) => [name, provider] as const)),
);

/** The provider that an unknown name most likely means; null without a match. */
function providerMeant(written: string): string | null {
  const whole = plain(written.slice(0, 64));
  for (const name of [whole, whole.replace(/(?:ai|inc|api)$/, '')]) {
    const meant = Object.keys(providers).find((provider) => plain(provider) === name) ?? byName.get(name);
    if (meant !== undefined) return meant;
  }
  return closestName(written, Object.keys(providers));
}

/** Advice for an unknown provider name. */
export function providerAdvice(written: string): string {
  const meant = providerMeant(written);
  if (meant === fallbackProvider) return `write "${fallbackProvider}" and its "base_url"`;
  if (meant !== null) return `did you mean "${meant}"?`;
  const others = Object.keys(providers).filter((name) => name !== fallbackProvider);
  return `write "${fallbackProvider}" for a server with OpenAI's API; the others are ${others.join(', ')}`;
}
