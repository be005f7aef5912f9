import { once } from 'node:events';
import { createServer, type AddressInfo, type LookupFunction } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { CheckResult } from '../../src/domain/result.js';
import { identity, modelsOn, opened } from './network.js';
import { listenHttps } from './server.js';
import { good, modelOn, releases, silent, watch } from './watching.js';

/** Accepts connections for an address, over which nothing comes. */
async function accepting(host: string, port = 0): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    releases.push(() => socket.destroy());
  }).listen(port, host);
  await once(server, 'listening');
  releases.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** The results of a handshake that hangs, and of one that is cut. */
const hung: CheckResult = {
  ...silent,
  reason: 'timeout',
  detail: 'no connection within 4 s',
  phases: { tcp: 1 },
};
const cut: CheckResult = { ...silent, reason: 'connection_lost', detail: 'reset', phases: { tcp: 1 } };

const secure = (host: string, port: number, timeoutMs?: number) =>
  modelsOn([host], port, { through: null, ...(timeoutMs !== undefined && { timeoutMs }) })[0]!;
/** ms of a check in which a busy machine, too, finds that nobody is reached. */
const ample = 8_000;

describe('a network that accepts connections and carries nothing', () => {
  it.each([
    ['hangs', hung],
    ['is cut', cut],
  ])(
    'is lost where TLS %s on all hosts',
    async (_how, found) => {
      const hosts = ['127.0.0.11', '127.0.0.12', '127.0.0.13'];
      const models = await Promise.all(hosts.map(async (host) => secure(host, await accepting(host), ample)));
      const { check, sights } = watch({ models });
      for (const model of models) await check(model, good);
      for (const model of models) expect((await check(model, found)).reason).toBe('no_connectivity');
      expect(sights.map(({ blind }) => blind)).toEqual([true]);
      await check(models[0]!, good);
      expect(sights.map(({ blind }) => blind)).toEqual([true, false]);
    },
    40_000,
  );

  it('is lost where a target accepts connections as well', async () => {
    const hosts = ['127.0.0.11', '127.0.0.12', '127.0.0.13'];
    const models = await Promise.all(hosts.map(async (host) => secure(host, await accepting(host), ample)));
    const { check } = watch({ models, targets: [`tcp://127.0.0.14:${await accepting('127.0.0.14')}`] });
    for (const model of models) expect((await check(model, hung)).reason).toBe('no_connectivity');
  }, 40_000);

  it.each([
    ['hangs', hung],
    ['is cut', cut],
  ])(
    'is not lost where TLS %s on all names of one machine, and a target that cannot be asked accepts connections',
    async (_how, found) => {
      const port = await accepting('127.0.0.11');
      const lookup: LookupFunction = (_name, options, callback) =>
        options.all === true
          ? callback(null, [{ address: '127.0.0.11', family: 4 }])
          : callback(null, '127.0.0.11', 4);
      const models = ['a.test', 'b.test', 'c.test'].map((host) => secure(host, port));
      const targets = [`tcp://127.0.0.14:${await accepting('127.0.0.14')}`];
      const { check, sights } = watch({ models, targets, lookup });
      for (const model of models) await check(model, { ...good, phases: { dns: 1, tcp: 1 } });
      for (let round = 0; round < 2; round += 1)
        for (const model of models) expect(await check(model, found)).toBe(found);
      expect(sights).toEqual([]);
    },
    40_000,
  );

  it.each([
    ['hangs', hung],
    ['is cut', cut],
  ])(
    'is not lost where TLS %s on one host and is spoken on another',
    async (_how, found) => {
      const bad = await Promise.all(
        ['127.0.0.11', '127.0.0.12'].map(async (host) => secure(host, await accepting(host))),
      );
      const server = await opened(listenHttps(identity(), (_request, response) => response.end()));
      const models = [...bad, secure('127.0.0.1', server.port)];
      const { check, sights } = watch({ models });
      for (let round = 0; round < 2; round += 1)
        for (const model of bad) expect(await check(model, found)).toBe(found);
      expect(sights).toEqual([]);
    },
    40_000,
  );
});

describe('a resolver that is late', () => {
  /** Needs longer for each name than a test of the network takes. */
  const late =
    (isLate: () => boolean): LookupFunction =>
    (name, options, callback) => {
      const address = `127.0.0.${{ 'a.test': 11, 'b.test': 12, 'c.test': 13 }[name] ?? 14}`;
      const answer = (): void =>
        options.all === true ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4);
      if (name.endsWith('.invalid')) callback(Object.assign(new Error('none'), { code: 'ENOTFOUND' }), '', 4);
      else if (isLate()) setTimeout(answer, 5_100).unref();
      else answer();
    };

  it('does not hide the failure of one host while others can be reached', async () => {
    const port = await accepting('127.0.0.12');
    await accepting('127.0.0.13', port);
    let isLate = false;
    const models = ['a.test', 'b.test', 'c.test'].map((host) => modelOn(host, port, { timeoutMs: 20_000 }));
    const { check, sights } = watch({ models, lookup: late(() => isLate) });
    const answered: CheckResult = { ...good, phases: { dns: 1, tcp: 1 } };
    for (const model of models) await check(model, answered);
    isLate = true;
    const down: CheckResult = { ...silent, reason: 'timeout', phases: { dns: 5_100 } };
    expect(await check(models[0]!, down)).toBe(down);
    expect(sights).toEqual([]);
  }, 20_000);

  it('leaves the loss of the resolver to be told', async () => {
    const port = await accepting('127.0.0.12');
    let isLate = false;
    const models = ['a.test', 'b.test', 'c.test'].map((host) => modelOn(host, port, { timeoutMs: 20_000 }));
    const { check } = watch({ models, lookup: late(() => isLate) });
    for (const model of models) await check(model, { ...good, phases: { dns: 1, tcp: 1 } });
    isLate = true;
    const lost: CheckResult = { ...silent, reason: 'dns_error' };
    for (const model of models) expect((await check(model, lost)).reason).toBe('no_connectivity');
  }, 30_000);
});
