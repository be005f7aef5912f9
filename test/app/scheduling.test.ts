import { setImmediate } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { Checking } from '../../src/app/checking.js';
import { createScheduling } from '../../src/app/scheduling.js';
import { createCalendar } from '../../src/calendar/calendar.js';
import type { LoadedConfig } from '../../src/config/read/load.js';
import { createMonitorMetrics } from '../../src/metrics/monitor.js';
import { workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';

const place = workplace();
const createParts = useParts();

it('schedules the models of a reload in the turn of the loop in which they are known', async () => {
  const recording = createParts(place.fresh());
  const { clock, roster } = recording;
  const ids = Array.from({ length: 200 }, (_, index) => `model-${index}`);
  const settings = {
    models: ids.map((id) => modelNamed(id)),
    maintenance: [],
    checker: { concurrency: 1, perHost: 1 },
  } as unknown as LoadedConfig['settings'];
  const scheduling = createScheduling({
    ...{ calendar: createCalendar(), clock, recording, log: pino({ level: 'silent' }) },
    metrics: createMonitorMetrics({ version: '0', missed: new Map() }),
    settings: () => settings,
    checking: { configure: () => undefined } as unknown as Checking,
    ready: () => true,
  });
  let [applied, known] = [false, 0];
  const applying = scheduling.apply({ settings } as LoadedConfig).finally(() => (applied = true));
  while (!applied) {
    await setImmediate();
    if (ids.some((id) => roster.get(id) === undefined)) continue;
    known += 1;
    expect(ids.filter((id) => scheduling.scheduler.nextDue(id) === null)).toEqual([]);
  }
  await applying;
  expect(known).toBeGreaterThan(0);
  await scheduling.scheduler.stop(0);
});
