import { anthropicMessage } from './shapes/anthropic.js';
import { bedrockConverse } from './shapes/bedrock.js';
import { cohereChat, cohereEmbedding } from './shapes/cohere.js';
import { geminiContent, geminiEmbedding } from './shapes/gemini.js';
import { ollamaChat, ollamaEmbedding } from './shapes/ollama.js';
import { openaiResponse } from './shapes/openai-response.js';
import { openaiChat, openaiCompletion, openaiEmbedding } from './shapes/openai.js';
import type { Shape } from './shape.js';

/** A route of one API. */
export interface Route {
  /** The group `model` is the requested model, where the body does not name it. */
  readonly path: RegExp;
  readonly shape: Shape;
  /** True where the path selects streaming; `default` where the API streams unless the body has `stream: false`. */
  readonly streams?: true | 'default';
}

/** Matched by the end of the path, so any prefix is allowed. */
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

/** The list of models with these names, in the format of the API that path or query belong to. */
export function modelList(path: string, query: string, names: readonly string[], now: number): object {
  if (path.endsWith('/api/tags')) return { models: names.map((name) => ({ name, model: name })) };
  if (query.includes('pageSize=')) return { models: names.map((name) => ({ name: `models/${name}` })) };
  if (query.includes('page_size=')) return { models: names.map((name) => ({ name })) };
  const created = Math.floor(now / 1000);
  const data = names.map((id) => ({ id, object: 'model', created, owned_by: 'simulator' }));
  return { object: 'list', data };
}
