import { describe, expect, it } from '@jest/globals';
import { HttpError } from '../../src/http/http-error.js';
import { slotOf } from '../../src/domain/time.js';
import { noon, sampleHealth, sampleResult, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer } from './running-server.js';

const hour = 3_600_000;
const points = [
  { from: noon - 24 * hour, state: 'healthy', reason: 'ok' },
  { from: noon - 1.5 * hour, state: 'unhealthy', reason: 'timeout' },
] as const;
const health = sampleHealth({ firstSeen: noon - 24 * hour });
const data = {
  views: [sampleView('a', { health })],
  points: [...points],
  results: [sampleResult({ slot: slotOf(noon - hour), outcome: 'unhealthy', reason: 'timeout' })],
};
const start = () => startServer(createFakeBackend(data));

interface Series {
  step: number;
  items: { from: string; to: string }[];
}

describe('series', () => {
  it('has buckets at multiples of the step, and clips the first and the last', async () => {
    const { ask } = await start();
    const nothing = { p50: null, p95: null, p99: null };
    const none = { total: 0, healthy: 0, degraded: 0, unhealthy: 0, unknown: 0 };
    const seconds = { healthy: 0, degraded: 0, unhealthy: 0, unknown: 0, maintenance: 0 };
    const rest = {
      ...{ latency_seconds: nothing, speed: null, cost: null },
      tokens: { input: 0, output: 0 },
    };
    const query = 'from=2026-01-02T10:15:00Z&to=2026-01-02T11:20:00Z&step=30m';
    expect((await ask(`/api/v1/models/a/series?${query}`)).json).toEqual({
      model: 'a',
      from: '2026-01-02T10:15:00.000Z',
      to: '2026-01-02T11:20:00.000Z',
      currency: null,
      step: 1800,
      resolution: 'exact',
      items: [
        {
          from: '2026-01-02T10:15:00.000Z',
          to: '2026-01-02T10:30:00.000Z',
          seconds: { ...seconds, healthy: 900 },
          checks: none,
          ...rest,
        },
        {
          from: '2026-01-02T10:30:00.000Z',
          to: '2026-01-02T11:00:00.000Z',
          seconds: { ...seconds, unhealthy: 1800 },
          checks: none,
          ...rest,
        },
        {
          from: '2026-01-02T11:00:00.000Z',
          to: '2026-01-02T11:20:00.000Z',
          seconds: { ...seconds, unhealthy: 1200 },
          checks: { ...none, total: 1, unhealthy: 1 },
          ...rest,
        },
      ],
      next_cursor: null,
    });
  });

  it.each([
    ['window=1h', 60],
    ['', 300],
    ['window=12h', 300],
    ['window=24h&step=90', 90],
    ['window=24h&step=2h', 7200],
    ['from=2025-12-01', 300],
  ])('for %j has a step of %d s', async (query, step) => {
    const { ask } = await start();
    expect(((await ask(`/api/v1/models/a/series?${query}`)).json as Series).step).toBe(step);
  });

  it('has longer steps for longer windows', async () => {
    const chosen: number[] = [];
    for (const days of [7, 30, 90, 365, 1825]) {
      const firstSeen = noon - days * 24 * hour;
      const views = [sampleView('a', { health: sampleHealth({ firstSeen }) })];
      const { ask } = await startServer(createFakeBackend({ ...data, views }));
      const series = (await ask(`/api/v1/models/a/series?window=${days}d`)).json as Series;
      expect(series.items.length).toBeLessThanOrEqual(400);
      chosen.push(series.step / 3600);
    }
    expect(chosen).toEqual([1, 6, 6, 24, 168]);
  });

  it.each([
    ['step=0', 'step: must be a duration such as 5m, or seconds; at least 1s'],
    ['step=500ms', 'step: must be a duration such as 5m, or seconds; at least 1s'],
    ['step=soon', 'step: must be a duration such as 5m, or seconds; at least 1s'],
    ['step=1s', 'step: 1s makes 86400 buckets of this window; at most 10000 are allowed, so at least 9s'],
    ['from=2026-01-02&to=2026-01-01', 'from: must be before to'],
  ])('rejects %s with a message', async (query, message) => {
    const { ask } = await start();
    const { status, json } = await ask(`/api/v1/models/a/series?${query}`);
    expect([status, json]).toEqual([400, { message, code: 'bad_query' }]);
  });

  it('accepts the smallest step suggested by the error', async () => {
    const { ask } = await start();
    const { items } = (await ask('/api/v1/models/a/series?step=9s')).json as Series;
    expect(items).toHaveLength(9600);
  });

  it('is empty for a window before the model was seen', async () => {
    const { ask } = await start();
    const { json } = await ask('/api/v1/models/a/series?from=2020-01-01&to=2020-02-01');
    expect((json as Series).items).toEqual([]);
  });

  it('returns an error if too many requests are waiting', async () => {
    const readLong = () => Promise.reject(new HttpError(503, 'busy', 'try again soon'));
    const { ask } = await startServer({ ...createFakeBackend(data), readLong });
    const { status, json } = await ask('/api/v1/models/a/series');
    expect([status, json]).toEqual([503, { message: 'try again soon', code: 'busy' }]);
  });

  it('returns 404 for an unknown model', async () => {
    const { ask } = await start();
    expect((await ask('/api/v1/models/b/series')).status).toBe(404);
  });
});
