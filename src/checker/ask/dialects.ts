import { withContext } from './abilities/long-context.js';
import {
  anthropicStructured,
  bedrockStructured,
  cohereStructured,
  geminiStructured,
  ollamaStructured,
  openaiStructured,
} from './abilities/structured.js';
import {
  anthropicTools,
  bedrockTools,
  cohereTools,
  geminiTools,
  ollamaTools,
  openaiTools,
  type Force,
} from './abilities/tools.js';
import { keysOf } from '../../domain/table.js';
import type { Probe } from '../../domain/model.js';
import type { Dialect } from './dialect.js';
import { anthropicChat, anthropicChatStream, anthropicVersion } from './dialects/anthropic.js';
import { bedrockChat, bedrockChatStream } from './dialects/bedrock.js';
import { cohereEmbeddings } from './dialects/cohere-embeddings.js';
import { cohereChat, cohereChatStream } from './dialects/cohere.js';
import { custom } from './dialects/custom.js';
import { geminiEmbeddings } from './dialects/gemini-embeddings.js';
import { geminiChat, geminiChatStream } from './dialects/gemini.js';
import { ollamaEmbeddings } from './dialects/ollama-embeddings.js';
import { ollamaChat, ollamaChatStream } from './dialects/ollama.js';
import { openaiChat, openaiChatStream, type Flavour } from './dialects/openai-chat.js';
import { openaiCompletion } from './dialects/openai-completion.js';
import { openaiEmbeddings } from './dialects/openai-embeddings.js';
import { openaiResponses } from './dialects/openai-responses.js';
import { groqRules, mistralRules, togetherRules } from './dialects/provider-rules.js';
import {
  leastByEffort,
  leastOfAlibaba,
  leastOfDeepseek,
  leastOfGroq,
  leastOfMistral,
  leastOfTogether,
} from './dialects/least-reasoning.js';
import { modelList } from './dialects/model-list.js';

type Dialects = Readonly<Partial<Record<Probe, Dialect>>>;

const models = modelList();
const completion = openaiCompletion;
const embeddings = openaiEmbeddings;
const responses = openaiResponses;

/** What a provider of OpenAI's API differs in. */
interface Provided extends Partial<Flavour> {
  /** How it is told that a tool must be called; `required` unless set. */
  readonly force?: Force;
  /** False where it knows no schema. */
  readonly structured?: boolean;
}

/** Chat dialects; the probes `vision` and `audio` are chats with an attachment. */
function chats(
  { force = 'required', structured = true, ...flavour }: Provided,
  ...senses: ('vision' | 'audio')[]
): Dialects {
  const whole: Flavour = { limit: 'max_tokens', streamUsage: true, ...flavour };
  const chat = openaiChat(whole);
  const sensing = Object.fromEntries(senses.map((probe) => [probe, chat]));
  return {
    chat,
    chat_stream: openaiChatStream(whole),
    tools: openaiTools(chat, force),
    ...(structured && { structured: openaiStructured(chat) }),
    context: withContext(chat),
    ...sensing,
  };
}

const openai = chats(
  { limit: 'max_completion_tokens', least: leastByEffort, pictureDetail: 'low' },
  'vision',
  'audio',
);
const compatible: Dialects = { ...chats({}, 'vision', 'audio'), completion, responses, embeddings, models };

const anthropic: Dialects = {
  chat: anthropicChat,
  chat_stream: anthropicChatStream,
  vision: anthropicChat,
  tools: anthropicTools(anthropicChat),
  structured: anthropicStructured(anthropicChat),
  context: withContext(anthropicChat),
  models: modelList({ query: '?limit=1000', headers: anthropicVersion }),
};

const cohere: Dialects = {
  chat: cohereChat,
  chat_stream: cohereChatStream,
  vision: cohereChat,
  tools: cohereTools(cohereChat),
  structured: cohereStructured(cohereChat),
  context: withContext(cohereChat),
  embeddings: cohereEmbeddings,
  models: modelList({ query: '?page_size=1000' }),
};

/** Dialects of the builtin prober by provider. Providers without one are listed, so that none is treated as OpenAI-compatible. */
const dialects: Readonly<Record<string, Dialects>> = {
  // The list includes aliases.
  openai: { ...openai, completion, responses, embeddings, models: modelList({ whole: true }) },
  // Azure lists deployable models, not deployed ones.
  azure_openai: { ...openai, completion, responses, embeddings },
  openai_compatible: compatible,
  together: {
    ...chats({ least: leastOfTogether, streamUsage: false, rules: togetherRules }, 'vision', 'audio'),
    completion,
    embeddings,
    models,
  },
  groq: {
    ...chats({ limit: 'max_completion_tokens', least: leastOfGroq, rules: groqRules }, 'vision'),
    responses,
    models,
  },
  mistral: {
    ...chats(
      { least: leastOfMistral, streamUsage: false, rules: mistralRules, bareSound: true, force: 'any' },
      'vision',
      'audio',
    ),
    embeddings,
    models,
  },
  fireworks: { ...chats({ least: leastByEffort }, 'vision'), completion, embeddings, models },
  // DeepSeek and AI21 know JSON, but no schema.
  deepseek: { ...chats({ least: leastOfDeepseek, structured: false }), models },
  huggingface: { ...chats({}, 'vision'), models },
  ai21: { ...chats({ force: null, structured: false }), models },
  alibaba: { ...chats({ least: leastOfAlibaba, force: 'named' }, 'vision'), embeddings, models },
  portkey: compatible,
  anthropic,
  anthropic_compatible: anthropic,
  gemini: {
    chat: geminiChat,
    chat_stream: geminiChatStream,
    vision: geminiChat,
    audio: geminiChat,
    tools: geminiTools(geminiChat),
    structured: geminiStructured(geminiChat),
    context: withContext(geminiChat),
    embeddings: geminiEmbeddings,
    models: modelList({ query: '?pageSize=1000' }),
  },
  bedrock: {
    chat: bedrockChat,
    chat_stream: bedrockChatStream,
    vision: bedrockChat,
    audio: bedrockChat,
    tools: bedrockTools(bedrockChat),
    structured: bedrockStructured(bedrockChat),
    context: withContext(bedrockChat),
  },
  cohere,
  cohere_compatible: cohere,
  ollama: {
    chat: ollamaChat,
    chat_stream: ollamaChatStream,
    vision: ollamaChat,
    tools: ollamaTools(ollamaChat),
    structured: ollamaStructured(ollamaChat),
    context: withContext(ollamaChat),
    embeddings: ollamaEmbeddings,
    // Only pulled models are listed, and only they can be used.
    models: modelList({ whole: true }),
  },
  custom: { chat: custom },
};

function dialectsOf(provider: string): Dialects {
  return Object.hasOwn(dialects, provider) ? (dialects[provider] ?? compatible) : compatible;
}

/** The dialect for a provider and probe; null for none. An unknown provider is treated as openai_compatible. */
export function dialectFor(provider: string, probe: Probe): Dialect | null {
  return dialectsOf(provider)[probe] ?? null;
}

/** Probes that the builtin prober supports, by provider. */
export const capabilities: Readonly<Record<string, readonly Probe[]>> = Object.fromEntries(
  Object.entries(dialects).map(([provider, table]) => [provider, keysOf(table)]),
);
