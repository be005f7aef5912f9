import { withoutTrailingSlashes } from '../../domain/address.js';
import type { Endpoint } from '../../domain/model.js';
import type { Provider } from './providers.js';
import type { ModelConfigEntry } from '../schema/seed-schema.js';

function withSlash(path: string): string {
  return path === '' || path.startsWith('/') ? path : `/${path}`;
}

function hostText(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** An address without the default port of its scheme. */
function baseAddress({
  scheme = 'https',
  host = '',
  port,
  base_path: base = '',
}: NonNullable<ModelConfigEntry['endpoint']>): string {
  const implied = port === undefined || port === { http: 80, https: 443 }[scheme];
  return withoutTrailingSlashes(
    `${scheme}://${hostText(host)}${implied ? '' : `:${port}`}${withSlash(base)}`,
  );
}

type Place = Pick<Endpoint, 'baseUrl' | 'paths'>;

/**
 * Resolves `endpoint_url`: either a prefix, or the whole URL of the chat path, with or without a query. For a provider
 * without a chat path, it is the whole URL.
 */
function placeOf(address: string, paths: Endpoint['paths']): Place {
  const url = new URL(address);
  const whole = `${url.pathname}${url.search}`;
  if (paths.chat === '') {
    const bare = withoutTrailingSlashes(url.pathname);
    return { baseUrl: `${url.origin}${bare}`, paths: { ...paths, chat: whole.slice(bare.length) } };
  }
  if (whole.endsWith(paths.chat)) {
    return { baseUrl: withoutTrailingSlashes(`${url.origin}${whole.slice(0, -paths.chat.length)}`), paths };
  }
  if (url.search !== '') return { baseUrl: url.origin, paths: { ...paths, chat: whole } };
  return { baseUrl: withoutTrailingSlashes(`${url.origin}${url.pathname}`), paths };
}

/** The address and paths of a configuration, completed from its provider; null when neither has an address. */
export function placeFor(config: ModelConfigEntry, provider: Provider): Place | null {
  const given = config.paths ?? {};
  const paths = {
    chat: withSlash(given.chat ?? provider.paths.chat),
    ...(given.vision !== undefined && { vision: withSlash(given.vision) }),
    completions: withSlash(given.completions ?? provider.paths.completions),
    embeddings: withSlash(given.embeddings ?? provider.paths.embeddings),
    responses: withSlash(given.responses ?? provider.paths.responses),
    models: withSlash(given.models ?? provider.paths.models),
  };
  if (config.endpoint_url !== undefined) return placeOf(config.endpoint_url, paths);
  if (config.endpoint?.host !== undefined) return { baseUrl: baseAddress(config.endpoint), paths };
  return provider.baseUrl === null ? null : { baseUrl: provider.baseUrl, paths };
}

/** The header for a token, whatever header the provider uses for keys. */
export const bearer = { headerName: 'Authorization', headerPrefix: 'Bearer' };

/** The header for a key or token, and its prefix. */
export function authFor(
  { auth_data: given, model_auth_type: type }: ModelConfigEntry,
  provider: Provider,
): Endpoint['auth'] {
  const usual = type === 'jwt' ? bearer : provider;
  const named = given?.header_name !== undefined;
  const prefix = given?.header_prefix ?? (named ? '' : usual.headerPrefix);
  return {
    headerName: given?.header_name ?? usual.headerName,
    prefix: prefix === '' || given?.space_after_prefix === false ? prefix : `${prefix.trimEnd()} `,
  };
}

/** The keys of a configuration, in the order of rotation; none where a token replaces them. */
export function keysOf(config: ModelConfigEntry): string[] {
  if (config.model_auth_type === 'jwt') return [];
  const keys = [...(config.apikeys ?? []), config.apikey ?? '', config.model_api_key ?? ''];
  return [...new Set(keys.filter((key) => key !== ''))];
}
