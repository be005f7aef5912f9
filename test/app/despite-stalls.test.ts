import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pino } from 'pino';
import { adjusted, undisturbed } from '../../src/app/adjustments.js';
import { createFindStalled, watchStalls } from '../../src/app/stalls.js';
import { createSteadyClock, machineUptimeMs, watchSuspension } from '../../src/app/steady-clock.js';
import { monotonicMs, systemClock, type Clock } from '../../src/domain/clock.js';
import type { Model } from '../../src/domain/model.js';
import { outcomeFor, type Reason } from '../../src/domain/reason.js';
import type { CheckResult } from '../../src/domain/result.js';
import { result, start } from '../store/samples.js';
import { modelNamed } from './parts.js';
import { amount } from '../slow.js';

let stop: () => void = () => undefined;
afterEach(() => {
  stop();
  stop = () => undefined;
});

/** A clock that moves only in a check, which looks at it as the watch does; what it sets and suspends is over at the next look. */
function rig(
  parts: {
    /** Monotonic ms in which the loop stands still. */
    readonly standstills?: readonly (readonly [from: number, to: number])[];
    /** What the wall clock is set by, or the machine suspended for, at these monotonic ms. */
    readonly steps?: readonly { readonly at: number; readonly ms: number; readonly suspended: boolean }[];
    /** The clock as the watch sees it. */
    readonly seen?: (raw: Clock, uptimeMs: () => number) => Clock;
  } = {},
) {
  const time = { monotonic: 0, set: 0, suspended: 0 };
  const raw: Clock = {
    wall: () => start + time.monotonic + time.set + time.suspended,
    monotonic: () => monotonicMs(time.monotonic),
  };
  const uptimeMs = () => 77_000 + time.monotonic + time.suspended;
  const clock = parts.seen?.(raw, uptimeMs) ?? raw;
  const stalls = watchStalls(clock, pino({ level: 'silent' }), uptimeMs);
  stop = () => stalls.stop();
  let steps = [...(parts.steps ?? [])];
  const pass = (ms: number): void => {
    const until = time.monotonic + ms;
    while (time.monotonic < until) {
      const now = time.monotonic;
      const stands = parts.standstills?.find(([from, to]) => from <= now && now < to);
      time.monotonic = stands?.[1] ?? Math.min(until, now + 50);
      for (const step of steps.filter(({ at }) => at <= time.monotonic))
        time[step.suspended ? 'suspended' : 'set'] += step.ms;
      steps = steps.filter(({ at }) => at > time.monotonic);
      stalls.within(monotonicMs(0), monotonicMs(0));
    }
  };
  let counted = 0;
  let followed: object | undefined = {};
  let next: { readonly reason: Reason; readonly ms: number } = { reason: 'ok', ms: 0 };
  const findStalled = createFindStalled({
    stalls,
    counted: () => (counted += 1),
    followed: () => followed,
  });
  const check = (model: Model): CheckResult => {
    const { reason, ms } = next;
    const from = clock.monotonic();
    pass(ms);
    const outcome = outcomeFor(reason, model.outcomes);
    const found = result(start, { durationMs: ms, reason, outcome, detail: 'x' });
    const stalled = findStalled(model, found, from, clock.monotonic());
    return adjusted(found, { ...undisturbed(model), stalled });
  };
  return {
    stalls,
    pass,
    counted: () => counted,
    /** The model leaves the registry, or another comes in its place. */
    follow: (model: object | undefined) => (followed = model),
    /** A check that takes so many ms. */
    told(reason: Reason, ms: number, timeoutMs = 5_000) {
      next = { reason, ms };
      const { stalled = false, ...found } = check({ ...modelNamed('gpt'), timeoutMs });
      return Promise.resolve({ ...found, stalled });
    },
  };
}

/** Stands still for `ms` every `every` ms, from `after` on. */
const recurring = (ms: number, every: number, after = 0) =>
  Array.from({ length: 100 }, (_, n) => [after + n * every, after + n * every + ms] as const);

const aside = { reason: 'internal_error', outcome: 'unknown', stalled: true };
const waiting = ['timeout', 'dns_error', 'connect_error', 'tls_error', 'connection_lost'] as const;

describe('check during a stall of the monitor', () => {
  it('keeps a failure found over a second after the stall, but drops its latency', async () => {
    const { told, counted } = rig({ standstills: [[2_000, 8_900]] });
    expect(await told('timeout', 10_000)).toMatchObject({
      reason: 'timeout',
      outcome: 'unhealthy',
      durationMs: null,
      stalled: true,
    });
    expect(counted()).toBe(1);
  });

  it('keeps a failure that is a reply', async () => {
    for (const reason of ['server_error', 'malformed_response'] as const)
      expect(await rig({ standstills: [[2_000, 10_000]] }).told(reason, 10_000)).toMatchObject({
        reason,
        durationMs: null,
      });
  });

  it('sets aside a failure to get a reply found right after the stall', async () => {
    for (const reason of waiting)
      expect(await rig({ standstills: [[2_000, 9_500]] }).told(reason, 10_000)).toMatchObject({
        ...aside,
        detail: 'the monitor was stalled for 7.5 s',
      });
  });

  it('keeps a failure if the stall took less than a quarter of the check', async () => {
    for (const reason of waiting) {
      expect(await rig({ standstills: recurring(300, 1_500) }).told(reason, 6_000)).toMatchObject({ reason });
      expect(await rig({ standstills: [[5_500, 6_000]] }).told(reason, 6_000)).toMatchObject({ reason });
    }
  });

  it('keeps a timeout if the model had three quarters of its time', async () => {
    expect(await rig({ standstills: [[3_900, 12_000]] }).told('timeout', 12_000)).toMatchObject({
      reason: 'timeout',
    });
    expect(await rig({ standstills: [[3_600, 12_000]] }).told('timeout', 12_000)).toMatchObject(aside);
  });

  it('counts only the part of the stall that overlaps the check', async () => {
    const { pass, told } = rig({ standstills: [[1_000, 60_000]] });
    pass(60_000);
    expect(await told('connect_error', 900)).toMatchObject({ reason: 'connect_error', stalled: true });
  });

  it('ignores a stall of up to 250 ms', async () => {
    const bearable = rig({ standstills: [[2_000, 2_250]] });
    expect(await bearable.told('slow', 10_000)).toMatchObject({ reason: 'slow', durationMs: 10_000 });
    expect(bearable.counted()).toBe(0);
    const stalled = rig({ standstills: [[2_000, 2_400]] });
    expect(await stalled.told('slow', 10_000)).toMatchObject({ reason: 'ok', durationMs: null });
    expect(stalled.counted()).toBe(1);
  });

  it('sets aside at most three failures in a row, until another result', async () => {
    const { told, follow } = rig({ standstills: recurring(500, 1_000) });
    const reasons = async (count: number) => {
      const found: string[] = [];
      for (let n = 0; n < count; n += 1) found.push((await told('connect_error', 1_000)).reason);
      return found;
    };
    const three = ['internal_error', 'internal_error', 'internal_error'];
    expect(await reasons(6)).toEqual([...three, ...Array<string>(3).fill('connect_error')]);
    expect(await told('ok', 1_000)).toMatchObject({ reason: 'ok' });
    expect(await reasons(4)).toEqual([...three, 'connect_error']);
    // It left, and came back.
    follow(undefined);
    expect(await reasons(2)).toEqual(three.slice(1));
    follow({});
    expect(await reasons(4)).toEqual([...three, 'connect_error']);
  });

  it('never sets aside four failures in a row, whatever the stalls', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 })), {
          maxLength: 40,
        }),
        fc.array(
          fc.record({ reason: fc.constantFrom(...waiting), ms: fc.integer({ min: 50, max: 6_000 }) }),
          {
            minLength: 4,
            maxLength: 20,
          },
        ),
        async (spans, checks) => {
          let at = 0;
          const standstills = spans.map(([pause, length]) => {
            const from = at + pause * 50;
            at = from + length * 50;
            return [from, at] as const;
          });
          const { told } = rig({ standstills });
          let row = 0;
          for (const { reason, ms } of checks) {
            const { outcome } = await told(reason, ms);
            row = outcome === 'unknown' ? row + 1 : 0;
            expect(row).toBeLessThan(4);
          }
          stop();
        },
      ),
      { numRuns: amount(200, 50) },
    );
  });

  it('sums the stalls within a time span', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 7, max: 60 })), {
          maxLength: 10,
        }),
        fc.integer({ min: 0, max: 20_000 }),
        fc.integer({ min: 1, max: 20_000 }),
        (spans, from, length) => {
          let at = 0;
          const standstills = spans.map(([pause, stands]) => {
            const begin = at + pause * 50;
            at = begin + stands * 50;
            return [begin, at] as const;
          });
          const { stalls, pass } = rig({ standstills });
          pass(60_000);
          const to = from + length;
          const overlaps = standstills
            .map(([begin, end]) => Math.min(end, to) - Math.max(begin, from))
            .filter((ms) => ms >= 0);
          const found = stalls.within(monotonicMs(from), monotonicMs(to));
          stop();
          expect(found === null).toBe(overlaps.length === 0);
          if (found === null) return;
          const sum = overlaps.reduce((all, ms) => all + ms, 0);
          // The time between two looks is no overlap.
          expect(found.stalledMs).toBeGreaterThanOrEqual(sum - 50 * overlaps.length);
          expect(found.stalledMs).toBeLessThanOrEqual(sum);
          expect(found.stalledMs + found.awakeMs).toBe(length);
        },
      ),
    );
  });
});

describe('wall clock that jumps ahead during a check', () => {
  const hour = 3_600_000;

  it.each([5_000, hour, 40 * 24 * hour])('is not a stall if it was set by %d ms', async (ms) => {
    const { told, counted } = rig({ steps: [{ at: 900, ms, suspended: false }] });
    expect(await told('timeout', 1_000)).toMatchObject({ reason: 'timeout', durationMs: 1_000 });
    expect(counted()).toBe(0);
  });

  it('is not a stall if the clock was doubted and accepted after a minute', async () => {
    const log = pino({ level: 'silent' });
    const { told, counted, pass } = rig({
      steps: [{ at: 1_000, ms: 2 * hour, suspended: false }],
      seen: (raw, uptimeMs) => createSteadyClock(raw, { startAt: start, log, uptimeMs }),
    });
    pass(60_000);
    expect(await told('timeout', 2_000)).toMatchObject({ reason: 'timeout', durationMs: 2_000 });
    expect(counted()).toBe(0);
  });

  it.each([{ steady: false }, { steady: true }])(
    'is a stall if the machine was suspended, with a clock that doubts: $steady',
    async ({ steady }) => {
      const log = pino({ level: 'silent' });
      const { told } = rig({
        steps: [
          { at: 400, ms: 5_000, suspended: false },
          { at: 900, ms: 8 * hour, suspended: true },
        ],
        ...(steady && { seen: (raw, uptimeMs) => createSteadyClock(raw, { startAt: start, log, uptimeMs }) }),
      });
      expect(await told('connection_lost', 1_000)).toMatchObject({
        ...aside,
        detail: 'the monitor was stalled for 28800.0 s',
      });
    },
  );
});

describe('machine uptime', () => {
  it('advances with the monotonic clock', () => {
    const suspended = watchSuspension(systemClock, machineUptimeMs);
    expect(suspended()).toBe(0);
    expect(machineUptimeMs()).toBeGreaterThan(performance.now());
  });
});
