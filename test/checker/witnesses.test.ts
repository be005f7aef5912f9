import type { LookupFunction } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { Model } from '../../src/domain/model.js';
import type { CheckResult } from '../../src/domain/result.js';
import { door, good, modelOn, movable, silent, watch } from './watching.js';

/** So many machines. */
async function machines(count: number, first = 11) {
  const hosts = Array.from({ length: count }, (_, index) => `127.0.0.${first + index}`);
  const doors = await Promise.all(hosts.map((host) => door(host)));
  const models = doors.map(({ port }, index) => modelOn(hosts[index]!, port));
  return { doors, models, shut: () => Promise.all(doors.map((one) => one.shut())) };
}

type Three = [Model, Model, Model];

/** Finds every name at these addresses. */
const at =
  (...addresses: readonly string[]): LookupFunction =>
  (_name, options, callback) => {
    if (options.all !== true) callback(null, addresses.at(-1)!, 4);
    else
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
  };

const cut: CheckResult = { ...silent, reason: 'connection_lost' };

describe('a host that was silent for minutes while others were reached', () => {
  it('shows nothing of the network when the last one that worked fails', async () => {
    const { doors, models } = await machines(3);
    const [a, b, c] = models as Three;
    await Promise.all(doors.slice(1).map(({ shut }) => shut()));
    const { clock, pass } = movable();
    const { check, sights } = watch({ models, clock });
    for (let round = 0; round < 2; round += 1) {
      for (const model of [b, c]) expect(await check(model, silent)).toBe(silent);
      expect((await check(a, good)).reason).toBe('ok');
      pass(130_000);
    }
    await doors[0]!.shut();
    for (const model of [a, b, c, a]) expect(await check(model, silent)).toBe(silent);
    expect(sights).toEqual([]);
  }, 30_000);

  it('shows nothing beside one machine with several names', async () => {
    const { doors, models, shut } = await machines(2);
    const { clock, pass } = movable();
    const names = ['one.test', 'two.test'].map((name) => modelOn(name, doors[0]!.port));
    const { check, sights } = watch({ models: [...names, models[1]!], lookup: at('127.0.0.11'), clock });
    await doors[1]!.shut();
    for (let round = 0; round < 2; round += 1) {
      for (const model of names) await check(model, good);
      expect(await check(models[1]!, silent)).toBe(silent);
      pass(130_000);
    }
    await shut();
    for (const model of [...names, models[1]!]) expect(await check(model, silent)).toBe(silent);
    expect(sights).toEqual([]);
  }, 30_000);

  it('leaves two others to tell a lost network, and shows it again once it has answered', async () => {
    const { doors, models, shut } = await machines(3);
    const [a, b, c] = models as Three;
    const { clock, pass } = movable();
    const { check } = watch({ models, clock });
    await doors[2]!.shut();
    for (let round = 0; round < 2; round += 1) {
      for (const model of [a, b]) await check(model, good);
      expect(await check(c, silent)).toBe(silent);
      pass(130_000);
    }
    await shut();
    for (const model of [a, b, c]) expect((await check(model, silent)).reason).toBe('no_connectivity');
    for (const model of [a, c]) await check(model, good);
    expect((await check(c, silent)).reason).toBe('no_connectivity');
  }, 30_000);
});

describe('a host that failed once while others were reached', () => {
  it('shows a network that is lost after it was lossy', async () => {
    const { models, shut } = await machines(3);
    const [a, b, c] = models as Three;
    const { check } = watch({ models });
    for (const model of [b, c]) expect(await check(model, silent)).toBe(silent);
    await check(a, good);
    await shut();
    for (const model of [a, b, c]) expect((await check(model, silent)).reason).toBe('no_connectivity');
  }, 20_000);

  it('shows it, too, if that was while the network was lost', async () => {
    const { models, shut } = await machines(3);
    const { clock, pass } = movable();
    const { check, sights } = watch({ models, clock });
    for (const model of models) await check(model, good);
    await shut();
    for (let round = 0; round < 3; round += 1) {
      for (const model of models) expect((await check(model, silent)).reason).toBe('no_connectivity');
      pass(130_000);
    }
    await check(models[0]!, good);
    for (const model of models) expect((await check(model, silent)).reason).toBe('no_connectivity');
    expect(sights.map(({ blind }) => blind)).toEqual([true, false, true]);
  }, 30_000);

  it('may be the first name that a resolver forgets', async () => {
    const { clock, pass } = movable();
    const hosts = ['a.test', 'b.test', 'c.test'];
    const known = new Set(hosts);
    const lookup: LookupFunction = (name, options, callback) => {
      if (known.has(name)) at('198.18.0.9')(name, options, callback);
      else callback(Object.assign(new Error('try again'), { code: 'EAI_AGAIN' }), '', 4);
    };
    const local = await door('127.0.0.11');
    const models = [...hosts.map((host) => modelOn(host, 443)), modelOn('127.0.0.11', local.port)];
    const { check } = watch({ models, lookup, clock });
    const lost: CheckResult = { ...silent, reason: 'dns_error' };
    const answered: CheckResult = { ...good, phases: { tcp: 1 } };
    for (const model of models) await check(model, answered);
    for (const host of hosts) {
      known.delete(host);
      for (let round = 0; round < 2; round += 1) {
        pass(130_000);
        for (const [index, model] of models.entries()) {
          const found = await check(model, index < 3 && !known.has(hosts[index]!) ? lost : answered);
          if (known.size === 0 && index < 3) expect(found.reason).toBe('no_connectivity');
        }
      }
    }
  }, 30_000);
});

it('two hosts that drop connections beside one that is off fail for themselves', async () => {
  const { doors, models } = await machines(3);
  const [a, b, c] = models as Three;
  const { clock, pass } = movable();
  const { check, sights } = watch({ models, clock });
  await doors[2]!.shut();
  for (let round = 0; round < 2; round += 1) {
    for (const model of [a, b]) await check(model, good);
    await check(c, silent);
    pass(130_000);
  }
  for (let round = 0; round < 2; round += 1) {
    for (const model of [a, b]) expect(await check(model, cut)).toBe(cut);
    expect(await check(c, silent)).toBe(silent);
  }
  expect(sights).toEqual([]);
}, 30_000);

it('a host of models that the operator paused shows nothing of the network', async () => {
  const { models, shut } = await machines(3);
  const [a, b, c] = models as Three;
  let paused: readonly Model[] = [];
  const { check, sights } = watch({ models, isPaused: (id) => paused.some((model) => model.id === id) });
  for (const model of models) await check(model, good);
  paused = [b, c];
  await shut();
  expect(await check(a, silent)).toBe(silent);
  expect(sights).toEqual([]);
  paused = [c];
  expect((await check(a, silent)).reason).toBe('no_connectivity');
}, 20_000);

it('a machine is one with those that share any of its addresses', async () => {
  const { doors, shut } = await machines(1);
  const models = ['127.0.0.11', 'one.test', 'two.test'].map((name) => modelOn(name, doors[0]!.port));
  const { check, sights } = watch({ models, lookup: at('100::1', '127.0.0.11') });
  for (const model of models) await check(model, good);
  await shut();
  for (const model of models) expect(await check(model, silent)).toBe(silent);
  expect(sights).toEqual([]);
}, 20_000);

describe('a host in the own network', () => {
  const isNear = (address: string): boolean => address.startsWith('127.0.0.9');

  it.each([
    ['an address', '127.0.0.91'],
    ['a name', 'gpu.test'],
  ])(
    'does not show that others can be reached, by %s',
    async (_how, host) => {
      const { models, shut } = await machines(3);
      const near = await door('127.0.0.91');
      const own = modelOn(host, near.port);
      const { check, up, sights } = watch({ models: [...models, own], isNear, lookup: at('127.0.0.91') });
      for (const model of [...models, own]) await check(model, good);
      await shut();
      for (const model of models) {
        expect((await check(model, silent)).reason).toBe('no_connectivity');
        expect((await check(own, good)).reason).toBe('ok');
      }
      expect(up()).toBe(false);
      // It may be reached over the lost way, as one behind a VPN is.
      await near.shut();
      expect((await check(own, silent)).reason).toBe('no_connectivity');
      expect(sights).toHaveLength(1);
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

  it('shows the loss of all beside one machine with several names', async () => {
    const [ingress, lan] = [await machines(1), await machines(2, 91)];
    const names = ['one.test', 'two.test', 'three.test'].map((name) => modelOn(name, ingress.doors[0]!.port));
    const models = [...names, ...lan.models];
    const { check } = watch({ models, isNear, lookup: at('127.0.0.11') });
    for (const model of models) await check(model, good);
    await ingress.shut();
    expect(await check(names[0]!, silent)).toBe(silent);
    await check(lan.models[0]!, good);
    await lan.shut();
    for (const model of models) expect((await check(model, silent)).reason).toBe('no_connectivity');
  }, 20_000);

  it('shows the loss of all beside others of which most were down before', async () => {
    const [far, lan] = [await machines(3), await machines(5, 91)];
    const { clock, pass } = movable();
    const models = [...far.models, ...lan.models];
    const { check } = watch({ models, isNear, clock });
    await Promise.all(far.doors.slice(1).map(({ shut }) => shut()));
    for (let round = 0; round < 2; round += 1) {
      for (const model of [far.models[0]!, ...lan.models]) await check(model, good);
      for (const model of far.models.slice(1)) expect(await check(model, silent)).toBe(silent);
      pass(130_000);
    }
    await Promise.all([far.shut(), lan.shut()]);
    for (const model of models) expect((await check(model, silent)).reason).toBe('no_connectivity');
  }, 30_000);
});
