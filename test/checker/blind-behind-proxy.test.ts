import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { identity, modelsOn, monitor, opened, provider, proxy, reasonsOf } from './network.js';
import { everythingIsHere } from './probing.js';
import { completion, listenHttps } from './server.js';
import { type Loss } from './uplink.js';
import { inFull, some } from '../slow.js';

const hosts = ['a.test', 'b.test', 'c.test'];

describe('a proxy without a way out', () => {
  const ways: readonly (readonly [string, string, Loss, boolean])[] = [
    ['https', 'http', 'refuses', false],
    ['https', 'http', 'refuses', true],
    ['https', 'http', 'hangs', true],
    ['https', 'http', 'closes', false],
    ['https', 'http', 'opens', false],
    ['https', 'http', 'bumps', false],
    ['https', 'http', 'bumps', true],
    ['https', 'http', 'bumps late', false],
    ['https', 'http', 'cuts', false],
    ['https', 'http', 'mitmproxy', false],
    ['https', 'http', 'zscaler', false],
    ['https', 'https', 'refuses', false],
    ['http', 'http', 'refuses', false],
    ['http', 'http', 'refuses', true],
    ['http', 'http', 'hangs', false],
    ['http', 'http', 'hangs', true],
    ['http', 'http', 'closes', true],
    ['http', 'https', 'refuses', false],
  ];
  it.each(some(ways, 2))(
    'for %s, by a proxy of %s that %s, makes no model red from the first check to the return (reuse: %s)',
    async (scheme, proxied, how, reuse) => {
      const [way, server] = [await proxy(proxied === 'https'), await provider(scheme)];
      const through = `${proxied}://u:hidden-word@model.test:${way.port}`;
      const models = modelsOn(hosts, server.port, {
        scheme,
        through,
        timeoutMs: how === 'bumps late' ? 6_000 : 2_000,
      });
      const { all, up, sights } = monitor({ models, reuse, lookup: everythingIsHere });
      expect(reasonsOf(await all())).toEqual(['ok', 'ok', 'ok']);
      way.lose(how);
      const lost = [...(await all()), ...(await all())];
      expect(lost).toEqual(
        lost.map(() => expect.objectContaining({ outcome: 'unknown', reason: 'no_connectivity' }) as unknown),
      );
      expect(JSON.stringify(lost)).not.toContain('hidden-word');
      // A test of the connectivity may be running still.
      while (up() !== false) await wait(20);
      way.restore();
      expect(reasonsOf(await all())).toEqual(['ok', 'ok', 'ok']);
      expect(up()).toBe(true);
      const name = new URL(through).host;
      expect(sights).toMatchObject([
        { blind: true, proxy: name },
        { blind: false, proxy: name },
      ]);
    },
    20_000,
  );

  it.each(some(['refuses', 'bumps'] as const, 1))(
    'is the failure of those that it cannot reach while it reaches one (%s)',
    async (how) => {
      const [way, server] = [await proxy(), await provider('https')];
      const models = modelsOn(hosts, server.port, { through: `http://127.0.0.1:${way.port}` });
      const { all, up, sights } = monitor({ models });
      way.lose(how, (target) => !target.startsWith('c.'));
      const results = await all();
      expect(reasonsOf(results)).toEqual(['connect_error', 'connect_error', 'ok']);
      expect(results[0]!.detail).toContain(`the proxy 127.0.0.1:${way.port} answered 503`);
      expect(up()).toBe(true);
      expect(sights).toEqual([]);
    },
  );

  inFull.each(['closes the connection', 'does not reply'])(
    'is not at fault for one host while the others answer checks, but to a request without a key one %s',
    async (how) => {
      const way = await proxy();
      const answer = (request: IncomingMessage, response: ServerResponse): void => {
        if (request.method !== 'HEAD') response.end(completion('New Delhi'));
        else if (how === 'closes the connection') request.socket.destroy();
      };
      const server = await opened(listenHttps(identity(), answer));
      const through = `http://127.0.0.1:${way.port}`;
      const { all, up } = monitor({ models: modelsOn(hosts, server.port, { through, timeoutMs: 8_000 }) });
      expect(reasonsOf(await all())).toEqual(['ok', 'ok', 'ok']);
      way.lose('refuses', (target) => target.startsWith('a.'));
      expect(reasonsOf(await all())).toEqual(['connect_error', 'ok', 'ok']);
      expect(up()).toBe(true);
    },
  );

  inFull.each([
    ['bumps', 443],
    ['bumps', 5432],
    ['bumps late', 443],
    ['cuts', 443],
  ] as const)(
    'and looks into TLS (%s) is seen to be without one beside a target at port %i as well',
    async (how, port) => {
      const [way, server] = [await proxy(), await provider('https')];
      const through = `http://127.0.0.1:${way.port}`;
      const models = modelsOn(hosts, server.port, { through, timeoutMs: 6_000 });
      const { all, up } = monitor({ models, targets: [`tcp://t.test:${port}`] });
      way.lose(how);
      expect(reasonsOf([...(await all()), ...(await all())]).slice(3)).toEqual([
        'no_connectivity',
        'no_connectivity',
        'no_connectivity',
      ]);
      expect(up()).toBe(false);
    },
    20_000,
  );

  it('cannot be told from a failure of one or two hosts, which keep theirs', async () => {
    const [way, server] = [await proxy(), await provider('https')];
    const through = `http://127.0.0.1:${way.port}`;
    const { all, up } = monitor({ models: modelsOn(hosts.slice(1), server.port, { through }) });
    way.lose('refuses');
    const results = await all();
    expect(results).toMatchObject([{ outcome: 'unhealthy' }, { outcome: 'unhealthy' }]);
    expect(results[0]!.detail).toBe(
      `the proxy 127.0.0.1:${way.port} answered 503 to CONNECT: ERR_CONNECT_FAIL 101`,
    );
    expect(up()).toBeNull();
  });

  it('is blindness behind it alone: a model without a proxy is judged, and that others answer does not hide it', async () => {
    const [way, server] = [await proxy(), await provider('http')];
    const behind = modelsOn(hosts, server.port, { scheme: 'http', through: `http://127.0.0.1:${way.port}` });
    const near = modelsOn(['127.0.0.1', '127.0.0.2'], server.port, { scheme: 'http', through: null });
    const { all, up, sights } = monitor({ models: [...behind, ...near] });
    expect(reasonsOf(await all())).toEqual(['ok', 'ok', 'ok', 'ok', 'connect_error']);
    way.lose('refuses');
    const blind = 'no_connectivity';
    expect(reasonsOf(await all())).toEqual([blind, blind, blind, 'ok', 'connect_error']);
    expect(up()).toBe(true);
    expect(sights).toMatchObject([{ blind: true, proxy: `127.0.0.1:${way.port}` }]);
  });

  it('may be dead itself, which the other ways do not hide', async () => {
    const [way, server] = [await proxy(), await provider('http')];
    const behind = modelsOn(hosts, server.port, { scheme: 'http', through: `http://127.0.0.1:${way.port}` });
    const near = modelsOn(['127.0.0.1'], server.port, { scheme: 'http', through: null });
    const { all } = monitor({ models: [...behind, ...near] });
    await way.close();
    const results = await all();
    expect(reasonsOf(results)).toEqual(['no_connectivity', 'no_connectivity', 'no_connectivity', 'ok']);
    expect(results[0]!.detail).toContain(`the proxy 127.0.0.1:${way.port}: connect ECONNREFUSED`);
  });

  inFull('with a certificate that is refused is as good as none', async () => {
    const [way, server] = [await proxy(true), await provider('https')];
    const through = `https://other.test:${way.port}`;
    for (const scheme of ['https', 'http']) {
      const models = modelsOn(hosts, server.port, { scheme, through });
      const { all } = monitor({ models, lookup: everythingIsHere });
      const results = await all();
      expect(reasonsOf(results)).toEqual(['no_connectivity', 'no_connectivity', 'no_connectivity']);
      expect(results[0]!.detail).toContain(`tls_error: the proxy other.test:${way.port}: `);
    }
  });

  inFull('makes nothing of a check that began before it was back', async () => {
    const [way, server] = [await proxy(), await provider('https')];
    const models = modelsOn(hosts, server.port, {
      through: `http://127.0.0.1:${way.port}`,
      timeoutMs: 3_000,
    });
    const { checked, all } = monitor({ models });
    await all();
    way.lose('refuses');
    expect(reasonsOf(await all())).toEqual(['no_connectivity', 'no_connectivity', 'no_connectivity']);
    way.lose('hangs', (target) => target.startsWith('a.'));
    const hanging = checked(models[0]!);
    expect((await checked(models[1]!)).reason).toBe('ok');
    way.restore();
    expect((await hanging).reason).toBe('no_connectivity');
  });

  it('is looked at once a second at most, by sixteen requests without the key', async () => {
    const [way, server] = [await proxy(), await provider('http')];
    const many = Array.from({ length: 20 }, (_, index) => `h${index}.test`);
    const through = `http://127.0.0.1:${way.port}`;
    const { all } = monitor({ models: modelsOn(many, server.port, { scheme: 'http', through }) });
    await all();
    way.lose('refuses');
    way.asked.length = 0;
    const started = performance.now();
    await all();
    const looks = way.asked.filter((line) => line.startsWith('HEAD '));
    expect(looks.length).toBeGreaterThan(0);
    expect(looks.length).toBeLessThanOrEqual(16 * (1 + Math.floor((performance.now() - started) / 1_000)));
    expect(looks.every((line) => /^HEAD http:\/\/h\d+\.test:\d+\/$/.test(line))).toBe(true);
  });
});

describe('targets in a network with a proxy', () => {
  /** A network in which only the proxy finds names; it is in the variables, or in the models. */
  async function network(named: 'env' | 'model', more: { targets: string[]; noProxy?: string }) {
    const [way, server] = [await proxy(), await provider('https')];
    const address = `http://127.0.0.1:${way.port}`;
    const models = modelsOn(['a.test'], server.port, { through: named === 'model' ? address : null });
    const variables = { HTTPS_PROXY: address, NO_PROXY: more.noProxy ?? '' };
    const targets = more.targets.map((target) => target.replace('PORT', String(server.port)));
    const watched = monitor({ models, targets, ...(named === 'env' && { env: variables }) });
    return { way, server, ...watched };
  }

  it.each(['env', 'model'] as const)(
    'are tried through that of the %s, which shows it to be blind even for a single model',
    async (named) => {
      const { way, all, up, sights } = await network(named, { targets: ['tcp://far.test:PORT'] });
      expect(reasonsOf(await all())).toEqual(['ok']);
      way.lose('refuses', (target) => target.startsWith('a.'));
      expect(reasonsOf(await all())).toEqual(['connect_error']);
      expect(up()).toBe(true);
      expect(sights).toEqual([]);
      way.lose('refuses');
      expect(reasonsOf(await all())).toEqual(['no_connectivity']);
      expect(up()).toBe(false);
      expect(way.asked.every((line) => line.startsWith('CONNECT '))).toBe(true);
    },
  );

  it('say nothing of a proxy where NO_PROXY exempts them, and are tried directly', async () => {
    const { way, all, up } = await network('env', {
      targets: ['tcp://127.0.0.1:PORT'],
      noProxy: '127.0.0.1',
    });
    way.lose('refuses');
    expect(reasonsOf(await all())).toEqual(['connect_error']);
    expect(up()).toBe(true);
    expect(way.asked.filter((line) => line.includes('127.0.0.1'))).toEqual([]);
  });

  it('are asked for in plain HTTP at port 80, to which proxies open no tunnel', async () => {
    const { way, all } = await network('env', { targets: ['tcp://far.test:80'] });
    way.lose('refuses');
    expect(reasonsOf(await all())).toEqual(['no_connectivity']);
    expect(way.asked).toContain('HEAD http://far.test/');
    expect(way.asked).not.toContain('CONNECT far.test:80');
  });
});
