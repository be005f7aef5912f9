import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { roleOf, type Instance } from '../../src/store/fleet-port.js';

/** The models of each configuration. */
const registries = { one: ['a', 'b'], two: ['b', 'c'], three: ['c', 'd', 'e'], none: [] } as const;
type Digest = keyof typeof registries;

const instance = (id: string, configDigest: Digest | null, generation: number | null): Instance => ({
  ...{ id, configDigest, generation },
  ...{ address: null, startedAt: 0, seenAt: 0, shards: [] },
});

describe('the role of an instance', () => {
  const a = (generation: number | null) => instance('a', 'one', generation);
  const b = (generation: number | null, digest: Digest | null = 'two') => instance('b', digest, generation);

  it('is by the generation, and without one by agreement', () => {
    expect(roleOf(a(null), [a(null)])).toBe('decides');
    expect(roleOf(a(null), [a(null), b(null)])).toBe('waits');
    expect(roleOf(a(null), [a(null), b(null, 'one')])).toBe('decides');
    expect(roleOf(a(null), [a(null), b(null, null)])).toBe('waits');
    expect(roleOf(a(2), [a(2), b(1)])).toBe('decides');
    expect(roleOf(a(2), [a(2), b(1, null)])).toBe('decides');
    expect(roleOf(a(2), [a(2), b(null)])).toBe('decides');
    expect(roleOf(a(2), [a(2), b(2)])).toBe('waits');
    expect(roleOf(a(2), [a(2), b(3)])).toBe('follows');
    expect(roleOf(a(2), [a(2), b(3, 'one')])).toBe('follows');
    expect(roleOf(a(null), [a(null), b(0)])).toBe('follows');
    // Not told yet: the others do not know that they follow.
    expect(roleOf(a(2), [a(1), b(1)])).toBe('waits');
  });

  const digest = fc.constantFrom(...(Object.keys(registries) as Digest[]));
  const generation = fc.constantFrom(null, null, 0, 1, 2);
  const fleets = fc.array(fc.tuple(digest, generation), { minLength: 1, maxLength: 4 });

  it('lets no two that differ decide, and in any order the newest configuration is the one that lasts', () => {
    fc.assert(
      fc.property(fleets, fc.array(fc.nat(3), { maxLength: 12 }), (configurations, order) => {
        const live = configurations.map(([own, number], index) => instance(`i${index}`, own, number));
        const roles = live.map((one) => roleOf(one, live));
        const deciding = live.filter((_, index) => roles[index] === 'decides');
        const [decided] = deciding;
        expect(new Set(deciding.map(({ configDigest }) => configDigest)).size).toBeLessThanOrEqual(1);
        // Who waits would add what the other one removes.
        expect(roles.includes('waits') && decided !== undefined).toBe(false);

        let registered: readonly string[] = ['a', 'x'];
        let settled = false;
        for (const index of order.map((one) => one % live.length)) {
          const models = registries[configurations[index]![0]];
          if (roles[index] === 'waits') registered = [...new Set([...registered, ...models])];
          if (roles[index] === 'decides') registered = models;
          settled ||= roles[index] === 'decides';
          if (settled) expect(registered).toEqual(registries[decided!.configDigest as Digest]);
          else expect(registered).toEqual(expect.arrayContaining(['a', 'x']));
        }
        // The newest one decides if those that have its generation agree.
        const most = Math.max(...live.map((one) => one.generation ?? -1));
        const newest = live.filter((one) => (one.generation ?? -1) === most);
        expect(decided !== undefined).toBe(
          new Set(newest.map(({ configDigest }) => configDigest)).size === 1,
        );
      }),
      { numRuns: 500 },
    );
  });
});
