import { expect, it } from '@jest/globals';
import type { Ownership } from '../../src/app/ownership.js';
import { createRemote } from '../../src/app/remote.js';
import type { BusHandler } from '../../src/store/fleet-port.js';
import { start, workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';

const place = workplace();
const partsOf = useParts();

it('does nothing to a model that has just come and is still to be read: that would be forgotten', async () => {
  const { roster } = partsOf(place.fresh());
  await roster.replace([modelNamed('moving')], start);
  const heard = new Map<string, BusHandler>();
  let isRead = false;
  const done: string[] = [];
  const own = (kind: string) => (id: string) => {
    done.push(`${kind} ${id}`);
    return Promise.resolve(true);
  };
  createRemote({
    // Only what it uses.
    ownership: {
      mayStart: () => true,
      isPlanned: () => isRead,
      fleet: { bus: { subscribe: (kind: string, handler: BusHandler) => heard.set(kind, handler) } },
    } as unknown as Ownership,
    roster,
    scheduling: { readAgain: () => Promise.resolve(new Map()) },
    checkNow: () => Promise.reject(new Error('not asked')),
    pauses: { pause: own('pause'), resume: own('resume') },
  });
  const pause = (): unknown => heard.get('pause')!('moving', 'another');
  expect(await pause()).toMatchObject({ status: 503, code: 'no_owner' });
  expect(done).toEqual([]);
  isRead = true;
  expect(await pause()).toEqual({ ok: true });
  expect(done).toEqual(['pause moving']);
});
