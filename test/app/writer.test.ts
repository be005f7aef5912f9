import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, it, jest } from '@jest/globals';
import { createWriter } from '../../src/app/writer.js';
import { systemClock } from '../../src/domain/clock.js';
import { start, workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';

const place = workplace();
const createParts = useParts();

afterEach(() => {
  jest.useRealTimers();
});

it('writes changes after 50 ms, and begins at most one write per 100 ms', async () => {
  const store = place.fresh();
  const parts = createParts(store);
  await parts.roster.replace([modelNamed('gpt')], start);
  const gpt = parts.roster.get('gpt')!;
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  let writes = 0;
  let wrote = (): void => undefined;
  const writer = createWriter(store, systemClock, {
    publish: () => undefined,
    missed: () => undefined,
    wrote: () => {
      writes += 1;
      wrote();
    },
    failed: () => Promise.resolve(),
    recovered: () => undefined,
    refused: () => undefined,
    dropped: () => undefined,
  });
  for (const dueMs of [50, 100, 100]) {
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
});
