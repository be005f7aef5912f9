import { withoutTrailingSlashes } from '../../domain/address.js';
import type { Endpoint, Jwt, Probe } from '../../domain/model.js';
import { shown, type Findings, type Path, type Problem } from '../read/problem.js';
import type { ModelEntry } from '../schema/model-schema.js';
import type { EndpointEntry, ModelConfigEntry } from '../schema/seed-schema.js';
import { authFor, placeFor } from './endpoint.js';
import { providerAdvice } from './provider-names.js';
import { fallbackProvider, plainNames, providerFor, providers } from './providers.js';
import { addAll } from '../../domain/list.js';

/** Probes that the builtin prober supports, by provider. */
export type Capabilities = Readonly<Record<string, readonly Probe[]>>;

const inConfig = ['endpoint_configuration', 'model_config'] as const;

/** Placeholder for an address with a missing variable; no request is ever sent there. */
const nowhere = 'http://unknown.invalid';

/** Why the builtin prober does not support this probe for `provider`; null when it does. */
function incapable(provider: string, probe: Probe, capabilities: Capabilities): string | null {
  const own = Object.hasOwn(capabilities, provider) ? (capabilities[provider] ?? []) : [];
  if (own.includes(probe)) return null;
  const refusal = `"${provider}" cannot be asked "${probe}" by the builtin prober`;
  if (own.length > 0) return `${refusal}; it can be asked: ${own.join(', ')}`;
  const able = Object.keys(capabilities).filter((name) => capabilities[name]?.includes(probe));
  return `${refusal}; these can: ${able.length > 0 ? able.join(', ') : 'none'}`;
}

function contradictions({ model_config: config }: EndpointEntry): { path: Path; message: string }[] {
  if (config.endpoint === undefined) return [];
  if (config.endpoint_url !== undefined) {
    return [{ path: [...inConfig, 'endpoint_url'], message: 'cannot stand beside "endpoint"' }];
  }
  return config.endpoint.host === undefined
    ? [{ path: [...inConfig, 'endpoint', 'host'], message: 'is required' }]
    : [];
}

interface Address {
  /** The provider whose dialect is used. */
  readonly provider: string;
  readonly endpoint: Pick<Endpoint, 'baseUrl' | 'paths' | 'auth' | 'jwt'>;
}

/** Providers that are allowed. */
export interface Understood {
  /** Null in remote mode, where any provider is allowed. */
  readonly capabilities: Capabilities | null;
  /** Treats an unknown provider like OpenAI, as callers of the health API expect; in a file it is an error. */
  readonly anyProvider?: boolean;
}

/** Warns of an address that the provider's own paths do not fit; not with configured paths, which may fit any address. */
function addressWarnings(
  entry: ModelEntry,
  { model_config: config }: EndpointEntry,
  provider: string,
  address: string,
): Problem[] {
  const preset = entry.endpoint_configuration === undefined;
  const own = preset ? entry.base_url === undefined : config.endpoint?.host === undefined;
  if (own || (!preset && (config.paths !== undefined || config.endpoint_url !== undefined))) return [];
  const message = baseUrlWarning(provider, address);
  const key = config.endpoint?.base_path === undefined ? 'host' : 'base_path';
  const path: Path = preset ? ['base_url'] : [...inConfig, 'endpoint', key];
  return message === null ? [] : [{ path, message }];
}

/** The provider of a model, and its address. */
export function addressOf(
  entry: ModelEntry,
  configuration: EndpointEntry,
  probe: Probe,
  { capabilities, anyProvider }: Understood,
  { problems, warnings }: Findings,
): Address {
  const config = configuration.model_config;
  const preset = entry.endpoint_configuration === undefined;
  const at: Path = preset ? ['provider'] : [...inConfig, 'model_provider'];
  if (!preset) addAll(problems, contradictions(configuration));

  const name = config.model_provider ?? fallbackProvider;
  const known = Object.hasOwn(providers, name);
  const plain = plainNames.has(name);
  const table = providerFor(name, {
    ...entry,
    model: configuration.model_name ?? '',
    address: config.endpoint_url ?? config.endpoint?.base_path ?? entry.base_url,
  });
  const place = placeFor(config, table);
  if (place === null && (known || plain) && (!preset || entry.provider !== undefined)) {
    const manner = plain ? `, which has no address of its own and is asked like ${fallbackProvider}` : '';
    problems.push({
      path: preset ? ['base_url'] : [...inConfig, 'endpoint'],
      message: `is required for provider "${name}"${manner}`,
    });
  }
  // In remote mode the health API may know it.
  const refused = !known && !plain && (place === null || (capabilities !== null && anyProvider !== true));
  if (refused)
    problems.push({ path: at, message: `${shown(name)} is not a known provider; ${providerAdvice(name)}` });

  const spoken = known || capabilities === null ? name : fallbackProvider;
  if (place !== null && plain && spoken !== name) {
    const message = `"${name}" has no API of its own, and is asked like ${fallbackProvider}`;
    warnings.push({ path: at, message });
  }
  if (place !== null && capabilities !== null && !refused) {
    const message = incapable(spoken, probe, capabilities);
    if (message !== null)
      problems.push({ path: (capabilities[spoken]?.length ?? 0) > 0 ? ['probe'] : at, message });
  }
  if (place !== null && !refused)
    addAll(warnings, addressWarnings(entry, configuration, spoken, place.baseUrl));
  const jwt = jwtOf(config, preset ? [] : inConfig, { problems, warnings });
  const { baseUrl, paths } = place ?? { baseUrl: nowhere, paths: table.paths };
  return { provider: spoken, endpoint: { baseUrl, paths, auth: authFor(config, table), jwt } };
}

/** API paths that are appended to an address; not `/models`, since some addresses end in it. */
const apiPaths =
  /\/(?:chat\/completions|completions|embeddings|responses|messages|v2\/chat|v2\/embed|api\/chat|api\/generate|api\/embed)$/;

/** Addresses without a path that serve the API nevertheless. */
const served: ReadonlySet<string> = new Set(['api.deepseek.com', 'api.perplexity.ai']);

/** Providers with self-hosted servers, whose API is below `/v1`. */
const belowV1: ReadonlySet<string> = new Set([
  'openai',
  'openai_compatible',
  'anthropic',
  'anthropic_compatible',
]);

/** The first segment of the provider's chat path, which an address must not end in; null when it has only one. */
function firstStep(chat: string): string | null {
  const steps = /^(\/[^/{}?]+)\/[^?]/.exec(chat);
  return chat.startsWith('/chat/') ? null : (steps?.[1] ?? null);
}

/**
 * A warning for an address that the provider's own paths are appended to; null without one. `address` is absolute,
 * without a query. The message does not repeat it, since it may come from a secret.
 */
function baseUrlWarning(provider: string, address: string): string | null {
  const known = Object.hasOwn(providers, provider) ? providers[provider] : undefined;
  const chat = known?.paths.chat ?? '';
  // Without a path of the provider's own, the address is the whole URL.
  if (known === undefined || chat === '') return null;
  const url = new URL(address);
  const path = withoutTrailingSlashes(url.pathname);

  const [whole] = apiPaths.exec(path) ?? [];
  if (whole !== undefined)
    return `ends in "${whole}", a path of the API, which is added to it: leave the path out`;
  if (provider === 'ollama' && path === '/v1')
    return 'ends in "/v1", which is where Ollama serves OpenAI\'s API: leave "/v1" out, or write provider "openai_compatible"';
  const own =
    known.baseUrl === null
      ? ''
      : withoutTrailingSlashes(new URL(known.baseUrl.replace('{region}', 'x')).pathname);
  const step = firstStep(chat);
  if (step !== null && (path === step || path === own + step))
    return `ends in "${step}", with which the paths of the API begin: leave it out`;

  if (path !== '' || served.has(url.hostname)) return null;
  if (belowV1.has(provider)) return 'has no path, and most servers of this API have it below "/v1"';
  const isOwnHost = known.baseUrl !== null && own !== '' && new URL(known.baseUrl).hostname === url.hostname;
  return isOwnHost ? `has no path, and this provider has its API below "${own}"` : null;
}

/** How the token that replaces a key is fetched; null unless `model_auth_type` is `jwt`. `at` is the place of both members. */
function jwtOf(
  { model_auth_type: type, model_jwt_config: given }: ModelConfigEntry,
  at: Path,
  { problems, warnings }: Findings,
): Jwt | null {
  const configured: Path = [...at, 'model_jwt_config'];
  if (type !== 'jwt') {
    if (given !== undefined)
      warnings.push({ path: configured, message: 'has no effect without model_auth_type: jwt', at: 'key' });
    return null;
  }
  if (given?.jwt_url === undefined) {
    const message = 'is required by model_auth_type: jwt';
    problems.push({ path: given === undefined ? configured : [...configured, 'jwt_url'], message });
    return null;
  }
  const { jwt_method: method = 'POST', jwt_url: url, jwt_body: body } = given;
  if (method === 'GET' && body !== undefined)
    warnings.push({ path: [...configured, 'jwt_body'], message: 'has no effect with GET', at: 'key' });
  return {
    method,
    url,
    headers: Object.fromEntries((given.jwt_headers ?? []).map(({ key, value }) => [key, value])),
    body: method === 'GET' ? null : (body ?? null),
    responseKey: given.jwt_response_key ?? null,
  };
}
