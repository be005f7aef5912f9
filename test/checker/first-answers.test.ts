import type { LookupFunction } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { modelsOn, monitor, opened, reasonsOf } from './network.js';
import { eachAtItsOwn } from './probing.js';
import { completion, listenHttp } from './server.js';
import { door, good, modelOn, movable, silent, watch } from './watching.js';

/** A port at which nobody listens. */
async function closedPort(): Promise<number> {
  const { port, shut } = await door('127.0.0.1');
  await shut();
  return port;
}

const at =
  (address: string): LookupFunction =>
  (_name, options, callback) => {
    if (options.all === true) callback(null, [{ address, family: 4 }]);
    else callback(null, address, 4);
  };

/** Finds no name that does not exist, as a resolver that tells the truth. */
const truly =
  (lookup: LookupFunction): LookupFunction =>
  (name, options, callback) => {
    if (!name.endsWith('.invalid')) lookup(name, options, callback);
    else callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }), '', 4);
  };

const atOne = truly(at('127.0.0.51'));
const eachTruly = truly(eachAtItsOwn);

const isNear = (address: string): boolean => address === '127.0.0.103';
const names = ['a.test', 'b.test', 'c.test'];

describe('hosts that did not answer since the start', () => {
  it('are one machine where their names have one address', async () => {
    const port = await closedPort();
    const models = names.map((name) => modelOn(name, port));
    const { check, sights } = watch({ models, lookup: atOne });
    for (const model of models) expect(await check(model, silent)).toBe(silent);
    expect(sights).toEqual([]);
  });

  it('show a lost network where each name has its own', async () => {
    const port = await closedPort();
    const models = names.map((name) => modelOn(name, port));
    const { check } = watch({ models, lookup: eachTruly });
    for (const model of models) expect((await check(model, silent)).reason).toBe('no_connectivity');
  });

  it.each(['127.0.0.51', '127.0.0.103'])(
    'show a lost network where the resolver finds any name, at %s',
    async (address) => {
      const port = await closedPort();
      const models = names.map((name) => modelOn(name, port));
      const { check } = watch({ models, lookup: at(address), isNear });
      for (const model of models) expect((await check(model, silent)).reason).toBe('no_connectivity');
    },
  );

  it.each([true, false])('show nothing where they were down before: %p', async (down) => {
    const port = await closedPort();
    const models = ['127.0.0.61', '127.0.0.62', '127.0.0.63'].map((host) => modelOn(host, port));
    const { check } = watch({ models, isDown: () => down });
    const reason = down ? 'connect_error' : 'no_connectivity';
    for (const model of models) expect((await check(model, silent)).reason).toBe(reason);
  });

  it('show a lost network again once they have answered', async () => {
    const port = await closedPort();
    const models = ['127.0.0.61', '127.0.0.62', '127.0.0.63'].map((host) => modelOn(host, port));
    const { check } = watch({ models, isDown: () => true });
    for (const model of models) await check(model, good);
    for (const model of models) expect((await check(model, silent)).reason).toBe('no_connectivity');
  });

  it('are known after a pause of the file as before', async () => {
    const port = await closedPort();
    const models = names.map((name) => modelOn(name, port));
    let found = true;
    const lookup: LookupFunction = (name, options, callback) => {
      if (found) atOne(name, options, callback);
      else callback(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), '', 4);
    };
    const { check, configure } = watch({ models, lookup });
    for (const model of models) await check(model, good);
    configure(
      undefined,
      models.map((model) => ({ ...model, pause: true })),
    );
    configure();
    found = false;
    for (const model of models) expect(await check(model, silent)).toBe(silent);
  });
});

describe('a host in the own network whose name does not show it', () => {
  it('does not hide a lost way out before it was checked', async () => {
    const closed = await closedPort();
    const lan = await door('127.0.0.103');
    const cloud = names.map((name) => modelOn(name, closed));
    const models = [...cloud, modelOn('gpu.test', lan.port)];
    const { check } = watch({ models, isNear, lookup: eachTruly });
    for (const model of cloud) expect((await check(model, silent)).reason).toBe('no_connectivity');
  });

  it('is enough where all are in it', async () => {
    const closed = await closedPort();
    const lan = await door('127.0.0.103');
    const models = [
      modelOn('gone.test', closed),
      modelOn('gpu.test', lan.port),
      modelOn('gpu.lan', lan.port),
    ];
    const { check, sights } = watch({ models, isNear, lookup: eachTruly });
    for (let round = 0; round < 2; round += 1) expect(await check(models[0]!, silent)).toBe(silent);
    expect(sights).toEqual([]);
  });
});

describe('a name that is not found beside others of the own network', () => {
  it('fails for itself', async () => {
    const { port } = await opened(
      listenHttp((_request, response) => response.end(completion('New Delhi')), '0.0.0.0'),
    );
    const models = modelsOn([...names, 'd.test'], port, { scheme: 'http', through: null });
    let lost = false;
    const lookup: LookupFunction = (name, options, callback) => {
      if (!lost || name !== 'd.test') eachAtItsOwn(name, options, callback);
      else callback(Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' }), '', 4);
    };
    const { all, sights } = monitor({ models, lookup, isNear: () => true });
    expect(reasonsOf(await all())).toEqual(['ok', 'ok', 'ok', 'ok']);
    lost = true;
    for (let round = 0; round < 2; round += 1)
      expect(reasonsOf(await all())).toEqual(['ok', 'ok', 'ok', 'dns_error']);
    expect(sights).toEqual([]);
  });
});

describe('a network that is taken over', () => {
  it('is lost while a portal in the own network takes the connections for all names', async () => {
    const doors = await Promise.all(names.map((name) => door(`127.0.0.${String(name.charCodeAt(0))}`)));
    const portal = await door('127.0.0.103');
    const models = names.map((name) => modelOn(name, portal.port));
    let lost = false;
    const lookup: LookupFunction = (...asked) => (lost ? at('127.0.0.103') : eachTruly)(...asked);
    const { check, up } = watch({ models, lookup, isNear });
    for (const model of models) await check(model, good);
    await Promise.all(doors.map(({ shut }) => shut()));
    lost = true;
    for (let round = 0; round < 2; round += 1)
      for (const model of models) expect((await check(model, silent)).reason).toBe('no_connectivity');
    expect(up()).toBe(false);
  });

  it('does not make a check red that began without it and ends when it is back', async () => {
    let asked = (): void => undefined;
    const looked = new Promise<void>((resolve) => (asked = resolve));
    let hangs = false;
    const lookup: LookupFunction = (name, options, callback) => {
      if (hangs) asked();
      else eachTruly(name, options, callback);
    };
    const port = await closedPort();
    const models = names.map((name) => modelOn(name, port));
    const { clock, pass } = movable();
    const { check } = watch({ models: [...models, modelOn('new.test', port)], lookup, clock });
    for (const model of models) await check(model, good);
    for (const model of models) expect((await check(model, silent)).reason).toBe('no_connectivity');
    pass(60_000);
    hangs = true;
    const pending = check(models[1]!, silent);
    await looked;
    await check(models[0]!, good);
    expect((await pending).reason).toBe('no_connectivity');
  });
});
