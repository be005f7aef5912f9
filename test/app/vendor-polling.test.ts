import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { renderToString } from 'preact-render-to-string';
import { startVendorPolling } from '../../src/app/vendor-polling.js';
import { createPageReader } from '../../src/checker/vendor/page-reader.js';
import type { VendorPage } from '../../src/config/vendor-settings.js';
import { monotonicMs } from '../../src/domain/clock.js';
import type { Timers } from '../../src/domain/timers.js';
import { sideOf } from '../../src/http/shapes/vendor-shape.js';
import { VendorSection } from '../../src/page/vendor-line.js';
import { createSimulator, type RunningSimulator } from '../../src/simulator/simulator.js';
import { vendorPageFormats } from '../../src/simulator/vendor-pages.js';
import { workplace } from '../store/samples.js';

const place = workplace();
const start = Date.UTC(2026, 10, 27, 12);
const clock = { now: start, wall: () => clock.now, monotonic: () => monotonicMs(performance.now()) };
let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await createSimulator({ clock }).listen(0, '127.0.0.1');
});
afterAll(() => simulator.close());

/** Timers that run when the test says so. */
function handTimers() {
  const planned = new Set<() => void>();
  const events = new EventEmitter();
  const timers: Timers = {
    set(callback) {
      planned.add(callback);
      events.emit('planned');
      return () => planned.delete(callback);
    },
  };
  return {
    timers,
    /** Runs what is planned, and resolves when each has planned its next turn. */
    async turn() {
      const due = [...planned];
      planned.clear();
      for (const callback of due) callback();
      while (planned.size < due.length) await once(events, 'planned');
    },
  };
}

const pageAt = (url: string, changes: Partial<VendorPage> = {}): VendorPage => ({
  ...{ name: 'example', url, format: 'statuspage', link: 'https://status.example.com', models: ['gpt'] },
  ...{ only: [], ignore: ['chatgpt'] },
  ...changes,
});

function polling(page: VendorPage, { owns = true, store = place.fresh(), timeoutMs = 5_000 } = {}) {
  const { timers, turn } = handTimers();
  const lines: string[] = [];
  const log = pino({}, { write: (line) => void lines.push(line) });
  const reader = createPageReader({ clock, userAgent: 'modelpulse/test', timeoutMs, env: {} });
  const vendors = startVendorPolling({
    store,
    clock,
    log,
    version: 'test',
    owns: () => owns,
    timers,
    reader,
  });
  const follow = (one: VendorPage): void =>
    vendors.follow({ everyMs: 120_000, way: { tls: { insecure: false }, proxy: null }, pages: [one] });
  follow(page);
  return { vendors, turn, lines, store, follow };
}

const played = (format: string, name: string): string => `${simulator.url}/status-pages/${format}/${name}`;
const formatOf = (format: string) =>
  (format === 'incident_io' ? 'statuspage' : format) as VendorPage['format'];

describe('reading of status pages', () => {
  it.each(vendorPageFormats)(
    'the simulator plays an incident in the format %s, from its beginning to its end',
    async (format) => {
      clock.now = start;
      const page = pageAt(played(format, 'incident-5m-every-1h'), { format: formatOf(format) });
      const { vendors, turn, store } = polling(page);
      expect(vendors.pages()).toMatchObject([
        { page: 'example', isUp: null, readAt: null, open: [], models: 1 },
      ]);
      await turn();
      expect(vendors.ofModel('gpt')).toMatchObject({ isUp: true, word: null });
      clock.now = start + 57 * 60_000;
      await turn();
      const since = start + 55 * 60_000;
      expect(vendors.ofModel('gpt')).toMatchObject({
        isUp: true,
        word: { title: 'Elevated error rates', since },
      });
      clock.now += 120_000;
      await turn();
      clock.now = start + 61 * 60_000;
      await turn();
      expect(vendors.ofModel('gpt')?.word).toBeNull();
      expect(await store.vendorIncidents({ limit: 9 })).toMatchObject([
        { page: 'example', title: 'Elevated error rates', startedAt: since, resolvedAt: clock.now },
      ]);
      expect(vendors.ofModel('other')).toBeNull();
      await vendors.stop();
    },
  );

  it('a page that fails is unknown, never well, and is told of once', async () => {
    clock.now = start;
    for (const name of ['dead', 'moved', 'page', 'huge']) {
      const { vendors, turn, lines, follow } = polling(pageAt(played('statuspage', 'incident')));
      await turn();
      expect(vendors.ofModel('gpt')?.word).not.toBeNull();
      follow(pageAt(played('statuspage', name)));
      await turn();
      await turn();
      expect(vendors.ofModel('gpt')).toMatchObject({ isUp: false });
      expect(lines.filter((line) => line.includes('cannot be read'))).toHaveLength(1);
      // What it said holds for a while, then nobody knows.
      expect(vendors.ofModel('gpt')?.open).toHaveLength(1);
      clock.now += 10 * 60_000;
      expect(vendors.ofModel('gpt')).toMatchObject({ isUp: false, open: [], word: null });
      await vendors.stop();
    }
  });

  it('a page that hangs ends with its deadline, or with the daemon', async () => {
    const { vendors, turn } = polling(pageAt(played('statuspage', 'hang')), { timeoutMs: 50 });
    await turn();
    expect(vendors.ofModel('gpt')?.isUp).toBe(false);
    await vendors.stop();
    const other = polling(pageAt(played('statuspage', 'hang')));
    void other.turn();
    await other.vendors.stop();
  });

  it('asks only whether a page has changed, sends no credentials, and follows a redirect on its own host', async () => {
    clock.now = start;
    const asked: Record<string, unknown>[] = [];
    const server = createServer(({ url, headers }, response) => {
      asked.push({ url, ...headers });
      if (url === '/old') response.writeHead(301, { location: '/new' }).end();
      else if (headers['if-none-match'] === '"1"') response.writeHead(304).end();
      else
        response
          .writeHead(200, { etag: '"1"', 'last-modified': 'Fri, 27 Nov 2026 12:00:00 GMT' })
          .end('{"incidents":[{"id":7,"name":"Errors","status":"investigating"}]}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { vendors, turn, store } = polling(pageAt(`http://127.0.0.1:${port}/old`));
    await turn();
    clock.now += 120_000;
    await turn();
    expect(asked.map(({ url }) => url)).toEqual(['/old', '/new', '/old', '/new']);
    expect(asked[3]).toMatchObject({
      'if-none-match': '"1"',
      'if-modified-since': 'Fri, 27 Nov 2026 12:00:00 GMT',
    });
    for (const headers of asked) expect(Object.keys(headers)).not.toContain('authorization');
    // Read again without a change: it still lasts.
    expect(await store.vendorIncidents({ limit: 2 })).toMatchObject([
      { id: '7', startedAt: start, resolvedAt: null, firstSeen: start, seenAt: clock.now },
    ]);
    await vendors.stop();
    server.close();
  });

  it('an instance that does not read the page knows what another one has read', async () => {
    clock.now = start;
    const store = place.fresh();
    const page = pageAt(played('statuspage', 'incident'));
    const owner = polling(page, { store });
    const other = polling(pageAt(played('statuspage', 'dead')), { store, owns: false });
    await owner.turn();
    await other.turn();
    expect(other.vendors.ofModel('gpt')).toMatchObject({
      isUp: null,
      word: { title: 'Elevated error rates' },
    });
    clock.now += 10 * 60_000;
    await other.turn();
    expect(other.vendors.ofModel('gpt')).toMatchObject({ isUp: null, word: null });
    await Promise.all([owner.vendors.stop(), other.vendors.stop()]);
  });

  it('an incident of parts that are not the API is not shown', async () => {
    const { vendors, turn, store } = polling(pageAt(played('incident_io', 'login')));
    await turn();
    expect(vendors.ofModel('gpt')).toMatchObject({ isUp: true, open: [] });
    expect(await store.vendorIncidents({ limit: 9 })).toEqual([]);
    await vendors.stop();
  });

  it.each(vendorPageFormats)(
    'a hostile page in the format %s is bounded in the store, and escaped on the page',
    async (format) => {
      clock.now = start;
      const page = pageAt(played(format, 'hostile'), { format: formatOf(format) });
      const { vendors, turn, store } = polling(page);
      for (let index = 0; index < 4; index += 1) {
        clock.now += 120_000;
        await turn();
      }
      const stored = await store.vendorIncidents({ limit: 9_999 });
      expect(stored.length).toBeGreaterThan(0);
      expect(stored.length).toBeLessThanOrEqual(50);
      for (const { startedAt, title } of stored) {
        expect(startedAt).toBeGreaterThanOrEqual(Date.UTC(2000, 0));
        expect(startedAt).toBeLessThanOrEqual(clock.now);
        expect(title.length).toBeLessThanOrEqual(300);
      }
      const side = sideOf({ openedAt: start, closedAt: null }, { name: 'example', isUp: true }, stored);
      const html = renderToString(VendorSection({ side: { ...side, link: null }, day: start })!);
      expect(html).not.toMatch(/<script|\u202e/);
      expect(html).toContain('What the vendor says');
      await vendors.stop();
    },
  );
});
