import type { Endpoint, Probe } from '../../domain/model.js';
import { baseUrlWarning } from './base-url-warnings.js';
import { authFor, placeFor } from './endpoint.js';
import { jwtOf } from './jwt.js';
import type { ModelEntry } from '../schema/model-schema.js';
import { shown } from '../read/problem.js';
import type { Findings, Path, Problem } from '../read/problem.js';
import { providerAdvice } from './provider-names.js';
import { fallbackProvider, plainNames, providerFor, providers } from './providers.js';
import type { EndpointEntry } from '../schema/seed-schema.js';

/** Which probes the builtin prober can make, by provider. */
export type Capabilities = Readonly<Record<string, readonly Probe[]>>;

const inConfig = ['endpoint_configuration', 'model_config'] as const;

/** Stands for an address that is unknown because a variable is missing; nothing is ever sent there. */
const nowhere = 'http://unknown.invalid';

/** Why the builtin prober cannot ask `provider` this; null when it can. */
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

export interface Address {
  /** The provider whose dialect is spoken. */
  readonly provider: string;
  readonly endpoint: Pick<Endpoint, 'baseUrl' | 'paths' | 'auth' | 'jwt'>;
}

/** Which providers may be named. */
export interface Understood {
  /** Null where the builtin prober is not used, and any provider will do. */
  readonly capabilities: Capabilities | null;
  /** Asks a name that is unknown like OpenAI, as callers of the health API expect; in a file it is an error. */
  readonly anyProvider?: boolean;
}

/** Warns of an address that the provider's own paths are added to; configured paths may fit to any address. */
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

/** Which provider a model is, and where it is reached. */
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
  if (!preset) problems.push(...contradictions(configuration));

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
    warnings.push(...addressWarnings(entry, configuration, spoken, place.baseUrl));
  const jwt = jwtOf(config, preset ? [] : inConfig, { problems, warnings });
  const { baseUrl, paths } = place ?? { baseUrl: nowhere, paths: table.paths };
  return { provider: spoken, endpoint: { baseUrl, paths, auth: authFor(config, table), jwt } };
}
