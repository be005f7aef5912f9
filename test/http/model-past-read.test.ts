import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { pastOf } from '../../src/app/stored-past.js';
import { askedWindow } from '../../src/cli/options.js';
import { readReport } from '../../src/report/report-models.js';
import { uptimeOf } from '../../src/domain/uptime.js';
import { readModelPast } from '../../src/http/pages/model-past-read.js';
import { openHistoryReader } from '../../src/store/sqlite/history-reader.js';
import { durationsBetween, timelineBetween } from '../../src/store/history.js';
import { modelNamed, useParts } from '../app/parts.js';
import { migrationsDir, start, workplace } from '../store/samples.js';

const hour = 3_600_000;
const day = 24 * hour;
const failing = { outcome: 'unhealthy', reason: 'server_error', httpStatus: 500 } as const;

const place = workplace();
const createParts = useParts();

/** A model checked each hour for 40 days, down for 3 h each 9 days; of the first time, an hour is excluded. */
async function written() {
  const path = join(place.directory(), 'pulse.db');
  const store = place.open(path);
  const parts = createParts(store);
  const model = modelNamed('gpt', { schedule: { kind: 'every', everyMs: hour }, slo: 0.99 });
  await parts.roster.replace([model], start);
  const end = start + 40 * day;
  for (let slot = start; slot < end; slot += hour)
    await parts.record('gpt', slot, (slot - start) % (9 * day) < 3 * hour ? failing : {});
  const view = parts.roster.get('gpt')!.view;
  const exclusion = await store.exclude(view.key, {
    from: start + hour,
    to: start + 2 * hour,
    reason: 'move',
    createdAt: start,
  });
  const past = { key: view.key, stored: view.stored, exclusions: [exclusion] };
  return { store, model, past, now: end + 90 * 60_000, reader: openHistoryReader(path, migrationsDir) };
}

describe('past of a model as its page reads it', () => {
  it('is that of the report and of the API, to the ms', async () => {
    const { store, model, past, now, reader } = await written();
    const window = { from: now - 30 * day, to: now };
    const read = await readModelPast(reader, { kind: 'model_past', past, window, now, streams: false });
    reader.close();

    expect(read.window).toEqual(window);
    expect(read.intervals).toEqual(await timelineBetween(store, past, window));
    const drawn = read.steps.reduce((sum, { durations }) => sum + durations.unhealthy, 0);
    expect(drawn).toBe((await durationsBetween(store, past, window)).unhealthy);

    expect(read.months.length).toBeGreaterThan(1);
    for (const month of read.months) {
      const name = `month:${new Date(month.from).toISOString().slice(0, 7)}`;
      const [report] = await readReport(store, {
        registry: [model],
        ids: new Set(['gpt']),
        window: askedWindow(name, 'UTC', now),
        pastOf,
      });
      expect(month.durations).toEqual(report!.figures!.durations);
      expect(uptimeOf(month.durations)).toEqual({ uptime: report!.uptime, coverage: report!.coverage });
      expect(month.incidents).toBe(report!.incidents.filter(({ countedMs }) => countedMs > 0).length);
    }
    const counts = await store.counts(past.key, now - day, now, past.exclusions);
    expect(read.latency.p95 === null).toBe(counts.latency.size === 0);
    expect(read.incidents.map(({ id }) => id)).toEqual(
      (await store.incidents({ model: past.key, limit: 5 })).map(({ id }) => id),
    );
  });

  it('is empty before the model was known', async () => {
    const { past, now, reader } = await written();
    const window = { from: start - 2 * day, to: start - day };
    const read = await readModelPast(reader, { kind: 'model_past', past, window, now, streams: true });
    reader.close();
    expect([read.steps, read.intervals]).toEqual([[], []]);
    expect(read.days.length).toBeGreaterThan(39);
  });
});
