import { isList, isObject, type Members } from '../../domain/json.js';
import { purposeByMode, purposeByName, type Purpose } from './model-use.js';

/** A model in the list of an endpoint. */
export interface ListedModel extends Purpose {
  readonly name: string;
  /** What the list says of it that matters to whoever chooses; null for nothing. */
  readonly remark: string | null;
}

export type ListKind = 'openai' | 'openrouter' | 'litellm' | 'ollama' | 'llama.cpp' | 'vllm';

export interface ModelList {
  readonly kind: ListKind;
  readonly models: readonly ListedModel[];
  /** Further models, which a bound leaves out. */
  readonly left: number;
  /** The reply says that it has further pages, which are not read. */
  readonly paged: boolean;
}

/** What of a list is left out; null for nothing. */
export function leftOut({ left, paged }: ModelList): string | null {
  if (paged) return 'the list has further pages, which are not read';
  return left === 0
    ? null
    : `the list is long: ${left} further ${left === 1 ? 'model is' : 'models are'} left out`;
}

const mostModels = 5_000;
const longestName = 1_024;

/** No provider has a name with characters that are not shown: in a file they could hide what it says. */
const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= longestName && !/[\p{Cc}\p{Cf}]/u.test(value);

const nameIn = ({ id, name, model }: Members): string | null => [id, name, model].find(isName) ?? null;

const textsIn = (value: unknown): readonly string[] =>
  isList(value) ? value.filter((one): one is string => typeof one === 'string').slice(0, 32) : [];

const certain = (use: Purpose['use'], other: string | null = null): Purpose => ({ use, guess: false, other });

/** The purpose that OpenRouter's modalities state: https://openrouter.ai/docs/overview/models. */
function purposeOnRouter(architecture: Members): Purpose | null {
  const out = textsIn(architecture.output_modalities);
  if (out.length === 0) return null;
  if (out.includes('text')) return certain('chat');
  return out.includes('embeddings') ? certain('embeddings') : certain(null, out.join(', '));
}

/** The purpose that capabilities of Ollama and llama.cpp state: `completion` is chat there. */
export function purposeByCapabilities(capabilities: unknown): Purpose | null {
  const known = textsIn(capabilities);
  if (known.length === 0) return null;
  if (known.includes('completion')) return certain('chat');
  return known.some((one) => one.startsWith('embedding'))
    ? certain('embeddings')
    : certain(null, known.join(', '));
}

/** The purpose that a list of Mistral or Together states beside the name. */
function purposeStated({ capabilities, type }: Members): Purpose | null {
  if (isObject(capabilities)) return capabilities.completion_chat === true ? certain('chat') : null;
  if (type === 'chat' || type === 'embedding') return certain(type === 'chat' ? 'chat' : 'embeddings');
  if (type === 'language') return certain('completion');
  return typeof type === 'string' && ['image', 'video', 'audio', 'moderation', 'rerank'].includes(type)
    ? certain(null, type)
    : null;
}

interface Entries {
  readonly entries: readonly unknown[];
  readonly paged: boolean;
}

const isPaged = ({ has_more, nextPageToken, next_page_token }: Members): boolean =>
  has_more === true ||
  [nextPageToken, next_page_token].some((token) => typeof token === 'string' && token !== '');

function listed(
  { entries, paged }: Entries,
  kind: ListKind,
  read: (entry: Members) => ListedModel | null,
): ModelList {
  const models = new Map<string, ListedModel>();
  for (const entry of entries.slice(0, mostModels)) {
    const model = isObject(entry) ? read(entry) : null;
    if (model !== null && !models.has(model.name)) models.set(model.name, model);
  }
  return { kind, models: [...models.values()], left: Math.max(0, entries.length - mostModels), paged };
}

function ofLitellm(found: Entries): ModelList {
  return listed(found, 'litellm', (entry) => {
    const name = entry.model_name;
    if (!isName(name)) return null;
    const info = isObject(entry.model_info) ? entry.model_info : {};
    if (name.includes('*')) return { name, ...certain(null, 'any name: a wildcard'), remark: null };
    const behind = isObject(entry.litellm_params) ? entry.litellm_params.model : undefined;
    const remark = typeof behind === 'string' ? `leads to ${behind.slice(0, 200)}` : null;
    return { name, ...(purposeByMode(info.mode) ?? purposeByName(name)), remark };
  });
}

/** The models in the reply of `/models`, `/model/info` or `/api/tags`; null where it is no list of models. */
export function listedModels(payload: unknown): ModelList | null {
  const members = isObject(payload) ? payload : {};
  const list = isList(payload) ? payload : (members.data ?? members.models);
  if (!isList(list)) return null;
  const found = { entries: list, paged: isPaged(members) };
  const first = list.find(isObject) ?? {};
  if (isObject(first.litellm_params) || isObject(first.model_info)) return ofLitellm(found);
  if (isObject(first.architecture) && isObject(first.pricing))
    return listed(found, 'openrouter', (entry) => {
      const name = nameIn(entry);
      const architecture = isObject(entry.architecture) ? entry.architecture : {};
      const ends = entry.expiration_date;
      const remark = typeof ends === 'string' ? `is to end on ${ends.slice(0, 32)}` : null;
      return name === null
        ? null
        : { name, ...(purposeOnRouter(architecture) ?? purposeByName(name)), remark };
    });
  const capable = new Map<string, unknown>();
  // The server of llama.cpp has a list for each of two APIs in one reply.
  if (isList(members.data) && isList(members.models))
    for (const one of members.models.filter(isObject).slice(0, mostModels))
      capable.set(String(one.name), one.capabilities);
  const owner = first.owned_by;
  const kind =
    owner === 'llamacpp'
      ? 'llama.cpp'
      : owner === 'vllm'
        ? 'vllm'
        : members.data === undefined && isList(members.models) && first.digest !== undefined
          ? 'ollama'
          : 'openai';
  return listed(found, kind, (entry) => {
    const written = nameIn(entry);
    // The lists of Gemini have the prefix of their paths.
    const name =
      written?.replace(/^models\/(?=gemini|gemma|text-|embedding|imagen|veo|aqa|learnlm)/, '') ?? null;
    if (name === null) return null;
    const stated =
      purposeByCapabilities(capable.get(name) ?? entry.capabilities) ??
      purposeOfMethods(entry) ??
      purposeStated(entry);
    return { name, ...(stated ?? purposeByName(name)), remark: null };
  });
}

/** The purpose that the methods of a model of Gemini, or the endpoints of one of Cohere, state. */
function purposeOfMethods({ supportedGenerationMethods, endpoints }: Members): Purpose | null {
  const methods = [...textsIn(supportedGenerationMethods), ...textsIn(endpoints)];
  if (methods.length === 0) return null;
  if (methods.includes('generateContent') || methods.includes('chat')) return certain('chat');
  return methods.some((one) => one.startsWith('embed'))
    ? certain('embeddings')
    : certain(null, methods.join(', '));
}
