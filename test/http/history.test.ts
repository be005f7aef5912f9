import { describe, expect, it } from '@jest/globals';
import { slotOf } from '../../src/domain/time.js';
import { sampleHealth, noon, sampleResult, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer } from './running-server.js';

const hour = 3_600_000;
const points = [
  { from: noon - 24 * hour, state: 'unknown', reason: null },
  { from: noon - 20 * hour, state: 'healthy', reason: 'ok' },
  { from: noon - 10 * hour, state: 'unhealthy', reason: 'timeout' },
  { from: noon - 8 * hour, state: 'maintenance', reason: null },
  { from: noon - 6 * hour, state: 'degraded', reason: 'slow' },
] as const;
const health = sampleHealth({ state: 'degraded', reason: 'slow', since: noon - 6 * hour });
const outcomes = ['healthy', 'healthy', 'degraded', 'unhealthy', 'unknown'] as const;
const results = outcomes.map((outcome, index) =>
  sampleResult({ outcome, slot: slotOf(noon - (index + 1) * hour) }),
);

const start = (now = noon) =>
  startServer(
    createFakeBackend(
      { views: [sampleView('a', { health })], points: [...points], results },
      { now: () => now },
    ),
  );

describe('uptime', () => {
  it('is weighted by time, with coverage, counts and latency', async () => {
    const { ask } = await start();
    expect((await ask('/api/v1/models/a/uptime')).json).toEqual({
      model: 'a',
      from: '2026-01-01T12:00:00.000Z',
      to: '2026-01-02T12:00:00.000Z',
      uptime: 16 / 18,
      coverage: 18 / 22,
      provider_uptime: 16 / 18,
      provider_coverage: 18 / 22,
      unhealthy_by_blame: { provider: 7200, account: 0, config: 0, network: 0, monitor: 0, none: 0 },
      seconds: { healthy: 36_000, degraded: 21_600, unhealthy: 7200, unknown: 14_400, maintenance: 7200 },
      checks: { total: 5, healthy: 2, degraded: 1, unhealthy: 1, unknown: 1 },
      cost: null,
      uptime_by_checks: 0.75,
      latency_seconds: { p50: 1.291, p95: 1.291, p99: 1.291 },
      first_token_seconds: { p50: null, p95: null },
      tokens_per_second: { p5: null, p50: null, p95: null },
      gap_seconds: { p50: null, p95: null },
      resolution: 'hour',
    });
  });

  it('clips a window to watched and past time', async () => {
    const { ask } = await start();
    const whole = { from: '2026-01-01T12:00:00.000Z', to: '2026-01-02T12:00:00.000Z' };
    expect((await ask('/api/v1/models/a/uptime?window=30d')).json).toMatchObject(whole);
    expect((await ask('/api/v1/models/a/uptime?from=2020-01-01&to=2099-01-01')).json).toMatchObject(whole);
  });

  it.each(['from=2020-01-01&to=2020-02-01', 'from=2099-01-01&to=2099-02-01'])(
    'is null, with null coverage, for a window outside (%s)',
    async (window) => {
      const { ask } = await start();
      const { json } = await ask(`/api/v1/models/a/uptime?${window}`);
      expect(json).toMatchObject({ uptime: null, coverage: null, uptime_by_checks: null });
      expect((json as { from: string; to: string }).from).toBe((json as { to: string }).to);
    },
  );

  it('accepts ISO times with offset, dates and Unix seconds', async () => {
    const { ask } = await start();
    const expected = { from: '2026-01-02T00:00:00.000Z', to: '2026-01-02T06:00:00.000Z' };
    for (const from of [
      '2026-01-02',
      '2026-01-02T00:00:00',
      '2026-01-02T01:00%2B01:00',
      '2026-01-02T01:00+0100',
    ]) {
      expect((await ask(`/api/v1/models/a/uptime?from=${from}&to=1767333600`)).json).toMatchObject(expected);
    }
  });
});

describe('timeline', () => {
  it('covers the window without gaps, and has an open end', async () => {
    const { ask } = await start();
    expect((await ask('/api/v1/models/a/timeline?window=9h')).json).toEqual({
      from: '2026-01-02T03:00:00.000Z',
      to: '2026-01-02T12:00:00.000Z',
      items: [
        {
          from: '2026-01-02T03:00:00.000Z',
          to: '2026-01-02T04:00:00.000Z',
          state: 'unhealthy',
          reason: 'timeout',
        },
        {
          from: '2026-01-02T04:00:00.000Z',
          to: '2026-01-02T06:00:00.000Z',
          state: 'maintenance',
          reason: null,
        },
        { from: '2026-01-02T06:00:00.000Z', to: null, state: 'degraded', reason: 'slow' },
      ],
      next_cursor: null,
    });
  });

  it('shows time without results as unknown', async () => {
    const { ask } = await start(noon + 10 * 60_000);
    const { items } = (await ask('/api/v1/models/a/timeline')).json as { items: unknown[] };
    expect(items.at(-1)).toEqual({
      from: '2026-01-02T12:01:00.000Z',
      to: null,
      state: 'unknown',
      reason: 'not_watched',
    });
  });

  it('ends at the end of a past window', async () => {
    const { ask } = await start();
    const { json } = await ask('/api/v1/models/a/timeline?from=2026-01-02T07:00:00Z&to=2026-01-02T08:00:00Z');
    expect(json).toMatchObject({
      items: [{ from: '2026-01-02T07:00:00.000Z', to: '2026-01-02T08:00:00.000Z' }],
    });
  });

  it('returns the same intervals page by page', async () => {
    const { ask } = await start();
    interface Page {
      items: unknown[];
      next_cursor: string | null;
    }
    const whole = (await ask('/api/v1/models/a/timeline')).json as Page;
    const paged: unknown[] = [];
    for (let cursor: string | null = '0'; cursor !== null;) {
      const page = (await ask(`/api/v1/models/a/timeline?limit=2&cursor=${cursor}`)).json as Page;
      paged.push(...page.items);
      cursor = page.next_cursor;
    }
    expect(paged).toEqual(whole.items);
    expect(paged).toHaveLength(5);
  });
});
