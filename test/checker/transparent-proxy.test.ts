import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { identity, modelsOn, monitor, opened, reasonsOf } from './network.js';
import { eachAtItsOwn } from './probing.js';
import { completion, listenHttp, listenHttps } from './server.js';
import { intercepting } from './uplink.js';
import { inFull, some } from '../slow.js';

const hosts = ['a.test', 'b.test', 'c.test'];

describe('a proxy that nobody configured', () => {
  /** A machine that answers for all hosts: their providers, or a proxy that looks into TLS. */
  async function network(scheme: 'http' | 'https', names: readonly string[], target?: 'target', afterMs = 0) {
    let lost: (host: string) => { status: number; headers: Record<string, string> } | null = () => null;
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      request.resume();
      const loss = lost(String(request.headers.host));
      if (loss === null) response.end(completion('New Delhi'));
      else setTimeout(() => response.writeHead(loss.status, loss.headers).end('<html>ERROR</html>'), afterMs);
    };
    const everywhere = '0.0.0.0';
    const server = await opened(
      scheme === 'http' ? listenHttp(answer, everywhere) : listenHttps(identity(), answer, everywhere),
    );
    const models = modelsOn(names, server.port, { scheme, through: null, timeoutMs: 6_000 });
    const targets = target === undefined ? {} : { targets: [`tcp://t.test:${server.port}`] };
    const watched = monitor({ models, lookup: eachAtItsOwn, ...targets });
    return { ...watched, lose: (how: typeof lost) => (lost = how) };
  }

  const losses = [
    ['https', 'bumps'],
    ['http', 'bumps'],
    ['https', 'mitmproxy'],
    ['https', 'zscaler'],
  ] as const;
  it.each(some(losses, 1))('and loses its way out makes no model of %s red (%s)', async (scheme, how) => {
    const { all, up, sights, lose } = await network(scheme, hosts);
    expect(reasonsOf(await all())).toEqual(['ok', 'ok', 'ok']);
    lose(() => intercepting[how]);
    const results = [...(await all()), ...(await all())];
    expect(reasonsOf(results)).toEqual(results.map(() => 'no_connectivity'));
    expect(results.every((result) => !('intercepted' in result))).toBe(true);
    expect(up()).toBe(false);
    lose(() => null);
    expect(reasonsOf(await all())).toEqual(['ok', 'ok', 'ok']);
    expect([up(), sights.length]).toEqual([true, 2]);
  });

  inFull(
    'may take its time to say so',
    async () => {
      const { all, up, lose } = await network('http', hosts, undefined, 1_500);
      lose(() => intercepting.bumps);
      const results = [...(await all()), ...(await all())];
      expect(reasonsOf(results)).toEqual(results.map(() => 'no_connectivity'));
      expect(up()).toBe(false);
    },
    20_000,
  );

  it('is seen though it accepts connections to the targets', async () => {
    const { all, up, lose } = await network('https', hosts, 'target');
    lose(() => intercepting.bumps);
    const results = [...(await all()), ...(await all())];
    expect(reasonsOf(results).slice(3)).toEqual(results.slice(3).map(() => 'no_connectivity'));
    expect(up()).toBe(false);
  });

  it('is no excuse for the models that it does not reach while it reaches one', async () => {
    const { all, up, lose } = await network('https', hosts);
    lose((host) => (host.startsWith('c.') ? null : intercepting.bumps));
    expect(reasonsOf(await all())).toEqual(['gateway_error', 'gateway_error', 'ok']);
    expect(up()).toBe(true);
  });

  it('cannot be told from a gateway of one or two hosts, nor by a reply that Squid passes on', async () => {
    const few = await network('https', hosts.slice(1));
    few.lose(() => intercepting.bumps);
    expect(reasonsOf(await few.all())).toEqual(['gateway_error', 'gateway_error']);
    const many = await network('https', hosts);
    many.lose(() => ({ status: 503, headers: { server: 'squid' } }));
    expect(reasonsOf(await many.all())).toEqual(['gateway_error', 'gateway_error', 'gateway_error']);
  });
});
