import { withoutTrailingSlashes } from '../../domain/address.js';
import type { Probe } from '../../domain/model.js';
import { bearer } from './endpoint.js';
import type { ModelEntry } from '../schema/model-schema.js';
import { modalitiesOf } from './modality.js';
import { fallbackProvider, providerFor } from './providers.js';
import type { EndpointEntry } from '../schema/seed-schema.js';

/** The seed's `endpoint` for an address. */
function endpointMember(address: string) {
  const url = new URL(address);
  const scheme = url.protocol === 'http:' ? 'http' : 'https';
  return {
    scheme,
    host: url.hostname,
    port: url.port === '' ? { http: 80, https: 443 }[scheme] : Number(url.port),
    base_path: withoutTrailingSlashes(url.pathname),
  } as const;
}

/** Expands a preset with the probe `probe` to its `endpoint_configuration`; without `endpoint` when it has no address. */
export function expandPreset(entry: ModelEntry, probe: Probe): EndpointEntry {
  const name = entry.provider ?? fallbackProvider;
  const provider = providerFor(name, {
    model: entry.model ?? '',
    apiVersion: entry.api_version,
    region: entry.region,
    address: entry.base_url,
  });
  const address = entry.base_url ?? provider.baseUrl;
  // Without a path of the provider's own, the address is the whole URL, and a trailing slash belongs to it.
  const whole = provider.paths.chat === '';
  const keys = entry.api_keys ?? (entry.api_key === undefined ? [] : [entry.api_key]);
  const { headerName, headerPrefix } = entry.model_auth_type === 'jwt' ? bearer : provider;
  return {
    testing_for: 'foundationModels',
    model_name: entry.model,
    model_config: {
      model_provider: name,
      hosting_type: 'External',
      input_modalities: entry.input_modalities ?? modalitiesOf(probe),
      output_modalities: ['text'],
      endpoint: address === null || whole ? undefined : endpointMember(address),
      endpoint_url: whole ? entry.base_url : undefined,
      paths: { ...provider.paths },
      auth_data: {
        header_name: headerName,
        header_prefix: headerPrefix,
        space_after_prefix: headerPrefix !== '',
      },
      model_auth_type: entry.model_auth_type,
      model_jwt_config: entry.model_jwt_config,
      apikeys: keys.filter((key) => key !== ''),
      custom_headers: entry.custom_headers,
      custom_payload: entry.custom_payload,
      custom_response_format: entry.custom_response_format,
      default_request_options: entry.default_request_options,
    },
  };
}
