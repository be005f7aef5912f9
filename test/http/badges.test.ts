import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { latencyBadge, stateBadge, uptimeBadge } from '../../src/http/routes/badge-routes.js';
import { percentDown } from '../../src/domain/uptime.js';
import { sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer } from './running-server.js';
import { inFull } from '../slow.js';

describe('badge text', () => {
  it.each([
    [1, 1, null, '100.00%', 'brightgreen'],
    [0.999999, 1, null, '99.99%', 'brightgreen'],
    [0.985, 1, null, '98.50%', 'yellow'],
    [0.97, 1, null, '97.00%', 'red'],
    [0.97, 1, 0.95, '97.00%', 'brightgreen'],
    [1, 0.8, null, '100.00% (80% watched)', 'brightgreen'],
    [null, 0.005, null, 'unknown', 'lightgrey'],
    [null, null, null, 'unknown', 'lightgrey'],
  ])(
    'for uptime %p with coverage %p and objective %p is %s in %s',
    (uptime, coverage, slo, message, color) => {
      expect(uptimeBadge({ uptime, coverage }, slo)).toEqual({ message, color });
    },
  );

  it('is the state or the 95th percentile of latency', () => {
    expect(stateBadge('maintenance')).toEqual({ message: 'maintenance', color: 'blue' });
    expect(latencyBadge(new Map([[80, 1]])).message).toMatch(/^\d+ ms$/);
    expect(latencyBadge(new Map([[110, 1]])).message).toMatch(/^\d+\.\d\d s$/);
    expect(latencyBadge(new Map([[150, 1]])).message).toMatch(/^\d+\.\d\d s$/);
    expect(latencyBadge(new Map()).message).toBe('unknown');
  });

  it('never overstates uptime, and shows 100 % only without any downtime', () => {
    const years = 5 * 365 * 86_400_000;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: years }), fc.integer({ min: 0, max: years }), (known, bad) => {
        fc.pre(bad <= known);
        const uptime = (known - bad) / known;
        const shown = Number(percentDown(uptime).replace('%', ''));
        expect(shown).toBeLessThanOrEqual(uptime * 100 + 1e-9);
        expect(shown).toBeGreaterThan(uptime * 100 - 0.0101);
        expect(shown === 100).toBe(bad === 0);
      }),
    );
  });
});

describe('GET badge.svg', () => {
  const view = sampleView('a');
  const serve = () =>
    startServer(
      createFakeBackend({
        views: [view],
        points: [{ from: view.stored.firstSeen, state: 'healthy', reason: 'ok' }],
      }),
    );

  it.each([
    ['', 'uptime 30d'],
    ['?window=month:2026-01&timezone=Europe/Berlin', 'uptime 2026-01'],
    ['?window=36h', 'uptime 36h'],
    ['?show=latency&window=7d', 'latency p95 7d'],
    ['?show=state', 'a: healthy'],
  ])('%s returns an image with the text %s', async (query, text) => {
    const { ask } = await serve();
    const { status, headers, text: svg } = await ask(`/api/v1/models/a/badge.svg${query}`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
    expect(headers.get('cache-control')).toBe('max-age=60');
    expect(svg).toMatch(/^<svg /);
    expect(svg).toContain(text);
  });

  it('escapes its text', async () => {
    const { ask } = await serve();
    const label = '<script>alert(1)</script>"&';
    const { text } = await ask(`/api/v1/models/a/badge.svg?label=${encodeURIComponent(label)}`);
    expect(text).not.toContain('<script');
    expect(text).toContain('&lt;script&gt;');
  });

  it.each([
    ['?show=all', 'show: must be one of uptime, state, latency'],
    ['?label=%01', 'label: must be 1 to 100 characters, none of them a control character'],
    ['?label=', 'label: must be 1 to 100 characters, none of them a control character'],
    ['?timezone=UTC', 'timezone: only together with a window such as month:2026-10'],
    ['?timezone=Mars/Base', 'timezone: must be the name of a time zone, such as Europe/Berlin'],
  ])('%s is rejected', async (query, message) => {
    const { ask } = await serve();
    const { status, json } = await ask(`/api/v1/models/a/badge.svg${query}`);
    expect([status, json]).toEqual([400, { code: 'bad_query', message }]);
  });

  it('is not cached if it could not be generated', async () => {
    const { ask } = await serve();
    const { status, headers } = await ask('/api/v1/models/nobody/badge.svg');
    expect([status, headers.get('cache-control')]).toEqual([404, 'no-store']);
  });

  inFull('reads the store for one badge at a time, and answers 503 when over 1,000 wait', async () => {
    const backend = createFakeBackend({ views: [view] });
    const { durations } = backend.store;
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    let reading = 0;
    let most = 0;
    const { url } = await startServer({
      ...backend,
      store: {
        ...backend.store,
        async durations(...query) {
          reading += 1;
          most = Math.max(most, reading);
          await held;
          reading -= 1;
          return durations(...query);
        },
      },
    });
    // No address has so many connections.
    const asked = Array.from({ length: 1_001 }, async (_each, index) => {
      const asking = get(`${url}/api/v1/models/a/badge.svg`, {
        agent: false,
        localAddress: `127.0.0.${2 + (index % 2)}`,
      });
      const [{ statusCode }] = (await once(asking, 'response')) as [IncomingMessage];
      // The refused one is the first to be answered.
      goOn();
      asking.destroy();
      return statusCode;
    });
    const statuses = await Promise.all(asked);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1_000);
    expect(statuses.filter((status) => status === 503)).toHaveLength(1);
    expect(most).toBe(1);
  });
});
