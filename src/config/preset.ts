import type { ModelEntry } from './model-schema.js';
import { fallbackProvider, providerFor } from './providers.js';
import type { EndpointEntry } from './seed-schema.js';

/** The seed's `endpoint` of an address. */
function endpointMember(address: string) {
  const url = new URL(address);
  const scheme = url.protocol === 'http:' ? 'http' : 'https';
  return {
    scheme,
    host: url.hostname,
    port: url.port === '' ? { http: 80, https: 443 }[scheme] : Number(url.port),
    base_path: url.pathname.replace(/\/+$/, ''),
  } as const;
}

/** A preset as the `endpoint_configuration` it stands for; a preset without an address has no `endpoint`. */
export function expandPreset(entry: ModelEntry): EndpointEntry {
  const name = entry.provider ?? fallbackProvider;
  const provider = providerFor(name, {
    model: entry.model ?? '',
    apiVersion: entry.api_version,
    region: entry.region,
  });
  const address = entry.base_url ?? provider.baseUrl;
  const keys = entry.api_keys ?? (entry.api_key === undefined ? [] : [entry.api_key]);
  return {
    testing_for: 'foundationModels',
    model_name: entry.model,
    model_config: {
      model_provider: name,
      hosting_type: 'External',
      input_modalities: ['text'],
      output_modalities: ['text'],
      endpoint: address === null ? undefined : endpointMember(address),
      paths: { ...provider.paths },
      auth_data: {
        header_name: provider.headerName,
        header_prefix: provider.headerPrefix,
        space_after_prefix: provider.headerPrefix !== '',
      },
      apikeys: keys.filter((key) => key !== ''),
      custom_headers: entry.custom_headers,
      custom_payload: entry.custom_payload,
      custom_response_format: entry.custom_response_format,
      default_request_options: entry.default_request_options,
    },
  };
}
