import { expect, it } from '@jest/globals';
import { createWriter } from '../../src/app/writer.js';
import { createRoster } from '../../src/app/roster.js';
import { systemClock } from '../../src/domain/clock.js';
import { shardOf } from '../../src/store/fleet-port.js';
import type { Batch, Store } from '../../src/store/port.js';
import { FencedError, StoreError } from '../../src/store/store-error.js';
import type { Tracked } from '../../src/app/tracked.js';
import { addMissed } from '../../src/app/tracked.js';
import { createCalendar } from '../../src/calendar/calendar.js';
import { createRecorder } from '../../src/app/recorder.js';
import { result, start, workplace } from '../store/samples.js';
import { modelNamed, silentEvents } from './parts.js';

const place = workplace();

it('drops what another instance has taken over, and writes the rest of the batch', async () => {
  const store = place.fresh();
  const batches: Batch[] = [];
  const fenced: string[] = [];
  const taken = shardOf('gone');
  const write = (batch: Batch): ReturnType<Store['write']> => {
    batches.push(batch);
    return batch.fences?.some(({ shard }) => shard === taken) === true
      ? Promise.reject(new FencedError([taken]))
      : store.write(batch);
  };
  const guarded = new Proxy<Store>(store, {
    get: (target, name) => (name === 'write' ? write : (Reflect.get(target, name) as unknown)),
  });
  const writer = createWriter(
    guarded,
    systemClock,
    { ...silentEvents, failed: () => Promise.reject(new Error('nothing fails')) },
    {
      fenceOf: ({ view }) => ({ shard: shardOf(view.model.id), fence: 7 }),
      mayShowUnwritten: () => true,
      fenced: (models) => void fenced.push(...models.map(({ view }) => view.model.id)),
    },
  );
  const roster = createRoster({ store, changed: (tracked: Tracked) => writer.changed(tracked, 0) });
  await roster.replace([modelNamed('kept')], Date.now());
  await writer.flush();
  batches.length = 0;
  await roster.replace([modelNamed('kept'), modelNamed('gone')], Date.now());
  const kept = roster.get('kept')!;
  addMissed(kept, { lastSlot: Date.now(), unwatched: null });
  writer.changed(kept, 0);
  writer.missed('overlap', 1);
  expect(await writer.flush()).toBe(true);

  expect(fenced).toEqual(['gone']);
  expect(batches.map(({ models, missed }) => [models.length, missed.get('overlap')])).toEqual([
    [2, 1],
    [1, 1],
  ]);
  expect(batches[1]!.fences).toEqual([{ shard: shardOf('kept'), fence: 7 }]);
  expect((await store.models()).find(({ id }) => id === 'kept')!.watermark).toBe(kept.watermark);
  expect(await writer.drain()).toEqual({ results: 0, models: 0 });
});

it('shows what is not written only while no other instance can take the model over', async () => {
  const store = place.fresh();
  let [refuses, alone] = [false, true];
  const guarded = new Proxy<Store>(store, {
    get: (target, name) =>
      name === 'write' && refuses
        ? () => Promise.reject(new StoreError('unavailable', 'away'))
        : (Reflect.get(target, name) as unknown),
  });
  const shown: number[] = [];
  const writer = createWriter(
    guarded,
    systemClock,
    {
      ...silentEvents,
      failed: () => Promise.resolve(),
      publish({ publications }) {
        for (const { result: of, done } of publications) {
          shown.push(of.slot);
          done(of);
        }
      },
    },
    {
      fenceOf: ({ view }) => ({ shard: shardOf(view.model.id), fence: 7 }),
      mayShowUnwritten: () => alone,
      fenced: () => undefined,
    },
  );
  const roster = createRoster({ store, changed: (tracked: Tracked) => writer.changed(tracked, 0) });
  await roster.replace([modelNamed('gpt')], start);
  await writer.flush();
  const calendar = createCalendar();
  const recorder = createRecorder({ calendar, clock: systemClock, writer, openWindows: () => undefined });
  const check = async (slot: number): Promise<void> => {
    const found = result(slot);
    const recorded = recorder.record(roster.get('gpt')!, found, slot, found.kind);
    await writer.flush();
    // The check ends, shown or not.
    await recorded;
  };

  refuses = true;
  await check(start + 60_000);
  expect(shown).toEqual([start + 60_000]);
  alone = false;
  await check(start + 120_000);
  expect(shown).toEqual([start + 60_000]);
  refuses = false;
  await writer.drain();
  expect(shown).toEqual([start + 60_000, start + 120_000]);
});
