import { expect, it } from '@jest/globals';
import type { Tracked } from '../../src/app/tracked.js';
import { createWindows } from '../../src/app/windows.js';
import { createCalendar, type Calendar } from '../../src/calendar/calendar.js';
import { tail } from '../../src/domain/timeline.js';
import { start, workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';
import { processorMs } from '../processor-time.js';

const place = workplace();
const createParts = useParts();
const minute = 60_000;
const day = 24 * 60 * minute;

/** Models like one that was added at `since` and never checked. */
async function models(count: number, since: number): Promise<Tracked[]> {
  const parts = createParts(place.fresh());
  await parts.roster.replace([modelNamed('gpt')], since);
  const gpt = parts.roster.get('gpt')!;
  return Array.from({ length: count }, (_, index): Tracked => {
    const model = { ...gpt.view.model, id: `model-${index}` };
    return { ...gpt, pending: null, view: { ...gpt.view, model } };
  });
}

const every = (cron: string, pattern = '*') => ({
  kind: 'recurring' as const,
  cron,
  timezone: 'UTC',
  durationMs: 5 * minute,
  models: [pattern],
  reason: null,
});

/** A calendar that counts the lists it makes. */
function countingCalendar(): Calendar & { lists: number } {
  const calendar = createCalendar();
  return {
    ...calendar,
    lists: 0,
    windows(...asked) {
      this.lists += 1;
      return calendar.windows(...asked);
    },
  };
}

it('catches up with windows that passed while no daemon ran in time linear in their number', async () => {
  const cost = async (days: number): Promise<number> => {
    const runs: number[] = [];
    for (let run = 0; run < 3; run += 1) {
      const late = await models(4, start - days * day);
      const windows = createWindows(
        createCalendar(),
        () => late,
        () => undefined,
      );
      runs.push(
        processorMs(() => {
          windows.replace([every('*/15 * * * *')], start, late);
          for (const { memory } of late) tail(memory.health, start);
        }),
      );
      expect(late[0]!.memory.health.windows.length).toBeGreaterThanOrEqual(days * 96);
    }
    return Math.min(...runs);
  };
  await cost(5);
  const [one, four] = [await cost(20), await cost(80)];
  expect(four / one).toBeLessThan(9);
});

it('lists the windows once for all models with the same rules, wherever each of them stopped', async () => {
  const calendar = countingCalendar();
  const late = (await models(100, start - 30 * day)).map((tracked, index) => ({
    ...tracked,
    watermark: start - 20 * day + index,
  }));
  const windows = createWindows(
    calendar,
    () => late,
    () => undefined,
  );
  windows.replace([every('0 * * * *'), every('30 5 * * *', 'model-*7')], start, late);
  expect(calendar.lists).toBeLessThanOrEqual(4);
  const [first, other] = [late[0]!, late[17]!];
  expect(first.memory.health.windows).toHaveLength(20 * 24 + 1);
  expect(other.memory.health.windows).toHaveLength(20 * 25 + 1);
  windows.sweep(start + 60 * minute);
  expect(calendar.lists).toBeLessThanOrEqual(8);
});

it.each([
  ['1970', 1_000],
  ['2016', Date.parse('2016-01-01')],
])(
  'records the windows of the last 90 days for a model whose newest slot lies in %s',
  async (_year, since) => {
    const late = await models(20, since);
    const windows = createWindows(
      createCalendar(),
      () => late,
      () => undefined,
    );
    windows.replace([every('0 * * * *')], start, late);
    for (const { memory } of late) {
      expect(memory.health.windows).toHaveLength(90 * 24 + 1);
      expect(memory.health.windows[0]!.from).toBe(start - 90 * day);
      expect(memory.health.windows.at(-1)).toEqual({ from: start, to: start + 5 * minute });
    }
  },
  20_000,
);

it('clips a window that began before the last 90 days', async () => {
  const late = await models(1, start - 100 * day);
  const windows = createWindows(
    createCalendar(),
    () => late,
    () => undefined,
  );
  windows.replace([{ ...every('0 23 * * *'), durationMs: 2 * 60 * minute }], start, late);
  const [first, second] = late[0]!.memory.health.windows;
  expect(first).toEqual({ from: start - 90 * day, to: start - 90 * day + 60 * minute });
  expect(second).toEqual({ from: start - 89 * day - 60 * minute, to: start - 89 * day + 60 * minute });
});

it('adds at most 100,000 windows of an absence, the newest, and reports it', async () => {
  const late = await models(1_000, start - 80 * day);
  const added: number[] = [];
  const shortened: [number, number][] = [];
  const windows = createWindows(
    createCalendar(),
    () => late,
    ({ memory }) => added.push(memory.health.windows.length),
    (...cut) => shortened.push(cut),
  );
  windows.replace([every('0 * * * *')], start, late);
  expect(shortened).toEqual([[1_000, 100]]);
  expect(added).toEqual(Array.from({ length: 1_000 }, () => 100));
  const newest = late[0]!.memory.health.windows.at(-1)!;
  expect(newest.from).toBe(start);
});
