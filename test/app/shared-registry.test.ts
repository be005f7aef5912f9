import { expect, it } from '@jest/globals';
import type { Ownership } from '../../src/app/ownership.js';
import { createRoster, type ChangeRight } from '../../src/app/roster.js';
import type { Store } from '../../src/store/port.js';
import { StoreError } from '../../src/store/store-error.js';
import { start, workplace } from '../store/samples.js';
import { modelNamed } from './parts.js';

const place = workplace();

it('after a change that failed, models of other instances stay as they are', async () => {
  const store = place.fresh();
  let fails = false;
  const guarded = new Proxy<Store>(store, {
    get: (target, name) =>
      fails && name === 'register'
        ? () => Promise.reject(new StoreError('unavailable', 'no server listens there'))
        : (Reflect.get(target, name) as unknown),
  });
  const roster = createRoster({
    store: guarded,
    changed: () => undefined,
    shared: {
      // Only what it uses.
      ownership: {
        fenceNow: () => null,
        bind: () => undefined,
        isPlanned: () => false,
      } as unknown as Ownership,
      models: () => Promise.resolve([]),
      registerAll: (ids, now) => Promise.all(ids.map((id) => guarded.register(id, now, null))),
      forget: () => undefined,
    },
  });
  const right: ChangeRight = { fences: [], role: 'waits' };
  await roster.replace([modelNamed('ours')], start, undefined, right);
  await store.register('theirs', start, null);
  fails = true;
  const failed = roster.replace([modelNamed('ours'), modelNamed('new')], start, undefined, right);
  await expect(failed).rejects.toThrow('no server listens there');
  fails = false;
  const { key } = roster.get('ours')!.view;
  await store.retire([key], start);
  await roster.reconcile(start);
  expect((await store.models()).map(({ id, retiredAt }) => [id, retiredAt])).toEqual([
    ['ours', null],
    ['theirs', null],
  ]);
});
