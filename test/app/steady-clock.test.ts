import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pino } from 'pino';
import { createSteadyClock } from '../../src/app/steady-clock.js';
import { startOfTime, writtenAt } from '../../src/app/storage.js';
import { createCalendar } from '../../src/calendar/calendar.js';
import { createScheduler } from '../../src/scheduler/scheduler.js';
import { earliestTime, isPlausible, latestTime } from '../../src/domain/time.js';
import { createVirtualTime } from '../scheduler/virtual-time.js';
import { result, start, workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';
import { monotonicMs } from '../../src/domain/clock.js';
import { amount } from '../slow.js';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const place = workplace();
const createParts = useParts();

interface Reading {
  readonly wall: number;
  readonly raw: number;
  /** ms since the start, those of suspensions included. */
  readonly elapsed: number;
  /** Monotonic ms since the wall clock last differed by more than drift, 1 s either way, from what it is now. */
  readonly heldMs: number;
}

/** A steady clock over a virtual one, which a scheduler reads that checks a model each second. */
function life(now = start, startAt = now) {
  const time = createVirtualTime(now);
  const lines: { level: number; msg: string; ahead_ms: number }[] = [];
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line) as (typeof lines)[number]) });
  let suspended = 0;
  const steps: { readonly at: number; readonly before: number }[] = [];
  const began = time.clock.monotonic();
  const uptimeMs = () => Math.floor((time.clock.monotonic() + suspended) / second) * second;
  const clock = createSteadyClock(time.clock, { startAt, log, uptimeMs });
  const readings: Reading[] = [];
  function read(): number {
    const wall = clock.wall();
    const monotonic = time.clock.monotonic();
    const elapsed = monotonic - began + suspended;
    const offset = time.clock.wall() - monotonic;
    const setAt = steps.findLast(({ before }) => Math.abs(before - offset) > 2 * second)?.at ?? -Infinity;
    readings.push({ wall, raw: time.clock.wall(), elapsed, heldMs: monotonic - setAt });
    return wall;
  }
  function step(ms: number): void {
    const monotonic = time.clock.monotonic();
    steps.push({ at: monotonic, before: time.clock.wall() - monotonic });
    time.setClock(ms);
    read();
  }
  const slots: { readonly slot: number; readonly elapsed: number }[] = [];
  let missed = 0;
  const scheduler = createScheduler({
    calendar: createCalendar(),
    clock: { wall: read, monotonic: () => monotonicMs(clock.monotonic()) },
    concurrency: 1,
    perHost: 1,
    timers: time.timers,
    events: {
      run({ slot }) {
        slots.push({ slot, elapsed: time.clock.monotonic() - began + suspended });
        return Promise.resolve();
      },
      missed({ count }) {
        missed += count;
      },
    },
  });
  const schedule = { kind: 'every' as const, everyMs: second };
  const plan = { id: 'gpt', schedule, host: 'a', ratePerMin: null, lastSlot: null, lastStart: null };
  scheduler.update([{ ...plan, validUntil: Infinity }]);
  return {
    lines,
    readings,
    slots,
    missed: () => missed,
    raw: () => time.clock.wall(),
    read,
    doubted: () => clock.doubted,
    pass: time.pass,
    set: step,
    suspend(ms: number) {
      suspended += ms;
      step(ms);
    },
  };
}

describe('clock set while the daemon runs', () => {
  it('is ignored if it is 40 days ahead for six seconds', async () => {
    const { pass, set, slots, lines, doubted, read, raw } = life();
    await pass(10 * second);
    set(40 * day);
    expect(doubted()).toBe(true);
    await pass(6 * second);
    expect(read()).toBe(start + 16 * second);
    set(-40 * day);
    expect(doubted()).toBe(false);
    await pass(10 * second);
    expect(read()).toBe(raw());
    expect(slots.length).toBeGreaterThan(24);
    for (const { slot, elapsed } of slots) expect(Math.abs(slot - start - elapsed)).toBeLessThan(2 * second);
    expect(lines).toMatchObject([
      { level: 40, ahead_ms: 40 * day },
      { level: 30, ahead_ms: 0 },
    ]);
  });

  it.each([40 * day, -3 * hour])('is accepted when it has held for a minute: %d ms', async (step) => {
    const { pass, set, lines, doubted, read, raw } = life();
    await pass(10 * second);
    set(step);
    await pass(minute - 1);
    expect(read()).toBe(start + 10 * second + minute - 1);
    await pass(1);
    expect(read()).toBe(raw());
    expect(doubted()).toBe(false);
    expect(lines.map(({ ahead_ms: ahead }) => ahead)).toEqual([step, step]);
  });

  it.each([hour, -hour, 10 * second])('is followed at once if the step is an hour or less: %d ms', (step) => {
    const { set, lines, read, raw } = life();
    set(step);
    expect(read()).toBe(raw());
    expect(lines).toEqual([]);
  });

  it('restarts the minute when it is set again', async () => {
    const { pass, set, read, raw } = life();
    for (let times = 0; times < 10; times += 1) {
      set(2 * hour);
      await pass(50 * second);
    }
    expect(read()).toBe(start + 500 * second);
    await pass(10 * second);
    expect(read()).toBe(raw());
  });

  it('is logged at most once a minute', async () => {
    const { pass, set, lines } = life();
    for (let times = 0; times < 120; times += 1) {
      set(times % 2 === 0 ? 40 * day : -40 * day);
      await pass(second);
    }
    expect(lines.filter(({ level }) => level === 40)).toHaveLength(2);
    expect(lines.length).toBeLessThanOrEqual(4);
  });

  it.each([earliestTime - hour, latestTime + 1])('is never accepted at %d ms', async (at) => {
    const { pass, set, read, raw, doubted } = life();
    set(at - raw());
    await pass(30 * minute);
    expect(read()).toBe(start + 30 * minute);
    expect(doubted()).toBe(true);
  });
});

describe('clock of a suspended machine', () => {
  it('is followed at once', async () => {
    const { pass, suspend, read, raw, lines } = life();
    await pass(minute);
    suspend(3 * day);
    expect(read()).toBe(raw());
    await pass(minute);
    expect(read()).toBe(raw());
    expect(lines).toEqual([]);
  });

  it('does not justify a later step by an earlier suspension', async () => {
    const { pass, suspend, set, read, raw, doubted } = life();
    for (let times = 0; times < 60; times += 1) {
      suspend(50 * minute);
      await pass(second);
    }
    expect(doubted()).toBe(false);
    set(2 * day);
    expect(doubted()).toBe(true);
    const at = read();
    suspend(day);
    expect(read()).toBe(at + day);
    await pass(minute);
    expect(read()).toBe(raw());
  });
});

describe('clock that is wrong at the start', () => {
  it('is not used before it is set and has held for a minute', async () => {
    const { pass, set, read, raw, lines, slots } = life(0, start);
    await pass(hour);
    expect(read()).toBe(start + hour);
    for (const { slot, elapsed } of slots) expect(Math.abs(slot - start - elapsed)).toBeLessThan(2 * second);
    set(start + 20 * day);
    await pass(minute - 1);
    expect(read()).toBe(start + hour + minute - 1);
    await pass(1);
    expect(read()).toBe(raw());
    expect(lines).toMatchObject([{ ahead_ms: -start }, { ahead_ms: 20 * day }]);
  });

  it('starts at the newest result, or at the time the database was written', async () => {
    const folder = place.directory();
    const store = place.open(`${folder}/a.db`);
    const parts = createParts(store);
    const rtc = { wall: () => 5 * minute, monotonic: () => monotonicMs(0) };
    await parts.roster.replace([modelNamed('gpt')], start);
    expect(await startOfTime(rtc, store, 0)).toBe(Date.UTC(2026, 0, 1));
    const slot = Date.UTC(2027, 0, 1);
    await parts.record('gpt', slot, result(slot));
    expect(await startOfTime(rtc, store, slot - 1)).toBe(slot);
    expect(await startOfTime(rtc, store, slot + 1)).toBe(slot + 1);
    expect(await startOfTime({ ...rtc, wall: () => slot - day }, store, slot)).toBe(slot - day);
    expect(writtenAt(`${folder}/a.db`)).toBeGreaterThan(earliestTime);
    expect(writtenAt(`${folder}/none.db`)).toBe(0);
  });
});

describe('steady clock', () => {
  const ms = fc.oneof(
    fc.constantFrom(hour, -hour, 2 * hour, 40 * day, -40 * day, -3 * hour, -56 * 365 * day, 90 * 365 * day),
    fc.integer({ min: -60 * day, max: 60 * day }),
  );
  const act = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 90_000 }) }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('set' as const), ms }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('suspend' as const),
        ms: fc.integer({ min: 3_000, max: 5 * day }),
      }),
    },
  );

  it('accepts a step that held for a minute, even if the clock is then adjusted by less than a second', async () => {
    const { pass, set, read, raw } = life();
    set(-3_602_969);
    await pass(minute);
    set(-32);
    expect(read()).toBe(raw());
  });

  it('follows the wall clock or elapsed time, and jumps over an hour only to a clock that held', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 25 }), async (acts) => {
        const { pass, set, suspend, readings, slots, missed, raw, read, doubted } = life();
        for (const { kind, ms } of acts) {
          if (kind === 'pass') await pass(ms);
          else if (kind === 'set') set(ms);
          else suspend(ms);
        }
        let most = 0;
        for (const [index, { wall, raw, elapsed, heldMs }] of readings.entries()) {
          const before = readings[index - 1] ?? { wall: start, elapsed: 0 };
          const step = wall - before.wall - (elapsed - before.elapsed);
          expect(isPlausible(wall)).toBe(true);
          // The uptime of a suspension is known to two seconds.
          if (wall !== raw) expect(Math.abs(step)).toBeLessThanOrEqual(2 * second);
          if (Math.abs(step) > hour + 3 * second) expect(heldMs).toBeGreaterThanOrEqual(minute);
          most = Math.max(most, wall);
        }
        // After a step back each slot, done or missed, is a millisecond after the one before.
        for (const { slot } of slots) expect(slot).toBeLessThanOrEqual(most + slots.length + missed());
        if (!isPlausible(raw() + minute)) return;
        await pass(minute);
        expect([read(), doubted()]).toEqual([raw(), false]);
      }),
      { numRuns: amount(100, 25) },
    );
  }, 120_000);
});
