import { describe, expect, it } from '@jest/globals';
import type { Glance } from '../../src/page/glance.js';
import { compareUsable } from '../../src/http/routing.js';
import type { UsableModel } from '../../src/http/shapes/routing-shape.js';
import { failing, noon, sampleHealth, sampleModel, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer, useServer } from './running-server.js';

const gold = { tier: 'gold' };
const slow = {
  state: 'degraded',
  reason: 'slow',
  lastSuccess: { outcome: 'degraded', reason: 'slow' },
} as const;
const silent = sampleHealth({ validUntil: noon - 30_000 });
const views = [
  sampleView('fine', { key: 1, model: sampleModel('fine', { labels: gold }) }),
  sampleView('broken', { key: 2, health: failing(null), model: sampleModel('broken', { labels: gold }) }),
  sampleView('slow', { key: 3, health: sampleHealth(slow), rateLimitRemaining: { requests: 7 } }),
  sampleView('quiet', { key: 4, health: silent }),
];
const p50: Readonly<Record<number, number>> = { 1: 812.4, 3: 90, 4: 10 };
/** Glances without a bar: the list needs their latency only. */
const backend = createFakeBackend(
  { views },
  {
    readLong: (question) => {
      if (question.kind !== 'glances') throw new Error('only glances were to be read');
      const glances = question.pasts.map(({ key }): Partial<Glance> => ({ at: noon, p50: p50[key] ?? null }));
      return Promise.resolve({ text: Buffer.from(JSON.stringify(glances)), before: null });
    },
  },
);

describe('/up', () => {
  const server = useServer(backend);

  it.each([
    ['/up/fine', 200, 'up healthy\n'],
    ['/up/slow', 200, 'up degraded\n'],
    ['/up/quiet', 200, 'up unknown\n'],
    ['/up/broken', 503, 'down unhealthy\n'],
    ['/up?label=tier:gold', 200, 'up 1 of 2\n'],
    ['/up?label=tier:gold&need=all', 503, 'down 1 of 2\n'],
    ['/up', 200, 'up 3 of 4\n'],
  ])('answers %s with %i and one line', async (path, status, text) => {
    const { ask } = await server();
    const answer = await ask(path);
    expect([answer.status, answer.text]).toEqual([status, text]);
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const head = await ask(path, { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([status, '']);
  });

  it.each([
    ['/up/other', 404, 'unknown_model'],
    ['/up?label=tier:iron', 404, 'unknown_model'],
    ['/up?label=tier', 400, 'bad_query'],
    ['/up?need=some', 400, 'bad_query'],
  ])('refuses %s with %i, which no router takes for up', async (path, status, code) => {
    const answer = await (await server()).ask(path);
    expect([answer.status, answer.json]).toMatchObject([status, { code }]);
  });

  it('means by unknown what the configuration says', async () => {
    const { ask } = await startServer(backend, {
      upPolicy: () => ({ unknown: 'down', maintenance: 'down', paused: 'down' }),
    });
    expect((await ask('/up/quiet')).status).toBe(503);
  });

  it.each([
    [true, 200],
    [false, 401],
  ])('asks for a token unless it is public: %s', async (publicUp, status) => {
    const access = { token: 'secret', readTokens: [], publicBadges: true, publicUp };
    const { ask } = await startServer(backend, { access: () => access });
    for (const path of ['/up/fine', '/up']) {
      expect((await ask(path)).status).toBe(status);
      expect((await ask(path, { headers: { authorization: 'Bearer secret' } })).status).toBe(200);
    }
    expect((await ask('/api/v1/routing')).status).toBe(401);
  });
});

describe('/api/v1/routing', () => {
  it('lists the usable models, best first, and answers 304 to who has the list', async () => {
    const { ask } = await startServer(backend);
    const answer = await ask('/api/v1/routing');
    expect(answer.headers.get('cache-control')).toBe('private, max-age=5');
    const { items } = answer.json as { items: UsableModel[] };
    expect(items.map(({ id, state, p50: median }) => [id, state, median])).toEqual([
      ['fine', 'healthy', 0.812],
      ['slow', 'degraded', 0.09],
      ['quiet', 'unknown', 0.01],
    ]);
    expect(items[1]).toMatchObject({ provider: 'openai', headroom: { requests: 7, tokens: null } });
    const etag = answer.headers.get('etag') ?? '';
    const again = await ask('/api/v1/routing', { headers: { 'if-none-match': etag } });
    expect([again.status, again.text]).toEqual([304, '']);
    const other = await ask('/api/v1/routing?label=tier:gold', { headers: { 'if-none-match': etag } });
    expect((other.json as { items: UsableModel[] }).items.map(({ id }) => id)).toEqual(['fine']);
    expect((await ask('/api/v1/routing?limit=1')).json).toEqual({ items: [items[0]] });
  });

  it('prefers state, then latency, then what is left of the rate limit, then the id', () => {
    const usable = (id: string, changes: Partial<UsableModel>): UsableModel => ({
      ...{ id, state: 'healthy', since: '', provider: '', model_name: '', labels: {}, p50: 1 },
      headroom: { requests: null, tokens: null },
      ...changes,
    });
    const best = [
      usable('e', { p50: 0.5 }),
      usable('d', { headroom: { requests: 9, tokens: null } }),
      usable('c', { headroom: { requests: 0, tokens: null } }),
      usable('f', {}),
      usable('g', {}),
      usable('b', { p50: null }),
      usable('a', { state: 'degraded', p50: 0.1 }),
    ];
    expect([...best].reverse().sort(compareUsable)).toEqual(best);
  });
});
