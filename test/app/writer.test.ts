import { setImmediate } from 'node:timers/promises';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, jest } from '@jest/globals';
import { addPending, emptyPending } from '../../src/app/pending.js';
import { createWriter } from '../../src/app/writer.js';
import { systemClock } from '../../src/domain/clock.js';
import { dayMs } from '../../src/domain/period.js';
import { rowsOfSpan } from '../../src/domain/rollup.js';
import { result, start, workplace } from '../store/samples.js';
import { modelNamed, silentEvents, useParts } from './parts.js';

const place = workplace();
const createParts = useParts();

afterEach(() => {
  jest.useRealTimers();
});

it.each([
  ['1 s', { kind: 'every', everyMs: 1_000 }, 100],
  ['8 s', { kind: 'every', everyMs: 8_000 }, 160],
  ['an hour', { kind: 'every', everyMs: 3_600_000 }, 200],
  ['a cron expression', { kind: 'cron', expression: '* * * * *', timezone: 'UTC', spreadMs: null }, 200],
] as const)(
  'writes changes after 50 ms, and for an interval of %s begins at most one write in its time',
  async (_, schedule, spacingMs) => {
    const store = place.fresh();
    const parts = createParts(store);
    await parts.roster.replace([modelNamed('gpt', { schedule })], start);
    const gpt = parts.roster.get('gpt')!;
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    let writes = 0;
    let wrote = (): void => undefined;
    const writer = createWriter(store, systemClock, {
      ...silentEvents,
      wrote: () => {
        writes += 1;
        wrote();
      },
    });
    for (const dueMs of [50, spacingMs, spacingMs]) {
      const before = writes;
      const written = new Promise<void>((resolve) => (wrote = resolve));
      writer.changed(gpt, 0);
      jest.advanceTimersByTime(dueMs - 1);
      await setImmediate();
      expect(writes).toBe(before);
      jest.advanceTimersByTime(1);
      await written;
      await writer.flush();
      expect(writes).toBe(before + 1);
    }
    jest.advanceTimersByTime(1_000);
    const written = new Promise<void>((resolve) => (wrote = resolve));
    writer.changed(gpt, 0);
    jest.advanceTimersByTime(50);
    await written;
    expect(writes).toBe(4);
    await writer.drain();
  },
);

it('writes in a flush what changed while an earlier write ran', async () => {
  const store = place.fresh();
  const parts = createParts(store);
  await parts.roster.replace([modelNamed('first'), modelNamed('second')], start);
  const [first, second] = [parts.roster.get('first')!, parts.roster.get('second')!];
  let goOn = (): void => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  const written: number[] = [];
  const holding: typeof store = {
    ...store,
    async write(batch) {
      await held;
      written.push(...batch.models.map(({ key }) => key));
      return store.write(batch);
    },
  };
  const writer = createWriter(holding, systemClock, silentEvents);
  writer.changed(first, 0);
  const earlier = writer.flush();
  writer.changed(second, 0);
  const later = writer.flush().then(() => [...written]);
  goOn();
  await earlier;
  expect(await later).toEqual([first.view.key, second.view.key]);
  await writer.drain();
});

it('goes on in the new database when the old one is deleted and a model is removed meanwhile', async () => {
  const path = join(place.directory(), 'pulse.db');
  const parts = createParts(place.open(path));
  const both = [modelNamed('stays'), modelNamed('goes')];
  await parts.roster.replace(both, start);
  await parts.writer.flush();
  const goes = parts.roster.get('goes')!;
  rmSync(path);
  await parts.roster.replace(both.slice(0, 1), start).catch(() => undefined);
  await parts.roster.replace(both.slice(0, 1), start);
  const { slot, kind, ...found } = result(start + 1_000);
  void parts.recorder.record(goes, found, slot, kind);
  expect(await parts.writer.flush()).toBe(false);
  expect(await parts.writer.flush()).toBe(true);
  await parts.record('stays', start + 2_000);
  expect(parts.writer.pendingResults).toBe(0);
  expect(parts.roster.get('stays')!.view.latest?.slot).toBe(start + 2_000);
});

it('puts back more parts than fit into the arguments of a call, when a write fails that hung', () => {
  const points = Array.from({ length: 200_000 }, (_, at) => ({
    from: start + at,
    state: 'healthy' as const,
    reason: 'ok' as const,
  }));
  const earlier = { ...emptyPending(), points: points.slice(0, 2) };
  expect(addPending(earlier, { ...emptyPending(), points }).points).toHaveLength(200_002);
});

it('writes at most some thousand rows of hours and days in a transaction, however long nothing was checked', async () => {
  const store = place.fresh();
  const rows: number[] = [];
  const counting: typeof store = {
    ...store,
    write(batch) {
      const spans = batch.models.flatMap(({ wholeHours }) => wholeHours);
      rows.push(spans.reduce((sum, span) => sum + rowsOfSpan(span), 0));
      return store.write(batch);
    },
  };
  const parts = createParts(counting);
  const seldom = { kind: 'every', everyMs: 30 * dayMs } as const;
  const ids = Array.from({ length: 40 }, (_, index) => `model-${index}`);
  await parts.roster.replace(
    ids.map((id, index) => modelNamed(id, index % 2 === 0 ? {} : { schedule: seldom })),
    start,
  );
  await parts.writer.flush();
  for (const days of [1, 30, 60, 1_500]) {
    const slot = start + days * dayMs;
    parts.clock.now = slot;
    for (const id of ids) {
      const { slot: at, kind, ...found } = result(slot);
      void parts.recorder.record(parts.roster.get(id)!, found, at, kind);
    }
    await parts.writer.flush();
  }
  // The last model of a transaction may bring 1,500 days.
  expect(Math.max(...rows)).toBeLessThan(5_000 + 1_600);
  expect(rows.filter((count) => count > 1_600).length).toBeGreaterThan(10);
});
