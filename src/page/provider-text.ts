import { hostOf, type Model } from '../domain/model.js';

/** Providers in their own spelling. */
const spelled: ReadonlyMap<string, string> = new Map([
  ['openai', 'OpenAI'],
  ['azure_openai', 'Azure OpenAI'],
  ['anthropic', 'Anthropic'],
  ['gemini', 'Gemini'],
  ['bedrock', 'Bedrock'],
  ['huggingface', 'Hugging Face'],
  ['alibaba', 'Alibaba'],
  ['ai21', 'AI21'],
  ['cohere', 'Cohere'],
  ['mistral', 'Mistral'],
  ['together', 'Together'],
  ['groq', 'Groq'],
  ['fireworks', 'Fireworks'],
  ['deepseek', 'DeepSeek'],
  ['ollama', 'Ollama'],
  ['portkey', 'Portkey'],
]);

/** Providers that say nothing about who runs the endpoint. */
const unnamed: ReadonlySet<string> = new Set([
  'openai_compatible',
  'anthropic_compatible',
  'cohere_compatible',
  'custom',
]);

/** An address takes as long to parse as the rest of a row of the overview. */
const hosts = new WeakMap<Model, string>();

/** Who answers for the model: the provider in its own spelling, or host and port where the operator gave an address only. */
export function providerText(model: Model): string {
  if (!unnamed.has(model.provider)) return spelled.get(model.provider) ?? model.provider;
  const host = hosts.get(model) ?? hostOf(model);
  hosts.set(model, host);
  return host;
}
