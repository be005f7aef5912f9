import type { StatePoint } from '../../src/domain/state.js';
import type { ModelView } from '../../src/domain/view.js';
import { createFakeBackend } from '../http/fake-backend.js';
import { startServer, type Running } from '../http/running-server.js';
import {
  failing,
  noon,
  sampleHealth,
  sampleModel,
  sampleResult,
  sampleView,
} from '../metrics/sample-view.js';
import type { MonitorView } from '../../src/page/monitor-view.js';
import type { Backend } from '../../src/http/port.js';
import type { ServerOptions } from '../../src/http/server.js';

const hour = 3_600_000;
const day = 24 * hour;

/** A past with an outage, a slow day, a gap and a window. */
const points: readonly StatePoint[] = [
  { from: noon - 80 * day, state: 'healthy', reason: 'ok' },
  { from: noon - 60 * day, state: 'unhealthy', reason: 'server_error' },
  { from: noon - 60 * day + 5 * hour, state: 'healthy', reason: 'ok' },
  { from: noon - 40 * day, state: 'degraded', reason: 'slow' },
  { from: noon - 39 * day, state: 'healthy', reason: 'ok' },
  { from: noon - 20 * day, state: 'unknown', reason: 'not_watched' },
  { from: noon - 18 * day, state: 'healthy', reason: 'ok' },
  { from: noon - 9 * day, state: 'maintenance', reason: null },
  { from: noon - 8 * day, state: 'healthy', reason: 'ok' },
];

interface Cast {
  readonly id: string;
  readonly name?: string;
  readonly provider?: string;
  readonly team?: string;
  readonly state?: 'healthy' | 'unhealthy' | 'degraded' | 'unknown' | 'none';
  readonly reason?:
    'server_error' | 'auth_failed' | 'slow' | 'timeout' | 'no_connectivity' | 'quota_exhausted';
  readonly detail?: string;
}

const cast: readonly Cast[] = [
  { id: 'gpt-4o', provider: 'openai', team: 'search', state: 'unhealthy', reason: 'server_error' },
  { id: 'gpt-4o-mini', provider: 'openai', team: 'search', state: 'unhealthy', reason: 'server_error' },
  { id: 'claude-sonnet', provider: 'anthropic', team: 'chat', state: 'unhealthy', reason: 'auth_failed' },
  { id: 'mistral-large', provider: 'mistral', team: 'chat', state: 'degraded', reason: 'slow' },
  { id: 'llama-70b', provider: 'groq', team: 'batch', state: 'unknown', reason: 'no_connectivity' },
  { id: 'command-r', provider: 'cohere', team: 'batch', state: 'none' },
  { id: 'gemini-flash', provider: 'gemini', team: 'search' },
  { id: 'نموذج-عربي', provider: 'openai', team: 'search' },
  { id: 'embedding', provider: 'openai', team: 'batch' },
  { id: 'qwen-max', provider: 'alibaba', team: 'batch' },
];

/** One model in a state. */
export function castView(actor: Cast, index: number): ModelView {
  const { id, state = 'healthy', reason = 'server_error', detail = 'HTTP 500, an error inside' } = actor;
  const model = sampleModel(id, {
    modelName: actor.name ?? id,
    ...(actor.provider === undefined ? {} : { provider: actor.provider }),
    labels: actor.team === undefined ? {} : { team: actor.team },
    slo: 0.995,
  });
  const common = { key: index + 1, model };
  const since = noon - (index + 1) * 17 * 60_000;
  if (state === 'healthy') return sampleView(id, common);
  if (state === 'none') return sampleView(id, { ...common, latest: null, nextDue: () => noon + 12_000 });
  const latest = sampleResult({ outcome: state, reason, detail, response: null });
  const health =
    state === 'unhealthy'
      ? { ...failing(detail), since, reason }
      : sampleHealth({ state, reason, since, belief: state === 'degraded' ? 'up' : 'none' });
  return sampleView(id, { ...common, health, stored: health, latest });
}

/** A server whose clock stands still, with these models; the usual cast without any. */
export function serveScene(
  views: readonly ModelView[] = cast.map(castView),
  changes: {
    readonly monitor?: Partial<MonitorView>;
    readonly backend?: Partial<Backend>;
    readonly options?: Partial<ServerOptions>;
  } = {},
): Promise<Running> {
  const plain = createFakeBackend();
  const backend = createFakeBackend(
    { views: [...views], points: [...points] },
    {
      monitor: async () => ({ ...(await plain.monitor()), ...changes.monitor }),
      ...changes.backend,
    },
  );
  return startServer(backend, changes.options);
}
