import { anthropicMessage } from './shapes/anthropic.js';
import { bedrockConverse } from './shapes/bedrock.js';
import { cohereChat, cohereEmbedding } from './shapes/cohere.js';
import { geminiContent, geminiEmbedding } from './shapes/gemini.js';
import { ollamaChat, ollamaEmbedding } from './shapes/ollama.js';
import { openaiResponse } from './shapes/openai-response.js';
import { openaiChat, openaiCompletion, openaiEmbedding } from './shapes/openai.js';
import type { Shape } from './shape.js';

/** Where one API is asked. */
export interface Route {
  /** A group `model` is the name asked for, where the body does not hold it. */
  readonly path: RegExp;
  readonly shape: Shape;
  /** True where the path asks for a stream; `default` where only `stream: false` asks for none. */
  readonly streams?: true | 'default';
}

/** By the end of the path, so that any prefix will do. */
export const routes: readonly Route[] = [
  { path: /\/chat\/completions$/, shape: openaiChat },
  { path: /\/completions$/, shape: openaiCompletion },
  { path: /\/responses$/, shape: openaiResponse },
  { path: /\/embeddings$/, shape: openaiEmbedding },
  { path: /\/messages$/, shape: anthropicMessage },
  { path: /\/models\/(?<model>[^/]+):generateContent$/, shape: geminiContent },
  { path: /\/models\/(?<model>[^/]+):streamGenerateContent$/, shape: geminiContent, streams: true },
  { path: /\/models\/(?<model>[^/]+):embedContent$/, shape: geminiEmbedding },
  { path: /\/v2\/chat$/, shape: cohereChat },
  { path: /\/v2\/embed$/, shape: cohereEmbedding },
  { path: /\/api\/chat$/, shape: ollamaChat, streams: 'default' },
  { path: /\/api\/embed$/, shape: ollamaEmbedding },
  { path: /\/model\/(?<model>[^/]+)\/converse$/, shape: bedrockConverse },
  { path: /\/model\/(?<model>[^/]+)\/converse-stream$/, shape: bedrockConverse, streams: true },
];

/** The list of models with these names, in the shape of the API whose path or query asks for it. */
export function modelList(path: string, query: string, names: readonly string[], now: number): object {
  if (path.endsWith('/api/tags')) return { models: names.map((name) => ({ name, model: name })) };
  if (query.includes('pageSize=')) return { models: names.map((name) => ({ name: `models/${name}` })) };
  if (query.includes('page_size=')) return { models: names.map((name) => ({ name })) };
  const created = Math.floor(now / 1000);
  const data = names.map((id) => ({ id, object: 'model', created, owned_by: 'simulator' }));
  return { object: 'list', data };
}
