import { providers } from '../../config/model/providers.js';
import { createRedaction } from '../../checker/secrets/redact.js';
import { providerAdvice } from '../../config/model/provider-names.js';

/** What a first configuration is made of. */
export interface Choices {
  readonly provider: string;
  readonly model: string;
  /** Null for the address that the provider has. */
  readonly baseUrl: string | null;
  /** Name of the variable with the key; null for no key. */
  readonly keyEnv: string | null;
}

/** Variables and models of docs/providers.md. */
const usual: Readonly<Record<string, { readonly keyEnv: string | null; readonly model: string | null }>> = {
  openai: { keyEnv: 'OPENAI_API_KEY', model: 'gpt-4o-mini' },
  anthropic: { keyEnv: 'ANTHROPIC_API_KEY', model: 'claude-haiku-4-5' },
  gemini: { keyEnv: 'GEMINI_API_KEY', model: 'gemini-2.5-flash' },
  azure_openai: { keyEnv: 'AZURE_OPENAI_API_KEY', model: null },
  bedrock: { keyEnv: 'AWS_BEARER_TOKEN_BEDROCK', model: null },
  cohere: { keyEnv: 'COHERE_API_KEY', model: 'command-r7b-12-2024' },
  mistral: { keyEnv: 'MISTRAL_API_KEY', model: 'mistral-small-latest' },
  together: { keyEnv: 'TOGETHER_API_KEY', model: null },
  groq: { keyEnv: 'GROQ_API_KEY', model: 'openai/gpt-oss-20b' },
  fireworks: { keyEnv: 'FIREWORKS_API_KEY', model: null },
  deepseek: { keyEnv: 'DEEPSEEK_API_KEY', model: 'deepseek-chat' },
  huggingface: { keyEnv: 'HF_TOKEN', model: null },
  ai21: { keyEnv: 'AI21_API_KEY', model: 'jamba-mini' },
  alibaba: { keyEnv: 'DASHSCOPE_API_KEY', model: 'qwen-plus' },
  portkey: { keyEnv: 'PORTKEY_API_KEY', model: null },
  ollama: { keyEnv: null, model: null },
};

/** Providers that a first configuration can have: a custom API needs more than a few answers. */
export const offered: readonly string[] = Object.keys(providers).filter((name) => name !== 'custom');

export const usualKeyEnv = (provider: string): string | null => usual[provider]?.keyEnv ?? null;
export const usualModel = (provider: string): string | null => usual[provider]?.model ?? null;
export const needsAddress = (provider: string): boolean => providers[provider]?.baseUrl === null;

/** The provider whose variable is set; the first of several, OpenAI where there is none. */
export function likelyProvider(env: Readonly<Record<string, string | undefined>>): string {
  const isSet = (name: string | null): boolean => name !== null && (env[name] ?? '') !== '';
  return offered.find((provider) => isSet(usualKeyEnv(provider))) ?? 'openai';
}

/** Why a provider cannot be taken; null when it can. */
export function providerProblem(name: string): string | null {
  if (offered.includes(name)) return null;
  if (name === 'custom') return 'a custom API needs a payload and a program: see docs/providers.md';
  return `unknown provider: ${providerAdvice(name)}`;
}

/** Why an address cannot be taken; null when it can. */
export function addressProblem(text: string): string | null {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    return 'give an address such as https://llm.example.com/v1';
  const { username, password, search } = new URL(text);
  if (username !== '' || password !== '') return 'the address must not hold a user name or password';
  return search !== '' && createRedaction([])(text, 2_000) !== text
    ? 'the address must not hold a key'
    : null;
}

/** Why a text is no name of a variable; null when it is. It is not repeated: it may be the key itself. */
export function variableProblem(text: string): string | null {
  const isName = /^[A-Z_][A-Z0-9_]{0,127}$/.test(text) && createRedaction([])(text, 200) === text;
  return isName
    ? null
    : 'give the name of an environment variable in capital letters, such as OPENAI_API_KEY, not the key itself';
}

/** Why a name of a model cannot be taken; null when it can. */
export function modelProblem(text: string): string | null {
  return /^[^\p{C}]{1,200}$/u.test(text) && text.trim() !== '' ? null : 'give the name of a model';
}
