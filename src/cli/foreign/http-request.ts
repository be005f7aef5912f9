import { withoutTrailingSlashes } from '../../domain/address.js';
import type { Path } from '../../config/read/problem.js';
import { isSecretParameter } from '../../config/read/secrets.js';
import { isList, isObject, parseJson } from '../../domain/json.js';
import type { Probe } from '../../domain/model.js';
import { headerParts, withoutSecrets, type Drafting } from './drafting.js';
import { isUsualAddress, providerAt } from './providers-by-host.js';

/** A request that another monitor sends. */
export interface ForeignRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: unknown;
  /** Null without one. */
  readonly body: string | null;
  readonly at: { readonly url: Path; readonly headers: Path; readonly body: Path };
  /** Begins the names of variables for its secrets. */
  readonly name: string;
}

/** An API that is recognized by the end of its path; `compatible` is its provider at a foreign host. */
interface Api {
  readonly path: RegExp;
  readonly provider: string;
  readonly compatible: string;
  readonly probe: Probe;
}

const apis: readonly Api[] = [
  {
    path: /\/openai\/deployments\/(?<model>[^/]+)\/chat\/completions$/,
    provider: 'azure_openai',
    compatible: 'azure_openai',
    probe: 'chat',
  },
  {
    path: /\/openai\/deployments\/(?<model>[^/]+)\/embeddings$/,
    provider: 'azure_openai',
    compatible: 'azure_openai',
    probe: 'embeddings',
  },
  { path: /\/chat\/completions$/, provider: 'openai', compatible: 'openai_compatible', probe: 'chat' },
  { path: /\/completions$/, provider: 'openai', compatible: 'openai_compatible', probe: 'completion' },
  { path: /\/responses$/, provider: 'openai', compatible: 'openai_compatible', probe: 'responses' },
  { path: /\/embeddings$/, provider: 'openai', compatible: 'openai_compatible', probe: 'embeddings' },
  { path: /\/messages$/, provider: 'anthropic', compatible: 'anthropic_compatible', probe: 'chat' },
  {
    path: /\/models\/(?<model>[^/]+):generateContent$/,
    provider: 'gemini',
    compatible: 'gemini',
    probe: 'chat',
  },
  {
    path: /\/models\/(?<model>[^/]+):streamGenerateContent$/,
    provider: 'gemini',
    compatible: 'gemini',
    probe: 'chat_stream',
  },
  {
    path: /\/models\/(?<model>[^/]+):embedContent$/,
    provider: 'gemini',
    compatible: 'gemini',
    probe: 'embeddings',
  },
  { path: /\/v2\/chat$/, provider: 'cohere', compatible: 'cohere_compatible', probe: 'chat' },
  { path: /\/v2\/embed$/, provider: 'cohere', compatible: 'cohere_compatible', probe: 'embeddings' },
  { path: /\/api\/chat$/, provider: 'ollama', compatible: 'ollama', probe: 'chat' },
  { path: /\/api\/embed$/, provider: 'ollama', compatible: 'ollama', probe: 'embeddings' },
  { path: /\/model\/(?<model>[^/]+)\/converse$/, provider: 'bedrock', compatible: 'bedrock', probe: 'chat' },
  {
    path: /\/model\/(?<model>[^/]+)\/converse-stream$/,
    provider: 'bedrock',
    compatible: 'bedrock',
    probe: 'chat_stream',
  },
];

/** Providers whose own API is another one, though some offer OpenAI's beside it. */
const withOwnApi = new Set(['anthropic', 'bedrock', 'cohere', 'gemini']);

function providerFor({ provider, compatible }: Api, base: string): string {
  const host = providerAt(base);
  if (host === null) return compatible;
  return host === provider || (provider === 'openai' && !withOwnApi.has(host)) ? host : compatible;
}

/** Members of a body that modelpulse writes itself. */
const own = new Set([
  ...['model', 'messages', 'prompt', 'input', 'contents', 'texts', 'stream', 'stream_options', 'system'],
  ...['max_tokens', 'max_completion_tokens', 'max_output_tokens', 'systemInstruction', 'input_type'],
]);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The text of a message: a text, or a list of parts. */
function textIn(content: unknown): string | null {
  if (typeof content === 'string') return content || null;
  if (isList(content)) return content.map((part) => textIn(part) ?? '').join('') || null;
  return isObject(content) ? textIn(content.text ?? content.parts ?? content.content) : null;
}

function messageOf(list: unknown, roles: readonly string[]): string | null {
  const found = isList(list)
    ? list.filter(isObject).findLast(({ role }) => roles.includes(String(role)))
    : undefined;
  return found === undefined ? null : textIn(found.content ?? found.parts);
}

function questionIn(body: Readonly<Record<string, unknown>>): string | null {
  const { messages, contents, prompt, input, texts } = body;
  return (
    messageOf(messages ?? contents ?? input, ['user']) ??
    textIn(prompt ?? contents) ??
    (typeof input === 'string' ? input : textIn(isList(input) ? input[0] : null)) ??
    textIn(isList(texts) ? texts[0] : null)
  );
}

function systemIn({ messages, system }: Readonly<Record<string, unknown>>): string | null {
  return messageOf(messages, ['system', 'developer']) ?? textIn(system);
}

function limitIn(body: Readonly<Record<string, unknown>>): number | undefined {
  const limits = [body.max_tokens, body.max_completion_tokens, body.max_output_tokens];
  return limits.find((one): one is number => Number.isSafeInteger(one));
}

function parsedBody(text: string | null): Readonly<Record<string, unknown>> | null {
  try {
    const body = text === null ? null : parseJson(text);
    return isObject(body) ? body : null;
  } catch {
    return null;
  }
}

/** Why a request is none to a model; null when it may be one. */
function unlikeModel(method: string, path: string): string | null {
  const isList = /\/(?:models|api\/tags)$/.test(path);
  if (method === 'POST') return null;
  return isList
    ? 'it lists models and asks none; `modelpulse discover` writes an entry for each model that the address serves'
    : `it is sent by ${method}, and a model is asked by POST`;
}

interface Place {
  readonly address: URL;
  /** Text in front of the address that the reference in its beginning made necessary. */
  readonly added: string;
}

function placeIn(url: string, { references }: Drafting): Place | null {
  // A variable may hold the beginning of an address.
  const added = !/^https?:/i.test(url) && references.holdsReference(url.slice(0, 24)) ? 'https://' : '';
  const text = added + url;
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
    ? { address: new URL(text), added }
    : null;
}

/**
 * The keys of the model that a request asks; a text says why it is no request to a model. What of it cannot be carried over
 * is noted.
 */
export function modelOfRequest(
  request: ForeignRequest,
  drafting: Drafting,
): { readonly entry: Readonly<Record<string, unknown>> } | string {
  const { at, name } = request;
  const place = placeIn(request.url, drafting);
  if (place === null) return 'its address is none of HTTP';
  const { address, added } = place;
  const path = withoutTrailingSlashes(address.pathname);
  const unlike = unlikeModel(request.method.toUpperCase(), path);
  if (unlike !== null) return unlike;
  const api = apis.find((one) => one.path.test(path));
  if (api === undefined) return `its path is that of no API of models that modelpulse knows`;
  const found = api.path.exec(path);
  const base = withoutTrailingSlashes(address.origin + path.slice(0, found?.index ?? 0));
  const provider = providerFor(api, base);
  const body = parsedBody(request.body);
  if (body === null) return 'its body is no JSON object';
  const named = found?.groups?.model;
  const model = named === undefined ? body.model : decoded(named);
  if (typeof model !== 'string' || model === '') return 'its body names no model';

  const { apiKey, customHeaders } = headerParts(request.headers, at.headers, name, drafting);
  let keyOfUrl: string | null = null;
  if (address.username !== '' || address.password !== '')
    drafting.note(
      at.url,
      'the user name and password of the address: write them as `custom_headers`, key Authorization',
    );
  for (const [key, value] of address.searchParams) {
    if (key === 'api-version' && provider === 'azure_openai') continue;
    if (key === 'alt' && value === 'sse') continue;
    if (key === 'key' && provider === 'gemini') keyOfUrl = drafting.secret(value, `${name}_API_KEY`, at.url);
    else {
      const what = isSecretParameter(key, value)
        ? 'which may be a secret'
        : 'which only a full `endpoint_configuration` can hold';
      drafting.note(at.url, `the parameter ${key} of the address, ${what}`);
    }
  }
  const options = Object.fromEntries(
    Object.entries(body).filter(([key, value]) => !own.has(key) && value !== null && value !== undefined),
  );
  const carried = withoutSecrets(options, at.body, name, drafting.secret);
  const version = address.searchParams.get('api-version');
  const question = questionIn(body);
  const asksByStream = body.stream === true && api.probe === 'chat';
  return {
    entry: {
      provider,
      model,
      ...(!isUsualAddress(provider, base) && { base_url: added === '' ? base : base.slice(added.length) }),
      ...(provider === 'azure_openai' && version !== null && { api_version: version }),
      api_key: apiKey ?? keyOfUrl ?? undefined,
      ...(customHeaders.length > 0 && { custom_headers: customHeaders }),
      ...(!(api.probe === 'chat' && !asksByStream) && { probe: asksByStream ? 'chat_stream' : api.probe }),
      ...(question !== null && api.probe !== 'embeddings' && { query: question }),
      ...(systemIn(body) !== null && { system_prompt: systemIn(body) }),
      ...(limitIn(body) !== undefined && { max_tokens: limitIn(body) }),
      ...(Object.keys(options).length > 0 && { default_request_options: carried }),
    },
  };
}
