import { describe, expect, it } from '@jest/globals';
import { createWriter } from '../../src/app/writer.js';
import { pino } from 'pino';
import { noteAbsence } from '../../src/app/absence.js';
import { createCalendar } from '../../src/calendar/calendar.js';
import { systemClock } from '../../src/domain/clock.js';
import { StoreError } from '../../src/store/store-error.js';
import { start, workplace } from '../store/samples.js';
import { modelNamed, silentEvents, useParts } from './parts.js';

const place = workplace();
const createParts = useParts();

describe('missed slots', () => {
  it('are shown once they are written, so that a kill never decreases a counter', async () => {
    const store = place.fresh();
    let shown = 0;
    const writer = createWriter(store, systemClock, {
      ...silentEvents,
      missed: (_cause, count) => (shown += count),
    });
    writer.missed('overlap', 2);
    expect(shown).toBe(0);
    await writer.flush();
    expect([shown, (await store.missed()).get('overlap')]).toEqual([2, 2]);
  });

  it('are counted once in memory while the store fails, and written when it works again', async () => {
    const store = place.fresh();
    let refuses = true;
    const sometimes: typeof store = {
      ...store,
      corruptions: 0,
      write: (batch) =>
        refuses ? Promise.reject(new StoreError('unavailable', 'disk is full')) : store.write(batch),
    };
    let shown = 0;
    const writer = createWriter(sometimes, systemClock, {
      ...silentEvents,
      missed: (_cause, count) => (shown += count),
    });
    writer.missed('capacity', 3);
    await writer.flush();
    expect([shown, (await store.missed()).get('capacity')]).toEqual([3, undefined]);
    refuses = false;
    await writer.flush();
    expect([shown, (await store.missed()).get('capacity')]).toEqual([3, 3]);
    await writer.drain();
  });
});

describe('slots due while no daemon ran', () => {
  it('are counted by the current schedule if the stored one is unreadable', async () => {
    const parts = createParts(place.fresh());
    await parts.roster.replace([modelNamed('gpt')], start);
    await parts.record('gpt', start + 60_000);
    const gpt = parts.roster.get('gpt')!;
    const [epoch] = gpt.memory.epochs;
    const schedule = { kind: 'cron', expression: '61 * * * *', timezone: 'UTC', spreadMs: 0 } as const;
    Object.assign(gpt, { memory: { ...gpt.memory, epochs: [{ ...epoch, schedule }] } });
    const lines: string[] = [];
    noteAbsence([gpt], {
      calendar: createCalendar(),
      recorder: parts.recorder,
      nextDue: () => null,
      now: start + 60 * 60_000,
      log: pino({}, { write: (line) => void lines.push(line) }),
    });
    expect(gpt.watermark).toBeGreaterThan(start + 50 * 60_000);
    expect(lines.join('')).toContain('a stored schedule cannot be read');
  });
});
