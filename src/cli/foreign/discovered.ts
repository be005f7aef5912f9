import { capabilities, dialectFor } from '../../checker/ask/dialects.js';
import type { Fetched, Listing } from '../../checker/listing.js';
import { buildModel } from '../../config/model/model.js';
import { defaultsSchema } from '../../config/schema/asking-schema.js';
import { modelSchema } from '../../config/schema/model-schema.js';
import { withoutTrailingSlashes } from '../../domain/address.js';
import { isObject, parseJson } from '../../domain/json.js';
import type { Model } from '../../domain/model.js';
import { listedModels, purposeByCapabilities, type ListedModel, type ModelList } from './listed-models.js';
import { isUsualAddress, providerAt } from './providers-by-host.js';

/** What an endpoint serves, and how its models are asked. */
export interface Discovered {
  /** Such as openai, litellm, ollama or vllm. */
  readonly api: string;
  readonly provider: string;
  /** Null for the address that the provider has by itself. */
  readonly baseUrl: string | null;
  readonly list: ModelList;
}

/** Most models of Ollama that are asked for their capabilities, and how many at a time. */
const mostShown = 200;
const shownAtOnce = 4;

interface Question {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A model at this address, whose name does not matter. */
function anyModel(provider: string, baseUrl: string): Model | string {
  const entry = modelSchema.safeParse({ id: 'x', provider, base_url: baseUrl, model: 'x', api_key: 'x' });
  if (!entry.success) return entry.error.issues[0]?.message ?? 'is no address';
  const context = { defaults: defaultsSchema.parse({}), remoteTimeoutMs: null, capabilities };
  return buildModel(entry.data, null, null, context, { problems: [], warnings: [] });
}

/** The request for the list of a provider at this address; a text says why there is none. */
function questionTo(provider: string, baseUrl: string, key: string | null): Question | string {
  const model = anyModel(provider, baseUrl);
  if (typeof model === 'string') return `the address ${model}`;
  const dialect = dialectFor(provider, 'models');
  if (dialect === null) return `${provider} has no list of what can be asked: write its models by hand`;
  const asked = dialect.ask(model);
  const { auth } = model.endpoint;
  return {
    url: model.endpoint.baseUrl + asked.path,
    headers: { ...asked.headers, ...(key !== null && { [auth.headerName]: auth.prefix + key }) },
  };
}

const jsonOf = (fetched: Fetched): unknown => {
  if (!('status' in fetched) || fetched.status !== 200 || fetched.cut) return undefined;
  try {
    return parseJson(fetched.body);
  } catch {
    return undefined;
  }
};

/** Why a reply is no list. */
function complaint(fetched: Fetched, url: string, hasKey: boolean): string {
  if ('fault' in fetched) return `${url}: ${fetched.fault}`;
  const { status, cut } = fetched;
  if (status === 401 || status === 403)
    return hasKey
      ? `${url} refuses the key (${status})`
      : `${url} wants a key (${status}): name its variable with --key-env`;
  if (status >= 300 && status < 400) return `${url} leads elsewhere (${status}): give that address`;
  if (status !== 200) return `${url} answers with status ${status}`;
  return cut
    ? `${url}: the list is longer than 1 MiB, or was cut`
    : `${url}: the answer is no list of models`;
}

/** The address without the paths of an API behind it. */
function withoutApiPath(address: string): string {
  const url = new URL(address);
  const bare = withoutTrailingSlashes(url.origin + url.pathname);
  return withoutTrailingSlashes(
    bare.replace(/\/(?:models|chat\/completions|embeddings|api\/(?:tags|chat)|model\/info)$/, ''),
  );
}

/** Asks Ollama what each model can do, where its list does not say so. */
async function withCapabilities(
  list: ModelList,
  root: string,
  listing: Listing,
  headers: Question['headers'],
): Promise<ModelList> {
  const models: ListedModel[] = [...list.models];
  const waiting = models.flatMap((model, index) => (model.guess ? [index] : [])).slice(0, mostShown);
  const worker = async (): Promise<void> => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      const model = models[index];
      if (model === undefined) continue;
      const body = JSON.stringify({ model: model.name });
      const shown = jsonOf(
        await listing.ask({
          method: 'POST',
          url: `${root}/api/show`,
          headers: { ...headers, 'content-type': 'application/json' },
          body,
        }),
      );
      const purpose = isObject(shown) ? purposeByCapabilities(shown.capabilities) : null;
      if (purpose !== null) models[index] = { ...model, ...purpose };
    }
  };
  await Promise.all(Array.from({ length: shownAtOnce }, worker));
  return { ...list, kind: 'ollama', models };
}

/** The one model of a server of Hugging Face's: text generation or embeddings. */
function ofInfo(info: unknown): { readonly api: string; readonly list: ModelList } | null {
  if (!isObject(info) || typeof info.model_id !== 'string') return null;
  const kind = info.model_type;
  const isEmbedding = isObject(kind) && 'embedding' in kind;
  const other = isObject(kind) && !isEmbedding ? (Object.keys(kind)[0] ?? 'something') : null;
  const purpose =
    other !== null
      ? { use: null, guess: false, other }
      : { use: isEmbedding ? ('embeddings' as const) : ('chat' as const), guess: false, other: null };
  const model: ListedModel = { name: info.model_id, ...purpose, remark: null };
  return {
    api: isObject(kind) ? 'tei' : 'tgi',
    list: { kind: 'openai', models: [model], left: 0, paged: false },
  };
}

/** Asks the endpoint at `address`; a text says why what it serves is not known. */
export async function discover(
  address: string,
  { key, provider: named }: { readonly key: string | null; readonly provider: string | null },
  listing: Listing,
): Promise<Discovered | string> {
  const base = withoutApiPath(address);
  const provider = named ?? providerAt(base);
  const get = (question: Question): Promise<Fetched> =>
    listing.ask({ method: 'GET', url: question.url, headers: question.headers, body: null });
  if (provider !== null && provider !== 'ollama' && provider !== 'openai_compatible') {
    const usual = new URL(base).pathname === '/' && providerAt(base) === provider;
    const model = usual ? usualAddress(provider) : base;
    const question = questionTo(provider, model, key);
    if (typeof question === 'string') return question;
    const fetched = await get(question);
    const list = listedModels(jsonOf(fetched));
    if (list === null) return complaint(fetched, question.url, key !== null);
    return { api: provider, provider, baseUrl: isUsualAddress(provider, model) ? null : model, list };
  }
  const root = base.replace(/\/(?:api\/)?v\d{1,3}$/, '');
  const ofOpenai = new URL(base).pathname === '/' ? `${base}/v1` : base;
  const question = questionTo('openai_compatible', ofOpenai, key);
  if (typeof question === 'string') return question;
  const { headers } = question;
  const [models, info, tags] = await Promise.all([
    get(question),
    get({ url: `${root}/model/info`, headers }),
    get({ url: `${root}/api/tags`, headers }),
  ]);
  const proxy = listedModels(jsonOf(info));
  const compatible = { provider: 'openai_compatible', baseUrl: ofOpenai };
  if (proxy?.kind === 'litellm') return { api: 'litellm', ...compatible, list: proxy };
  const local = listedModels(jsonOf(tags));
  const isOllama =
    isObject(jsonOf(tags)) && (local?.kind === 'ollama' || listedModels(jsonOf(models)) === null);
  if (local !== null && isOllama) {
    const list = await withCapabilities(local, root, listing, headers);
    return { api: 'ollama', provider: 'ollama', baseUrl: root, list };
  }
  const list = listedModels(jsonOf(models));
  if (list !== null) return { api: list.kind, ...compatible, list };
  const single = ofInfo(jsonOf(await get({ url: `${root}/info`, headers })));
  if (single !== null) return { ...single, ...compatible };
  return complaint(models, question.url, key !== null);
}

/** The address that the provider has by itself. */
function usualAddress(provider: string): string {
  const entry = modelSchema.parse({ id: 'x', provider, model: 'x', api_key: 'x' });
  const context = { defaults: defaultsSchema.parse({}), remoteTimeoutMs: null, capabilities };
  return buildModel(entry, null, null, context, { problems: [], warnings: [] }).endpoint.baseUrl;
}
