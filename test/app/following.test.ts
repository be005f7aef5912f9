import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createFollowing } from '../../src/app/following.js';
import type { Ownership } from '../../src/app/ownership.js';
import type { Scheduling } from '../../src/app/scheduling.js';
import { systemClock } from '../../src/domain/clock.js';
import { BusError, type BusHandler } from '../../src/store/fleet-port.js';
import type { ModelKey, Store } from '../../src/store/port.js';
import { start, workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';

const place = workplace();
const partsOf = useParts();

/** An instance that checks nothing, with a bus that the test speaks over. */
async function follower(models: number, store: Store = place.fresh()) {
  const recording = partsOf(store);
  const names = Array.from({ length: models }, (_, index) => modelNamed(`model-${index}`));
  await recording.roster.replace(names, start);
  const heard = new Map<string, BusHandler>();
  const published: unknown[] = [];
  let fails = false;
  const bus = {
    subscribe(kind: string, handler: BusHandler) {
      heard.set(kind, handler);
      return () => undefined;
    },
    publish(_: string, body: unknown) {
      if (fails) return Promise.reject(new BusError('away', 'no connection'));
      published.push(body);
      return Promise.resolve();
    },
    onReturn: () => () => undefined,
    isOpen: () => true,
  };
  const read: string[][] = [];
  const toTell = { written: new Set<ModelKey>(), changed: new Set<ModelKey>() };
  const excluded: string[] = [];
  const following = createFollowing({
    // Only what it uses.
    ownership: { fenceOf: () => null, fleet: { bus } } as unknown as Ownership,
    scheduling: {
      readAgain(ids: readonly string[]) {
        read.push([...ids]);
        return Promise.resolve(new Map());
      },
    } as unknown as Scheduling,
    recording,
    store,
    clock: systemClock,
    toTell,
    excluded(tracked) {
      excluded.push(tracked.view.model.id);
      return Promise.resolve();
    },
    log: pino({ level: 'silent' }),
  });
  const keyOf = (id: string): ModelKey => recording.roster.get(id)!.view.key;
  return {
    ...{ following, recording, store, read, toTell, published, excluded, keyOf },
    wrote: (keys: readonly ModelKey[]) => heard.get('wrote')!(keys, 'another'),
    changed: (keys: readonly ModelKey[]) => heard.get('changed')!(keys, 'another'),
    fail: (to: boolean) => void (fails = to),
  };
}

it('reads each model in its turn, however many others write', async () => {
  const { following, recording, wrote, read } = await follower(100);
  const keys = [...recording.roster.all()].map(({ view }) => view.key);
  // More are written in each second than are read.
  for (let second = 0; second < 10; second += 1) {
    for (let at = 0; at < keys.length; at += 20) void wrote(keys.slice(at, at + 20));
    await following.turn();
  }
  expect(new Set(read.flat()).size).toBe(100);
});

it('reads those of another state at once, before the others', async () => {
  const { following, recording, wrote, changed, read, keyOf } = await follower(500);
  for (const { view } of recording.roster.all()) void wrote([view.key]);
  void changed([keyOf('model-499'), keyOf('model-498')]);
  await following.turn();
  expect(read.flat().slice(0, 2)).toEqual(['model-499', 'model-498']);
  expect(read.flat()).toHaveLength(10);
  expect(new Set(read.flat()).size).toBe(10);
});

it('reads more while somebody asks', async () => {
  const { following, recording, wrote, read } = await follower(500);
  for (const { view } of recording.roster.all()) void wrote([view.key]);
  following.asked();
  await following.turn();
  expect(new Set(read.flat()).size).toBe(500);
});

it('reads a model that came later, and one that was renamed, by their keys', async () => {
  const { following, recording, wrote, read, keyOf } = await follower(2);
  void wrote([keyOf('model-0')]);
  await following.turn();
  expect(read.splice(0)).toEqual([['model-0']]);
  await recording.roster.replace(
    [modelNamed('model-0'), { ...modelNamed('model-b'), renameFrom: 'model-1' }, modelNamed('model-c')],
    start,
  );
  // Names are looked up again after some turns.
  for (let turn = 0; turn < 5; turn += 1) await following.turn();
  void wrote([keyOf('model-c'), keyOf('model-b'), 4_711]);
  await following.turn();
  expect(read).toEqual([['model-c', 'model-b']]);
});

it('tells later what it could not tell', async () => {
  const { following, toTell, published, fail } = await follower(1);
  toTell.written.add(7);
  toTell.changed.add(8);
  fail(true);
  await following.turn();
  expect(published).toEqual([]);
  fail(false);
  await following.turn();
  expect(published).toEqual([[8], [7]]);
});

it('learns of exclusions of which it heard nothing, within a minute', async () => {
  const { following, recording, store, keyOf, excluded } = await follower(2);
  const window = { from: start, to: start + 1_000, reason: 'planned', createdAt: start };
  const { id } = await store.exclude(keyOf('model-1'), window);
  for (let second = 0; second < 60; second += 1) await following.turn();
  expect(recording.roster.get('model-1')!.view.exclusions).toMatchObject([{ id }]);
  await store.include(keyOf('model-1'), id);
  for (let second = 0; second < 60; second += 1) await following.turn();
  expect(recording.roster.get('model-1')!.view.exclusions).toEqual([]);
  expect(excluded).toEqual(['model-1', 'model-1']);
});
