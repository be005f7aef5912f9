import type { LookupFunction } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { modelsOn, monitor, opened, reasonsOf } from './network.js';
import { eachAtItsOwn } from './probing.js';
import { completion, listenHttp } from './server.js';
import { door } from './watching.js';

const names = ['a.test', 'b.test', 'c.test', 'd.test'];
const times = (count: number, value: string): string[] => Array.from({ length: count }, () => value);

type Failing = 'EAI_AGAIN' | 'ENOTFOUND' | 'hangs';

/** Models with names, beside others, all well; a resolver that can fail for all names or for some. */
async function network({ others = [] as string[], target = false }) {
  let failing: Failing | null = null;
  let fails: (name: string) => boolean = () => true;
  const pending: (() => void)[] = [];
  const lookup: LookupFunction = (name, options, callback) => {
    if (failing === null || !fails(name)) eachAtItsOwn(name, options, callback);
    else if (failing === 'hangs') pending.push(() => callback(new Error('ended'), ''));
    else callback(Object.assign(new Error(`getaddrinfo ${failing} ${name}`), { code: failing }), '');
  };
  const { port } = await opened(
    listenHttp((_request, response) => response.end(completion('New Delhi')), '0.0.0.0'),
  );
  const models = modelsOn([...names, ...others], port, { scheme: 'http', through: null });
  const address = target ? await door('127.0.0.31') : null;
  const watched = monitor({
    models,
    lookup,
    ...(address !== null && { targets: [`tcp://127.0.0.31:${address.port}`] }),
  });
  return {
    ...watched,
    fail(how: Failing, which = fails) {
      failing = how;
      fails = which;
    },
    restore() {
      failing = null;
      for (const end of pending.splice(0)) end();
    },
  };
}

describe('a resolver that fails', () => {
  it.each([
    { how: 'EAI_AGAIN', target: true, others: [] },
    { how: 'hangs', target: true, others: [] },
    { how: 'EAI_AGAIN', target: false, others: ['127.0.0.41'] },
    { how: 'EAI_AGAIN', target: true, others: ['ollama', 'vllm.internal'] },
  ] as const)(
    'is not the failure of models, whatever is reached by an address or in the own network: %p',
    async ({ how, target, others }) => {
      const { all, fail, restore, up, sights } = await network({ target, others: [...others] });
      const well = times(names.length + others.length, 'ok');
      expect(reasonsOf(await all())).toEqual(well);
      fail(how, (name) => name.endsWith('.test'));
      for (let round = 0; round < 2; round += 1)
        expect(reasonsOf(await all())).toEqual([
          ...times(names.length, 'no_connectivity'),
          ...times(others.length, 'ok'),
        ]);
      expect(up()).toBe(false);
      restore();
      expect(reasonsOf(await all())).toEqual(well);
      expect(up()).toBe(true);
      expect(sights).toMatchObject([
        { blind: true, names: true },
        { blind: false, names: true },
      ]);
    },
  );

  it('is none the less one if it finds a name of the own network', async () => {
    const address = await door('127.0.0.31');
    const lookup: LookupFunction = (name, options, callback) => {
      if (name === 'llm.corp.test')
        callback(null, options.all === true ? [{ address: '10.0.0.1', family: 4 }] : '10.0.0.1', 4);
      else callback(Object.assign(new Error(`getaddrinfo EAI_AGAIN ${name}`), { code: 'EAI_AGAIN' }), '');
    };
    const targets = ['127.0.0.31', 'llm.corp.test'].map((host) => `tcp://${host}:${address.port}`);
    const models = modelsOn(names, 9, { scheme: 'http', through: null });
    const { all, up } = monitor({ models, lookup, targets });
    for (let round = 0; round < 2; round += 1)
      expect(reasonsOf(await all())).toEqual(times(4, 'no_connectivity'));
    expect(up()).toBe(false);
  });

  it('for one name is the failure of its models', async () => {
    const { all, fail, sights } = await network({ target: true });
    await all();
    fail('EAI_AGAIN', (name) => name === 'a.test');
    expect(reasonsOf(await all())).toEqual(['dns_error', 'ok', 'ok', 'ok']);
    expect(sights).toEqual([]);
  });

  it('is none where it replies that the names do not exist', async () => {
    const { all, fail, sights } = await network({ target: true });
    await all();
    fail('ENOTFOUND');
    expect(reasonsOf(await all())).toEqual(times(4, 'dns_error'));
    expect(sights).toEqual([]);
  });

  it('hides no failure of a machine with an address', async () => {
    const { all, fail, check, up } = await network({ target: true, others: ['127.0.0.41'] });
    await all();
    fail('EAI_AGAIN');
    await all();
    expect(up()).toBe(false);
    const [, , , , near] = await all();
    expect(near?.reason).toBe('ok');
    const models = modelsOn(['127.0.0.41'], 9, { scheme: 'http', through: null });
    const refused = { ...near!, reason: 'connect_error', outcome: 'unhealthy', httpStatus: null } as const;
    expect(await check(models[0]!, { ...refused, phases: {} })).toMatchObject({ reason: 'connect_error' });
  });
});

describe('a resolver that fails for one or two names', () => {
  /** Says of absent names what a resolver says, until it fails. */
  async function few(count: number, saysOfAbsent: 'ENOTFOUND' | 'EAI_AGAIN' | 'an address') {
    let fails: (name: string) => Failing | null = () => null;
    const lookup: LookupFunction = (name, options, callback) => {
      const isAbsent = name.endsWith('.invalid') && saysOfAbsent !== 'an address';
      const code = fails(name) ?? (isAbsent ? saysOfAbsent : null);
      if (code === null) eachAtItsOwn('a.test', options, callback);
      else if (code !== 'hangs') callback(Object.assign(new Error(`${code} ${name}`), { code }), '');
    };
    const { port } = await opened(
      listenHttp((_request, response) => response.end(completion('New Delhi')), '0.0.0.0'),
    );
    const address = await door('127.0.0.31');
    const models = modelsOn(names.slice(0, count), port, { scheme: 'http', through: null });
    const watched = monitor({ models, lookup, targets: [`tcp://127.0.0.31:${address.port}`] });
    return { ...watched, fail: (how: typeof fails) => void (fails = how) };
  }

  it.each([
    [1, 'EAI_AGAIN'],
    [2, 'EAI_AGAIN'],
    [1, 'hangs'],
  ] as const)('is not the failure of models: %p, %p', async (count, how) => {
    const { all, fail, up, sights } = await few(count, 'ENOTFOUND');
    await all();
    fail(() => how);
    for (let round = 0; round < 2; round += 1)
      expect(reasonsOf(await all())).toEqual(times(count, 'no_connectivity'));
    expect(up()).toBe(false);
    fail(() => null);
    expect(reasonsOf(await all())).toEqual(times(count, 'ok'));
    expect(sights.map(({ blind, names: ofNames }) => [blind, ofNames])).toEqual([
      [true, true],
      [false, true],
    ]);
  });

  it('is none while it says that names do not exist', async () => {
    const { all, fail, sights } = await few(2, 'ENOTFOUND');
    await all();
    fail((name) => (name.endsWith('.invalid') ? null : 'EAI_AGAIN'));
    expect(reasonsOf(await all())).toEqual(times(2, 'dns_error'));
    expect(sights).toEqual([]);
  });

  it.each(['EAI_AGAIN', 'an address'] as const)(
    'is not told by names that do not exist, where it never said so: %p',
    async (says) => {
      const { all, fail, sights } = await few(2, says);
      await all();
      fail((name) => (name.endsWith('.invalid') ? null : 'EAI_AGAIN'));
      expect(reasonsOf(await all())).toEqual(times(2, 'dns_error'));
      expect(sights).toEqual([]);
    },
  );
});
