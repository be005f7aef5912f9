import { withoutTrailingSlashes } from '../../domain/address.js';
import type { Path } from '../../config/read/problem.js';
import { isObject } from '../../domain/json.js';
import {
  headerParts,
  isPlaceholder,
  withoutSecrets,
  type Draft,
  type Drafted,
  type Drafting,
} from './drafting.js';
import { foreignMap, mapTexts, type ForeignMap } from './foreign-map.js';
import { bedrockRegion, bedrockRoutes, litellmProviders, type LitellmProvider } from './litellm-providers.js';
import { probeOf, purposeByMode, purposeByName } from './model-use.js';
import { isUsualAddress, providerAt } from './providers-by-host.js';
import { timeoutOf } from './times.js';

const ofTraffic = 'it is about the traffic of the proxy, of which a check is one request';
const ofParams: Readonly<Record<string, string>> = {
  tpm: ofTraffic,
  max_parallel_requests: ofTraffic,
  weight: ofTraffic,
  order: ofTraffic,
  stream_timeout: 'see `slow.first_token`',
  max_retries: 'a check is one request; see `confirm.failures`',
  num_retries: 'a check is one request; see `confirm.failures`',
  tags: 'write it as `labels`',
  aws_session_name: 'modelpulse takes no role of AWS; write the keys of one that may call the model',
  aws_role_name: 'modelpulse takes no role of AWS; write the keys of one that may call the model',
  aws_profile_name: 'modelpulse reads no profile of AWS; write its keys',
  vertex_credentials:
    'modelpulse reads no credentials of Google: set the variable to an access token, or write `${file:...}` with a file that something renews',
  azure_ad_token: 'write it as `custom_headers`, key Authorization',
  tenant_id: 'write a token request as `model_jwt_config`',
  client_id: 'write a token request as `model_jwt_config`',
  client_secret: 'write a token request as `model_jwt_config`',
};
const sections: Readonly<Record<string, string>> = {
  general_settings:
    'a setting of the proxy; `modelpulse discover` writes a registry that checks through the proxy',
  router_settings: 'the proxy decides by it which deployment gets a request; modelpulse asks each of them',
  litellm_settings: 'a setting of the proxy',
  guardrails: 'modelpulse asks the models without them',
  include: 'import that file too',
  mcp_servers: 'no models',
};
/** Options of a request that some models need, or that change how they answer. */
const options = ['temperature', 'top_p', 'seed', 'reasoning_effort', 'thinking', 'extra_body'] as const;

function providerIn(params: ForeignMap, model: string): { readonly prefix: string; readonly name: string } {
  const custom = params.text('custom_llm_provider');
  const [first = '', ...others] = model.split('/');
  if (others.length > 0 && Object.hasOwn(litellmProviders, first))
    return { prefix: first, name: others.join('/') };
  if (custom !== null) return { prefix: custom, name: model };
  if (others.length > 0) return { prefix: first, name: others.join('/') };
  if (/^claude/i.test(model)) return { prefix: 'anthropic', name: model };
  if (/^command/i.test(model)) return { prefix: 'cohere', name: model };
  return { prefix: 'openai', name: model };
}

/** The address of a Vertex AI project, which answers in the form of OpenAI. */
function vertexAddress(params: ForeignMap, { references, placeOf }: Drafting): string {
  const or = (key: string, variable: string): string =>
    params.text(key) ?? references.variable(variable, placeOf(params.path));
  const project = or('vertex_project', 'VERTEXAI_PROJECT');
  const location = or('vertex_location', 'VERTEXAI_LOCATION');
  const host = location === 'global' ? '' : `${location}-`;
  return `https://${host}aiplatform.googleapis.com/v1/projects/${project}/locations/${location}/endpoints/openapi`;
}

/** `ACCESS_KEY_ID:SECRET_ACCESS_KEY[:SESSION_TOKEN]`, or the key of Bedrock that AWS names. */
function bedrockKey(params: ForeignMap, name: string, { references, placeOf, secret }: Drafting): string {
  const part = (key: string): string | null => {
    const text = params.text(key);
    return text === null ? null : secret(text, `${name}_${key}`, params.at(key));
  };
  const [id, key, token] = [
    part('aws_access_key_id'),
    part('aws_secret_access_key'),
    part('aws_session_token'),
  ];
  if (id !== null && key !== null) return token === null ? `${id}:${key}` : `${id}:${key}:${token}`;
  const variable = (one: string): string => references.variable(one, placeOf(params.path));
  return `${variable('AWS_ACCESS_KEY_ID')}:${variable('AWS_SECRET_ACCESS_KEY')}`;
}

interface Address {
  readonly provider: string;
  readonly model: string;
  readonly base_url?: string | undefined;
  readonly region?: string | undefined;
  readonly api_version?: string | undefined;
}

/** The provider and address of a deployment; a text says why it has none. */
function addressOf(
  known: LitellmProvider,
  prefix: string,
  name: string,
  params: ForeignMap,
  drafting: Drafting,
): Address | string {
  const given = params.text('api_base') ?? params.text('base_url');
  const version = params.text('api_version') ?? undefined;
  if (prefix.startsWith('vertex_ai')) {
    if (!/^gemini|^google\//.test(name))
      return 'of Vertex AI only the models of Google have an API that modelpulse can ask';
    return {
      provider: known.provider,
      model: name.replace(/^(?:google\/)?/, 'google/'),
      base_url: vertexAddress(params, drafting),
    };
  }
  if (known.provider === 'bedrock') {
    const bare = name.replace(bedrockRoutes, '');
    const [, region] = bedrockRegion.exec(bare) ?? [];
    const model = bare.replace(bedrockRegion, '');
    return {
      provider: 'bedrock',
      model,
      region: params.text('aws_region_name') ?? region,
      base_url: given ?? undefined,
    };
  }
  const fallback =
    known.base === undefined
      ? known.baseUrl
      : drafting.references.variable(known.base, drafting.placeOf(params.path));
  const base = withoutTrailingSlashes(given ?? fallback ?? '').replace(/\/chat\/completions$/, '');
  const isOther = base !== '' && providerAt(base) !== known.provider;
  const provider = isOther ? (known.elsewhere ?? known.provider) : known.provider;
  if (base === '' && known.provider === 'openai_compatible') return 'has no `api_base`';
  const url = base === '' || isUsualAddress(provider, base) ? undefined : base;
  return {
    provider,
    model: name,
    base_url: url,
    ...(provider === 'azure_openai' && { api_version: version }),
  };
}

function keyOf(
  known: LitellmProvider,
  params: ForeignMap,
  name: string,
  isServer: boolean,
  drafting: Drafting,
): string | undefined {
  const key = params.text('api_key');
  if (known.provider === 'bedrock' && key === null) return bedrockKey(params, name, drafting);
  if (key !== null)
    return isPlaceholder(key) ? undefined : drafting.secret(key, `${name}_API_KEY`, params.at('api_key'));
  return known.key === undefined || isServer
    ? undefined
    : drafting.references.variable(known.key, drafting.placeOf(params.path));
}

function deploymentOf(
  given: unknown,
  path: Path,
  credentials: ReadonlyMap<string, object>,
  drafting: Drafting,
): Draft | null {
  const { note } = drafting;
  const deployment = foreignMap(given, path);
  const group = deployment.text('model_name') ?? '';
  const written = deployment.take('litellm_params');
  const shared = isObject(written) ? credentials.get(String(written.litellm_credential_name)) : undefined;
  const params = foreignMap(
    { ...shared, ...(isObject(written) && written) },
    deployment.at('litellm_params'),
  );
  const info = deployment.inside('model_info');
  const model = params.text('model') ?? '';
  if (shared !== undefined) params.take('litellm_credential_name');
  const refuse = (message: string): null => {
    note(path, `${group === '' ? 'the model' : group}: ${message}`);
    return null;
  };
  if (model === '') return refuse('names no model in litellm_params.model');
  if (`${group}${model}`.includes('*'))
    return refuse(
      'a wildcard names no model that could be asked; `modelpulse discover` on the proxy lists those that there are',
    );
  const { prefix, name } = providerIn(params, model);
  const known = Object.hasOwn(litellmProviders, prefix) ? litellmProviders[prefix] : undefined;
  if (known === undefined) return refuse(`provider ${prefix} has an API that modelpulse cannot ask`);
  const purpose =
    purposeByMode(info.take('mode')) ??
    (known.completion ? purposeByMode('completion') : null) ??
    purposeByName(name);
  if (purpose.use === null)
    return refuse(`is for ${purpose.other ?? 'something'}, which modelpulse cannot ask`);
  const address = addressOf(known, prefix, name, params, drafting);
  if (typeof address === 'string') return refuse(address);
  const id = group === '' ? name : group;
  const isServer = address.provider.endsWith('_compatible') && known.elsewhere !== undefined;
  const apiKey = keyOf(known, params, id, isServer, drafting);
  const extra = headerParts(params.take('extra_headers'), params.at('extra_headers'), id, drafting);
  const organization = params.text('organization');
  const headers = [
    ...extra.customHeaders,
    ...(organization === null ? [] : [{ key: 'OpenAI-Organization', value: organization }]),
  ];
  const asked = Object.fromEntries(
    options
      .map((key) => [key, params.take(key)] as const)
      .filter(([, value]) => value !== undefined && value !== null),
  );
  const { extra_body: body, ...plain } = asked;
  const request = withoutSecrets({ ...plain, ...(isObject(body) && body) }, params.path, id, drafting.secret);
  const most = params.number('max_tokens');
  const rate = params.number('rpm');
  const timeout = params.number('timeout');
  const used = info.text('id');
  for (const key of params.rest()) note(params.at(key), ofParams[key] ?? 'modelpulse has no such setting');
  for (const key of info.rest()) note(info.at(key), 'modelpulse has no place for it');
  for (const key of deployment.rest()) note(deployment.at(key), 'modelpulse has no place for it');
  return {
    name: id,
    path,
    comments:
      purpose.guess && purpose.use !== 'chat'
        ? [`probe ${purpose.use} is a guess by the name: the source has no model_info.mode.`]
        : [],
    entry: {
      ...address,
      api_key: apiKey ?? extra.apiKey ?? undefined,
      ...(headers.length > 0 && { custom_headers: headers }),
      probe: probeOf(purpose.use),
      ...(purpose.use !== 'embeddings' && most !== null && { max_tokens: most }),
      ...(timeout !== null && { timeout: timeoutOf(timeout * 1_000) }),
      ...(rate !== null && { rate_per_min: rate }),
      ...(purpose.use !== 'embeddings' &&
        isObject(request) &&
        Object.keys(request).length > 0 && { default_request_options: request }),
      labels: { ...(group !== '' && { model_group: group }), ...(used !== null && { deployment: used }) },
    },
  };
}

/** The deployments of a configuration of the LiteLLM proxy. */
export function draftLitellm(given: unknown, drafting: Drafting): Drafted {
  const { references, note, placeOf } = drafting;
  const value = mapTexts(given, (text, path) => {
    const [, name] = /^os\.environ\/(\w+)$/.exec(text) ?? [];
    return name === undefined ? text : references.variable(name, placeOf(path));
  });
  const main = foreignMap(value, []);
  const credentials = new Map<string, object>();
  for (const one of main.list('credential_list'))
    if (isObject(one) && isObject(one.credential_values))
      credentials.set(String(one.credential_name), one.credential_values);
  const models = main
    .list('model_list')
    .flatMap((one, index) => deploymentOf(one, ['model_list', index], credentials, drafting) ?? []);
  const settings = main.inside('litellm_settings');
  const timeout = timeoutOf((settings.number('request_timeout') ?? Number.NaN) * 1_000);
  for (const key of settings.rest()) note(settings.at(key), 'a setting of the proxy');
  for (const key of ['router_settings', 'general_settings'] as const) {
    const section = main.inside(key);
    for (const member of section.rest()) note(section.at(member), sections[key] ?? '');
  }
  const variables = main.inside('environment_variables');
  for (const key of variables.rest())
    note(variables.at(key), 'set it in the environment of modelpulse where a model refers to it');
  for (const key of main.rest()) note([key], sections[key] ?? 'modelpulse has no such section');
  return { models, ...(timeout !== undefined && { defaults: { timeout } }) };
}
