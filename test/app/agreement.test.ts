import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createAgreement } from '../../src/app/agreement.js';
import type { RosterChange } from '../../src/app/roster.js';
import type { Model } from '../../src/domain/model.js';
import type { Fleet, Instance, RegistryRole } from '../../src/store/fleet-port.js';

const model = (id: string): Model =>
  ({ id, renameFrom: null, schedule: { kind: 'every', everyMs: 1_000 }, pause: false }) as Model;

/** An instance of generation 1 with a and b, beside others that the test says. */
async function beside() {
  let now = 0;
  let own: Instance = {
    ...{ id: 'own', address: null, configDigest: null, generation: null },
    ...{ startedAt: 0, seenAt: 0, shards: [] },
  };
  let others: Instance[] = [];
  let registered = new Set(['a', 'b']);
  const [roles, logged]: [RegistryRole[], string[]] = [[], []];
  const fleet = {
    id: 'own',
    announce: (changes: Partial<Instance>) => {
      own = { ...own, ...changes };
      return Promise.resolve(true);
    },
    instances: () => Promise.resolve([own, ...others]),
    withRegistry: (work: (right: object) => Promise<unknown>) =>
      work({ fence: { shard: -1, fence: 1 }, mayGoOn: () => true }),
  } as unknown as Fleet;
  const log = pino({ level: 'info' }, { write: (line) => void logged.push(line) });
  const agreement = createAgreement({ fleet, clock: { monotonic: () => now as never }, log });
  const compared = { generation: 1, models: [model('a'), model('b')] };
  let roster = new Set<string>();

  /** As the roster does it. */
  async function apply(): Promise<void> {
    const change = await agreement.scheduling.withRight(compared, ({ role }) => {
      roles.push(role);
      const all = ['a', 'b'];
      if (role === 'decides') registered = new Set(all);
      if (role === 'waits') for (const id of all) registered.add(id);
      roster = new Set(role === 'follows' ? all.filter((id) => registered.has(id)) : all);
      return Promise.resolve({ postponed: roster.size < all.length } as RosterChange);
    });
    await agreement.scheduling.applied(compared, change);
  }
  await apply();
  return {
    agreement,
    roles,
    logged,
    apply,
    registered: () => [...registered].sort().join(),
    roster: () => [...roster].sort().join(),
    /** Others of these generations, and what the one with the newest configuration has made of the registry. */
    others(generations: readonly (number | null)[], registry?: readonly string[]): void {
      others = generations.map((generation, index) => ({
        ...own,
        id: `other-${index}`,
        configDigest: 'another',
        generation,
      }));
      if (registry !== undefined) registered = new Set(registry);
    },
    pass: (ms: number) => void (now += ms),
    /** A turn of the daemon. */
    async turn(): Promise<void> {
      await agreement.count();
      await agreement.finish({
        roster: { all: () => [...roster].map((id) => ({ view: { model: { id } } }) as never) },
        scheduling: { applyAgain: apply },
        store: {
          names: () => Promise.resolve([...registered].map((id, key) => ({ id, key, retiredAt: null }))),
        },
      });
    },
  };
}

describe('instances with different configurations', () => {
  it('follow a newer one, and for a minute after it has gone', async () => {
    const one = await beside();
    expect(one.roles).toEqual(['decides']);
    one.others([2], ['b', 'c']);
    await one.turn();
    expect([one.roster(), one.registered()]).toEqual(['b', 'b,c']);
    expect(one.agreement.difference()).toContain('another one has a newer configuration');
    for (let n = 0; n < 3; n += 1) await one.turn();
    expect(one.roles).toEqual(['decides', 'follows']);
    // What the other one adds later, and this one has.
    one.others([2], ['a', 'b', 'c']);
    await one.turn();
    expect(one.roster()).toBe('a,b');
    one.others([2], ['b', 'c']);
    await one.turn();

    one.others([]);
    one.pass(59_000);
    await one.turn();
    await one.apply();
    expect([one.roster(), one.registered()]).toEqual(['b', 'b,c']);
    one.pass(2_000);
    await one.turn();
    expect([one.roster(), one.registered()]).toEqual(['a,b', 'a,b']);
    expect(one.agreement.difference()).toBeNull();
    const told = one.logged.filter((line) => line.includes('another one has a newer configuration'));
    expect(told).toHaveLength(1);
  });

  it('restore what an older one has changed while nobody saw the newer one', async () => {
    const one = await beside();
    one.others([0, null]);
    await one.turn();
    expect(one.agreement.difference()).toContain('this one has the newest configuration');
    one.others([0], ['a', 'x']);
    await one.turn();
    expect(one.registered()).toBe('a,b');
  });

  it('only add models where none has a greater number', async () => {
    const one = await beside();
    one.others([1], ['b', 'x']);
    await one.turn();
    await one.apply();
    expect([one.registered(), one.roles.at(-1)]).toEqual(['a,b,x', 'waits']);
    one.others([]);
    await one.turn();
    expect([one.registered(), one.roles.at(-1)]).toEqual(['a,b', 'decides']);
  });
});
