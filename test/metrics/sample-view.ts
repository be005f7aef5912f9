import {
  createBuckets,
  durationBounds,
  observeStream,
  streamBuckets,
  type ModelView,
} from '../../src/domain/view.js';
import type { Exclusion } from '../../src/domain/exclusion.js';
import { newHealth, type Health } from '../../src/domain/health.js';
import type { Model } from '../../src/domain/model.js';
import { notSent, type RecordedResult } from '../../src/domain/result.js';
import { slotOf } from '../../src/domain/time.js';

export const noon = Date.UTC(2026, 0, 2, 12);

export function sampleModel(id: string, changes: Partial<Model> = {}): Model {
  return {
    id,
    labels: {},
    slo: null,
    pause: false,
    renameFrom: null,
    provider: 'openai',
    modelName: 'gpt-4o-mini',
    hostingType: 'external',
    endpoint: {
      baseUrl: 'https://api.openai.com/v1',
      paths: { chat: '/chat/completions', completions: '/', embeddings: '/', responses: '/', models: '/' },
      auth: { headerName: 'Authorization', prefix: 'Bearer ' },
      apiKeys: ['sk-secret'],
      headers: {},
      tls: { insecure: false },
      proxy: null,
      jwt: null,
      region: null,
    },
    probe: 'chat',
    query: 'What is the capital of India?',
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
    ...changes,
  };
}

/** Memory of a model seen first a day before noon that is in `state` since an hour before noon. */
export function sampleHealth(changes: Partial<Health> = {}): Health {
  return {
    ...newHealth(noon - 86_400_000),
    belief: 'up',
    lastSuccess: { outcome: 'healthy', reason: 'ok' },
    validUntil: noon + 60_000,
    settled: noon - 60_000,
    state: 'healthy',
    since: noon - 3_600_000,
    reason: 'ok',
    ...changes,
  };
}

/** Memory of a model that is unhealthy since ten minutes before noon; `detail` is that of its first failure. */
export function failing(detail: string | null): Health {
  const from = noon - 600_000;
  const run = {
    kind: 'failure',
    count: 10,
    from,
    reason: 'server_error',
    detail,
    points: [],
    said: [],
  } as const;
  return sampleHealth({
    belief: 'down',
    state: 'unhealthy',
    since: from,
    reason: 'server_error',
    run: { ...run, validUntil: noon + 60_000 },
    incident: {
      openedAt: from,
      closedAt: null,
      reason: 'server_error',
      blame: 'provider',
      checksFailed: 10,
      lastDetail: 'HTTP 500, request 10',
    },
  });
}

export function excluded(from: number, to: number): Exclusion {
  return { id: from, from, to, reason: 'a test', createdAt: from };
}

export function sampleResult(changes: Partial<RecordedResult> = {}): RecordedResult {
  return {
    ...notSent(noon - 60_000, 'ok', 'healthy', null),
    durationMs: 812.4567,
    httpStatus: 200,
    phases: { dns: 1.5, tcp: 10, first_byte: 700 },
    usage: { inputTokens: 14, outputTokens: 3 },
    response: 'New Delhi',
    responseModel: 'gpt-4o-mini-2024-07-18',
    slot: slotOf(noon - 60_000),
    kind: 'scheduled',
    maintenance: false,
    ...changes,
  };
}

export function sampleView(id: string, changes: Partial<ModelView> = {}): ModelView {
  const uptime = { uptime: 0.999, coverage: 1 };
  const health = changes.health ?? sampleHealth();
  return {
    key: 1,
    model: sampleModel(id),
    pausedBy: null,
    health,
    stored: health,
    ...{ cost: null, monthCost: null, headroom: {} },
    exclusions: [],
    probes: [],
    acknowledged: null,
    latest: sampleResult(),
    latestConclusive: { reason: 'ok' },
    lastSuccess: noon - 60_000,
    results: [{ outcome: 'healthy', reason: 'ok', count: 60 }],
    inputTokens: 840,
    outputTokens: 180,
    cost: null,
    monthCost: null,
    headroom: {},
    versionChanges: 0,
    tokensToday: { day: Math.floor(noon / 86_400_000), tokens: 500 },
    durations: createBuckets(durationBounds),
    firstTokens: null,
    throughput: null,
    gaps: null,
    rateLimitRemaining: {},
    certificateExpiresAt: null,
    ...{ announced: null, notes: [] },
    keys: [],
    uptime: { '24h': uptime, '7d': uptime, '30d': uptime, '90d': { uptime: null, coverage: 0.004 } },
    providerUptime: { '24h': uptime, '7d': uptime, '30d': uptime, '90d': { uptime: null, coverage: 0.004 } },
    errorBudget: null,
    nextDue: () => noon + 1_000,
    ...changes,
  };
}

/** What is counted of a stream after one answer of which everything is known. */
export function observedStream() {
  const buckets = streamBuckets(sampleModel('a', { probe: 'chat_stream' }));
  observeStream(buckets, {
    ...sampleResult(),
    firstTokenMs: 300,
    usage: { inputTokens: 9, outputTokens: 31 },
    speed: { firstTextMs: 300, firstReasoningMs: null, contentMs: 1_000, gapMs: 60 },
  });
  return buckets;
}
