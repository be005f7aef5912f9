import { providerFor } from '../../config/model/providers.js';
import type { Model, Probe } from '../../domain/model.js';

/** The address of a model of which only a reply is known: no host has such a name. */
const nowhere = 'https://endpoint.invalid';

/**
 * The model behind a reply that somebody else got: nothing is known of its question, so nothing is expected of its answer, and
 * it has the defaults of the configuration.
 */
export function foreignModel(provider: string, modelName: string, probe: Probe): Model {
  const { paths, headerName } = providerFor(provider, { model: modelName });
  return {
    id: 'reply',
    labels: {},
    slo: null,
    pause: false,
    renameFrom: null,
    provider,
    modelName,
    hostingType: 'External',
    endpoint: {
      baseUrl: nowhere,
      paths,
      auth: { headerName, prefix: '' },
      apiKeys: [],
      region: null,
      jwt: null,
      headers: {},
      tls: { insecure: false },
      proxy: null,
    },
    probe,
    query: '',
    systemPrompt: null,
    maxTokens: null,
    requestOptions: {},
    custom: null,
    expect: {},
    timeoutMs: 30_000,
    slow: { durationMs: null, firstTokenMs: null },
    schedule: { kind: 'every', everyMs: 60_000 },
    confirm: { failures: 2, recheckAfterMs: 10_000, successes: 2 },
    ratePerMin: null,
    tokensPerDay: null,
    outcomes: {},
    loadingGraceMs: 600_000,
    missingSecret: null,
    endpointConfiguration: {},
  };
}
