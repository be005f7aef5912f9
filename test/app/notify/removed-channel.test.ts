import { expect, it } from '@jest/globals';
import { shareChannels } from '../../../src/app/notify/removed-channel.js';
import type { MonotonicMs } from '../../../src/domain/clock.js';
import type { BusHandler, Fleet, Instance } from '../../../src/store/fleet-port.js';

interface Other {
  readonly id: string;
  readonly generation: number | null;
  /** What it answers; null for no answer. */
  readonly has: readonly string[] | null;
}

/** An instance without the channel `gone`, among others, at times of the test. */
function createShared(generation: number | null, others: readonly Other[]) {
  let now = 0;
  const instance = ({ id, generation: own }: Pick<Other, 'id' | 'generation'>): Instance => ({
    ...{ id, generation: own, address: null, configDigest: null, startedAt: 0, seenAt: 0, shards: [] },
  });
  const handlers: BusHandler[] = [];
  const fleet = {
    id: 'own',
    instances: () => Promise.resolve([instance({ id: 'own', generation }), ...others.map(instance)]),
    bus: {
      subscribe: (_kind: string, handler: BusHandler) => handlers.push(handler),
      ask(id: string, _kind: string, channel: string) {
        const has = others.find((other) => other.id === id)?.has ?? null;
        return has === null ? Promise.reject(new Error('no answer')) : Promise.resolve(has.includes(channel));
      },
    },
  };
  const shared = shareChannels({
    fleet: fleet as unknown as Fleet,
    clock: { monotonic: () => now as MonotonicMs },
    has: (channel) => channel === 'own',
    generation: () => generation,
  });
  return {
    answers: (channel: unknown) => handlers[0]?.(channel, 'other'),
    async isRemoved(channel: string): Promise<boolean> {
      await shared.isRemoved(channel);
      now += 60_000;
      return shared.isRemoved(channel);
    },
  };
}

it.each<[string, number | null, Other[], boolean]>([
  ['nobody has', null, [{ id: 'b', generation: null, has: [] }], true],
  ['another one has', null, [{ id: 'b', generation: null, has: ['gone'] }], false],
  ['an older configuration has', 2, [{ id: 'b', generation: 1, has: ['gone'] }], true],
  ['a newer configuration has', 1, [{ id: 'b', generation: 2, has: ['gone'] }], false],
  ['of which one does not say', null, [{ id: 'b', generation: null, has: null }], false],
  [
    'a newer configuration does not have, but an old one does',
    1,
    [
      { id: 'b', generation: 2, has: [] },
      { id: 'c', generation: 1, has: ['gone'] },
    ],
    true,
  ],
])('a channel that %s', async (_name, generation, others, removed) => {
  expect(await createShared(generation, others).isRemoved('gone')).toBe(removed);
});

it('a channel is removed only after a minute, and never one that the instance has itself', async () => {
  const { isRemoved, answers } = createShared(null, []);
  expect(await isRemoved('own')).toBe(false);
  expect([answers('own'), answers('gone'), answers(7)]).toEqual([true, false, false]);
  const shared = createShared(null, []);
  expect(await shared.isRemoved('gone')).toBe(true);
});
