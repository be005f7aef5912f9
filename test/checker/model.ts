import type { Model } from '../../src/domain/model.js';

type Changes = Partial<Omit<Model, 'endpoint'>> & { readonly endpoint?: Partial<Model['endpoint']> };

/** The question of the model-health API, for entries whose provider always gives its answer. */
export const fixedQuestion = { query: 'What is the capital of India?', expect: { contains: 'New Delhi' } };

/** A model of the registry as the seed has it, at another address. */
export function modelAt(baseUrl: string, { endpoint, ...changes }: Changes = {}): Model {
  return {
    id: 'mixtral',
    labels: {},
    slo: null,
    pause: false,
    renameFrom: null,
    provider: 'openai_compatible',
    modelName: 'mistralai/Mixtral-8x7B-Instruct-v0.1',
    hostingType: 'External',
    endpoint: {
      baseUrl,
      paths: {
        chat: '/chat/completions',
        completions: '/completions',
        embeddings: '/embeddings',
        responses: '/responses',
        models: '/models',
      },
      auth: { headerName: 'Authorization', prefix: 'Bearer ' },
      apiKeys: ['sk-test-1234567890abcdef'],
      jwt: null,
      region: null,
      headers: {},
      tls: { insecure: false },
      proxy: null,
      ...endpoint,
    },
    probe: 'chat',
    query: 'What is the capital of India?',
    systemPrompt: null,
    maxTokens: null,
    requestOptions: {},
    custom: null,
    expect: { contains: ['New Delhi'] },
    timeoutMs: 5_000,
    slow: { durationMs: 20_000, firstTokenMs: 5_000 },
    schedule: { kind: 'every', everyMs: 60_000 },
    confirm: { failures: 2, recheckAfterMs: 10_000, successes: 2 },
    ratePerMin: null,
    tokensPerDay: null,
    outcomes: {},
    loadingGraceMs: 600_000,
    missingSecret: null,
    endpointConfiguration: {},
    ...changes,
  };
}
