import { describe, expect, it } from '@jest/globals';
import { noon, sampleHealth, sampleModel, sampleResult, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer } from './running-server.js';

const down = sampleHealth({ belief: 'down', state: 'unhealthy', reason: 'auth_failed' });

function views() {
  return [
    sampleView('c', { health: down }),
    sampleView('a', { model: sampleModel('a', { labels: { team: 'search', tier: 'a:b' }, slo: 0.99 }) }),
    sampleView('b', {
      model: sampleModel('b', { labels: { team: 'ads' } }),
      latest: null,
      nextDue: () => null,
    }),
  ];
}

interface List {
  items: { id: string }[];
  next_cursor: string | null;
}

const start = () => startServer(createFakeBackend({ views: views() }));

describe('GET /api/v1/models', () => {
  const ids = async (query: string): Promise<string[]> =>
    ((await (await start()).ask(`/api/v1/models${query}`)).json as List).items.map(({ id }) => id);

  it('lists all models ordered by id', async () => {
    expect(await ids('')).toEqual(['a', 'b', 'c']);
  });

  it('filters by any of several states', async () => {
    expect(await ids('?state=unhealthy')).toEqual(['c']);
    expect(await ids('?state=unhealthy&state=healthy')).toEqual(['a', 'b', 'c']);
    expect(await ids('?state=maintenance')).toEqual([]);
  });

  it('filters by all of several labels', async () => {
    expect(await ids('?label=team:search')).toEqual(['a']);
    expect(await ids('?label=team:search&label=tier:a:b')).toEqual(['a']);
    expect(await ids('?label=team:search&label=tier:x')).toEqual([]);
  });

  it('returns pages until the cursor is null', async () => {
    const { ask } = await start();
    const first = (await ask('/api/v1/models?limit=2')).json as List;
    expect(first).toMatchObject({ items: [{ id: 'a' }, { id: 'b' }], next_cursor: 'b' });
    const second = (await ask(`/api/v1/models?limit=2&cursor=${first.next_cursor ?? ''}`)).json as List;
    expect(second).toMatchObject({ items: [{ id: 'c' }], next_cursor: null });
  });

  it('yields to other work between the models of a long list', async () => {
    let turns = 0;
    const seen = new Set<number>();
    const nextDue = (): number => {
      seen.add(turns);
      return noon;
    };
    const many = Array.from({ length: 200 }, (_, index) => sampleView(`m${index}`, { nextDue }));
    const { ask } = await startServer(createFakeBackend({ views: many }));
    let timer = setImmediate(function next() {
      turns += 1;
      timer = setImmediate(next);
    });
    const { items } = (await ask('/api/v1/models?limit=200')).json as List;
    clearImmediate(timer);
    expect(items).toHaveLength(200);
    expect(seen.size).toBeGreaterThan(2);
  });
});

describe('GET /api/v1/models/{id}', () => {
  it('returns all known data, and null for unknown data', async () => {
    const { ask } = await start();
    expect((await ask('/api/v1/models/a')).json).toEqual({
      id: 'a',
      state: 'healthy',
      since: '2026-01-02T11:00:00.000Z',
      reason: 'ok',
      blame: null,
      state_probe: null,
      paused_by: null,
      acknowledged: null,
      labels: { team: 'search', tier: 'a:b' },
      provider: 'openai',
      model_name: 'gpt-4o-mini',
      slo: 0.99,
      last_check: {
        model: 'a',
        slot: '2026-01-02T11:59:00.000Z',
        started_at: '2026-01-02T11:59:00.000Z',
        outcome: 'healthy',
        reason: 'ok',
        blame: null,
        detail: null,
        http_status: 200,
        duration_seconds: 0.812,
        first_token_seconds: null,
        first_text_seconds: null,
        first_reasoning_seconds: null,
        content_seconds: null,
        gap_seconds: null,
        tokens_per_second: null,
        phases: { dns: 0.002, tcp: 0.01, first_byte: 0.7 },
        usage: { input_tokens: 14, output_tokens: 3 },
        cost: null,
        response: 'New Delhi',
        response_model: 'gpt-4o-mini-2024-07-18',
        recheck: false,
        stalled: false,
      },
      probes: [],
      api_keys: [],
      ...{ price: null, cost: null, limits: [], balances: [] },
      next_check: '2026-01-02T12:00:01.000Z',
      deadlines: [],
      notes: [],
      uptime: {
        '24h': { uptime: 0.999, coverage: 1, provider_uptime: 0.999, provider_coverage: 1 },
        '7d': { uptime: 0.999, coverage: 1, provider_uptime: 0.999, provider_coverage: 1 },
        '30d': { uptime: 0.999, coverage: 1, provider_uptime: 0.999, provider_coverage: 1 },
        '90d': { uptime: null, coverage: 0.004, provider_uptime: null, provider_coverage: 0.004 },
      },
    });
    expect((await ask('/api/v1/models/b')).json).toMatchObject({ last_check: null, next_check: null });
    expect((await ask('/api/v1/models/c')).json).toMatchObject({ reason: 'auth_failed', blame: 'account' });
  });

  it('returns the current state, also if no result has arrived since', async () => {
    const backend = createFakeBackend({ views: views() }, { now: () => noon + 90_000 });
    const { ask } = await startServer(backend);
    expect((await ask('/api/v1/models/a')).json).toMatchObject({
      state: 'unknown',
      since: '2026-01-02T12:01:00.000Z',
      reason: 'not_watched',
      blame: 'monitor',
    });
  });

  it.each([
    'a/b',
    'a%2Fb',
    'a b',
    'ü/✓',
    '?x=1',
    '#',
    '__proto__',
    '%',
    'constructor',
    '"\';--',
    '✓'.repeat(200),
  ])('finds the id %p in percent-encoded form', async (id) => {
    const { ask } = await startServer(createFakeBackend({ views: [sampleView(id)] }));
    expect((await ask(`/api/v1/models/${encodeURIComponent(id)}`)).json).toMatchObject({ id });
    expect((await ask(`/api/v1/models/${encodeURIComponent(id)}/uptime`)).json).toMatchObject({ model: id });
  });

  it.each(['nobody', '__proto__', 'constructor', 'a%00', '%2e%2e%2fetc%2fpasswd'])(
    'returns 404 for %p',
    async (id) => {
      const { ask } = await start();
      const { status, json } = await ask(`/api/v1/models/${id}`);
      expect([status, json]).toEqual([
        404,
        { message: 'no model of the registry has this id', code: 'unknown_model' },
      ]);
    },
  );
});

describe('POST /api/v1/models/{id}/check', () => {
  it('returns the result of a check', async () => {
    const asked: string[] = [];
    const result = sampleResult({ kind: 'recheck', outcome: 'unhealthy', reason: 'timeout', phases: {} });
    const checkNow = (id: string) => {
      asked.push(id);
      return Promise.resolve(result);
    };
    const { ask } = await startServer(createFakeBackend({ views: views() }, { checkNow }));
    const { json } = await ask('/api/v1/models/a/check', { method: 'POST' });
    expect(json).toMatchObject({
      model: 'a',
      reason: 'timeout',
      blame: 'provider',
      phases: null,
      recheck: true,
    });
    expect((await ask('/api/v1/models/x/check', { method: 'POST' })).status).toBe(404);
    expect(asked).toEqual(['a']);
  });

  it.each(['application/json', 'application/x-www-form-urlencoded', 'text/plain'])(
    'ignores a body of type %s',
    async (type) => {
      const backend = createFakeBackend(
        { views: views() },
        { checkNow: () => Promise.resolve(sampleResult()) },
      );
      const { ask } = await startServer(backend);
      for (const body of ['', '{']) {
        const init = { method: 'POST', body, headers: { 'content-type': type } };
        expect((await ask('/api/v1/models/a/check', init)).status).toBe(200);
      }
    },
  );
});
