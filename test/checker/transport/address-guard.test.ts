import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { createGuard } from '../../../src/checker/transport/address-guard.js';
import type { Model } from '../../../src/domain/model.js';
import { modelAt } from '../model.js';
import { checkOnce, withServer } from '../probing.js';
import { completion, listenHttp } from '../server.js';

/** Names that a resolver gives private addresses, as nip.io and rebinding services do. */
const names: Readonly<Record<string, readonly string[]>> = {
  'loopback.example': ['127.0.0.1'],
  '127.0.0.1.nip.example': ['127.0.0.1'],
  'mixed.example': ['93.184.215.14', '127.0.0.1'],
  'six.example': ['::1'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'zone.example': ['fe80::1%lo'],
  'metadata.google.internal': ['169.254.169.254'],
  'nat64.example': ['64:ff9b::7f00:1'],
  'none.example': [],
};

const resolver =
  (answer: (name: string) => readonly string[]): LookupFunction =>
  (name, options, callback) => {
    const found: LookupAddress[] = answer(name).map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
    }));
    const [first] = found;
    setImmediate(() => {
      if (options.all === true) callback(null, found);
      else callback(null, first?.address ?? '', first?.family);
    });
  };

const spellings = [
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '0177.0.0.1',
  '017700000001',
  '127.0.0.1.',
  '127.255.255.254',
  '１２７.0.0.1',
  '①②⑦.0.0.1',
  '127。0。0。1',
  '%31%32%37.0.0.1',
  '0',
  '0.0.0.0',
  '10.0.0.1',
  '10.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '0xc0a80101',
  '169.254.169.254',
  '0xa9fea9fe',
  '2852039166',
  '100.64.0.1',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '[::]',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b:1::1]',
  '[2002:7f00:1::]',
  '[2001:0:7f00:1::]',
  '[2001:db8::1]',
  '[fc00::1]',
  '[fd12:3456:789a::1]',
  '[fe80::1]',
  '[fec0::1]',
  '[ff02::1]',
  'localhost',
  'LOCALHOST',
  'localhost.',
  'something.localhost',
  ...Object.keys(names).filter((name) => name !== 'none.example'),
];

describe('address guard', () => {
  it('refuses every spelling of a private address before any connection', async () => {
    let reached = 0;
    const server = listenHttp((_request, response) => {
      reached += 1;
      response.end(completion('New Delhi'));
    });
    await withServer(server, async (port) => {
      const lookup = resolver((name) => names[name] ?? ['127.0.0.1']);
      const reasons = await Promise.all(
        spellings.map(async (host) => {
          const model = modelAt(`http://${host}:${port}/v1`);
          const { reason } = await checkOnce(model, { guard: { allowHosts: [] }, lookup });
          return [host, reason];
        }),
      );
      expect(reasons.filter(([, reason]) => reason !== 'blocked_address')).toEqual([]);
      expect(reached).toBe(0);
    });
  });

  it('connects to the address it has looked up, so that DNS rebinding has no effect', async () => {
    let reached = 0;
    const server = listenHttp((_request, response) => {
      reached += 1;
      response.end(completion('New Delhi'));
    });
    await withServer(server, async (port) => {
      let asked = 0;
      const rebinding = resolver(() => [(asked += 1) === 1 ? '192.0.2.1' : '127.0.0.1']);
      const outward = resolver(() => [(asked += 1) === 1 ? '2606:4700::1' : '127.0.0.1']);
      for (const lookup of [rebinding, outward]) {
        asked = 0;
        const model = modelAt(`http://rebind.example:${port}/v1`, { timeoutMs: 300 });
        const { reason } = await checkOnce(model, { guard: { allowHosts: [] }, lookup });
        expect(['blocked_address', 'connect_error', 'timeout']).toContain(reason);
        expect(asked).toBe(1);
      }
      expect(reached).toBe(0);
    });
  });

  it('allows listed hosts, by name or address, with or without a port', async () => {
    const server = listenHttp((_request, response) => response.end(completion('New Delhi')));
    await withServer(server, async (port) => {
      const lookup = resolver(() => ['127.0.0.1']);
      const ask = async (host: string, allowHosts: string[]): Promise<string> =>
        (await checkOnce(modelAt(`http://${host}:${port}/v1`), { guard: { allowHosts }, lookup })).reason;
      expect(await ask('vllm.internal', ['VLLM.internal'])).toBe('ok');
      expect(await ask('vllm.internal', [`vllm.internal:${port}`])).toBe('ok');
      expect(await ask('127.0.0.1', ['127.0.0.1'])).toBe('ok');
      expect(await ask('vllm.internal', ['vllm.internal:1'])).toBe('blocked_address');
      expect(await ask('other.internal', ['vllm.internal'])).toBe('blocked_address');
    });
  });

  it('is not bypassed by a redirect or by the path', async () => {
    let reached = 0;
    const hidden = listenHttp((_request, response) => {
      reached += 1;
      response.end(completion('New Delhi'));
    });
    await withServer(hidden, async (port) => {
      const open = listenHttp((_request, response) => {
        response.writeHead(307, { location: `http://127.0.0.2:${port}/` }).end();
      });
      await withServer(open, async (openPort) => {
        const options = { guard: { allowHosts: [`127.0.0.1:${openPort}`] } };
        const reasonOf = async (model: Model) => (await checkOnce(model, options)).reason;
        expect(await reasonOf(modelAt(`http://127.0.0.1:${openPort}`))).toBe('redirected');
        const { paths } = modelAt('http://127.0.0.1').endpoint;
        const endpoint = { paths: { ...paths, chat: `@127.0.0.1:${port}/` } };
        expect(await reasonOf(modelAt('http://public.example', { endpoint }))).toBe('blocked_address');
      });
    });
    expect(reached).toBe(0);
  });

  it('allows public addresses, literal and looked up', async () => {
    const addresses = [
      '93.184.215.14',
      '1.1.1.1',
      '172.32.0.1',
      '100.128.0.1',
      '2606:4700::1',
      '2a00:1450::1',
    ];
    for (const address of addresses) {
      const guard = createGuard(
        { allowHosts: [] },
        resolver(() => [address]),
      );
      guard.inspect(new URL(`http://${address.includes(':') ? `[${address}]` : address}/`));
      const found = await new Promise((resolve) => {
        guard.lookup('public.example', { all: true }, (error, answer) => resolve(error ?? answer));
      });
      expect(found).toEqual([{ address, family: address.includes(':') ? 6 : 4 }]);
    }
  });

  it('gives the same result for a name with a private address and a name that does not exist', async () => {
    const absent: LookupFunction = (_name, _options, callback) => {
      callback(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), []);
    };
    const ask = async (lookup: LookupFunction, model: Model) => {
      const options = { guard: { allowHosts: ['127.0.0.1'] }, lookup };
      const { outcome, reason, detail, httpStatus } = await checkOnce(model, options);
      return { outcome, reason, detail, httpStatus };
    };
    const url = 'http://db.corp.example/token';
    const jwt = { method: 'POST' as const, url, headers: {}, body: null, responseKey: null };
    for (const model of [
      modelAt('http://db.corp.example/v1'),
      modelAt('http://127.0.0.1:1/v1', { endpoint: { apiKeys: [], jwt } }),
    ]) {
      const found = await ask(absent, model);
      expect(found).toMatchObject({ reason: 'blocked_address', httpStatus: null });
      expect(found).toEqual(
        await ask(
          resolver(() => ['10.1.2.3']),
          model,
        ),
      );
    }
  });

  it('does not reveal the address of a name', async () => {
    const lookup = resolver(() => ['10.1.2.3']);
    const result = await checkOnce(modelAt('http://db.corp.example/v1'), {
      guard: { allowHosts: [] },
      lookup,
    });
    expect(result).toMatchObject({ outcome: 'unknown', reason: 'blocked_address' });
    expect(result.detail).toBe('db.corp.example does not lead to a public address');
  });
});
