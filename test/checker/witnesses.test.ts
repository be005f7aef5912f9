import type { LookupFunction } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { Model } from '../../src/domain/model.js';
import { door, good, modelOn, silent, watch } from './watching.js';

/** So many machines; the first letters of names in a test lead to none of them. */
async function machines(count: number) {
  const hosts = Array.from({ length: count }, (_, index) => `127.0.0.${11 + index}`);
  const doors = await Promise.all(hosts.map((host) => door(host)));
  return { doors, models: doors.map(({ port }, index) => modelOn(hosts[index]!, port)) };
}

type Three = [Model, Model, Model];

describe('a host that was silent while others were reached', () => {
  it('shows nothing of the network when the last one that worked fails', async () => {
    const { doors, models } = await machines(3);
    const [a, b, c] = models as Three;
    await Promise.all(doors.slice(1).map(({ shut }) => shut()));
    const { check, sights } = watch({ models });
    for (const model of [b, c]) expect(await check(model, silent)).toBe(silent);
    expect((await check(a, good)).reason).toBe('ok');
    await doors[0]!.shut();
    for (const model of [a, b, c, a]) expect(await check(model, silent)).toBe(silent);
    expect(sights).toEqual([]);
  }, 20_000);

  it('shows nothing beside one machine with several names', async () => {
    const { doors, models } = await machines(2);
    const lookup: LookupFunction = (_name, options, callback) => {
      if (options.all === true) callback(null, [{ address: '127.0.0.11', family: 4 }]);
      else callback(null, '127.0.0.11', 4);
    };
    const names = ['one.test', 'two.test'].map((name) => modelOn(name, doors[0]!.port));
    const { check, sights } = watch({ models: [...names, models[1]!], lookup });
    await doors[1]!.shut();
    for (const model of names) await check(model, good);
    expect(await check(models[1]!, silent)).toBe(silent);
    await doors[0]!.shut();
    for (const model of [...names, models[1]!]) expect(await check(model, silent)).toBe(silent);
    expect(sights).toEqual([]);
  }, 20_000);

  it('leaves two others to tell a lost network', async () => {
    const { doors, models } = await machines(3);
    const [a, b, c] = models as Three;
    const { check } = watch({ models });
    await doors[2]!.shut();
    await check(a, good);
    expect(await check(c, silent)).toBe(silent);
    await check(b, good);
    await Promise.all(doors.map(({ shut }) => shut()));
    for (const model of [a, b]) expect((await check(model, silent)).reason).toBe('no_connectivity');
  }, 20_000);

  it('is not one that was silent while the network was lost', async () => {
    const { doors, models } = await machines(3);
    const { check, sights } = watch({ models });
    for (const model of models) await check(model, good);
    await Promise.all(doors.map(({ shut }) => shut()));
    for (const model of models) expect((await check(model, silent)).reason).toBe('no_connectivity');
    await check(models[0]!, good);
    for (const model of models) expect((await check(model, silent)).reason).toBe('no_connectivity');
    expect(sights.map(({ blind }) => blind)).toEqual([true, false, true]);
  }, 20_000);

  it('shows a lost network again once it has answered', async () => {
    const { doors, models } = await machines(3);
    const [a, b, c] = models as Three;
    const { check } = watch({ models });
    for (const model of [b, c]) await check(model, silent);
    for (const model of [a, b, c]) await check(model, good);
    await Promise.all(doors.map(({ shut }) => shut()));
    expect((await check(a, silent)).reason).toBe('no_connectivity');
  }, 20_000);
});

it('a host of models that the operator paused shows nothing of the network', async () => {
  const { doors, models } = await machines(3);
  const [a, b, c] = models as Three;
  let paused: readonly Model[] = [];
  const { check, sights } = watch({ models, isPaused: (id) => paused.some((model) => model.id === id) });
  for (const model of models) await check(model, good);
  paused = [b, c];
  await Promise.all(doors.map(({ shut }) => shut()));
  expect(await check(a, silent)).toBe(silent);
  expect(sights).toEqual([]);
  paused = [c];
  expect((await check(a, silent)).reason).toBe('no_connectivity');
}, 20_000);

it('a machine is one with those that share any of its addresses', async () => {
  const { doors } = await machines(1);
  const lookup: LookupFunction = (_name, options, callback) => {
    const addresses = ['100::1', '127.0.0.11'];
    if (options.all !== true) callback(null, addresses[1]!, 4);
    else
      callback(
        null,
        addresses.map((address, index) => ({ address, family: index === 0 ? 6 : 4 })),
      );
  };
  const models = ['127.0.0.11', 'one.test', 'two.test'].map((name) => modelOn(name, doors[0]!.port));
  const { check, sights } = watch({ models, lookup });
  for (const model of models) await check(model, good);
  await doors[0]!.shut();
  for (const model of models) expect(await check(model, silent)).toBe(silent);
  expect(sights).toEqual([]);
}, 20_000);

describe('a host in the own network', () => {
  const isNear = (address: string): boolean => address === '127.0.0.91';

  it.each([
    ['an address', '127.0.0.91'],
    ['a name', 'gpu.test'],
  ])(
    'does not show that others can be reached, by %s',
    async (_how, host) => {
      const { doors, models } = await machines(3);
      const near = await door('127.0.0.91');
      const own = modelOn(host, near.port);
      const lookup: LookupFunction = (_name, options, callback) => {
        if (options.all === true) callback(null, [{ address: '127.0.0.91', family: 4 }]);
        else callback(null, '127.0.0.91', 4);
      };
      const { check, up } = watch({ models: [...models, own], isNear, lookup });
      for (const model of [...models, own]) await check(model, good);
      await Promise.all(doors.map(({ shut }) => shut()));
      for (const model of models) {
        expect((await check(model, silent)).reason).toBe('no_connectivity');
        expect((await check(own, good)).reason).toBe('ok');
      }
      expect(up()).toBe(false);
      // It answered without the rest of the world, so its failure is its own.
      await near.shut();
      expect(await check(own, silent)).toBe(silent);
    },
    20_000,
  );

  it('is judged by the others while these are reached', async () => {
    const { models } = await machines(3);
    const own = modelOn('127.0.0.91', 9);
    const { check, up } = watch({ models: [...models, own], isNear });
    for (const model of models) await check(model, good);
    expect(await check(own, silent)).toBe(silent);
    expect(up()).toBe(true);
  });
});
