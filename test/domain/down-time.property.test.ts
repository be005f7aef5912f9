import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { downBlames, downTimeOf } from '../../src/domain/down-time.js';
import { newHealth, type Health } from '../../src/domain/health.js';
import { merge, subtract } from '../../src/domain/intervals.js';
import { blameFor, type StateReason } from '../../src/domain/reason.js';
import { states, type Interval, type State, type StatePoint } from '../../src/domain/state.js';
import { tableOf } from '../../src/domain/table.js';
import { durationsOf } from '../../src/domain/timeline.js';
import { providerUptimeOf } from '../../src/domain/uptime.js';
import { spentBetween } from '../../src/store/history.js';
import type { ModelWindow } from '../../src/store/port.js';
import { amount } from '../slow.js';

const start = Date.UTC(2026, 0, 1);
/** Seconds of the time line. */
const length = 300;
const second = fc.integer({ min: 0, max: length });
const reasons: readonly (StateReason | null)[] = ['timeout', 'auth_failed', 'redirected', 'dns_error', null];
const found = fc.uniqueArray(
  fc.record({
    at: fc.integer({ min: 1, max: length }),
    state: fc.constantFrom<State>(...states, 'unhealthy', 'unhealthy'),
    reason: fc.constantFrom(...reasons),
  }),
  { selector: ({ at }) => at, maxLength: 20 },
);
const interval = fc.tuple(second, second).map(([a, b]) => ({
  from: start + Math.min(a, b) * 1_000,
  to: start + Math.max(a, b) * 1_000,
}));

/** The pieces of points within a window, one each. */
const piecesOf = (line: readonly StatePoint[], { from, to }: Interval) =>
  line.flatMap((point, index) => {
    const piece = {
      ...point,
      from: Math.max(from, point.from),
      to: Math.min(to, line[index + 1]?.from ?? to),
    };
    return piece.from < piece.to ? [piece] : [];
  });

/** A store that sums the points of a line. */
const storeOf = (line: readonly StatePoint[]) => ({
  spent: (windows: readonly ModelWindow[]) =>
    Promise.resolve(
      windows.map(({ without = [], ...asked }) => {
        const told = subtract(asked, merge(without)).flatMap((part) => piecesOf(line, part));
        return { durations: durationsOf(told), down: downTimeOf(told) };
      }),
    ),
});

it('counts each second once, and of the unhealthy ones only those of the provider as its time down', async () => {
  await fc.assert(
    fc.asyncProperty(
      ...[found, second, fc.nat(60), interval, fc.array(interval, { maxLength: 3 })],
      async (points, settledAt, validFor, window, exclusions) => {
        const settled = start + settledAt * 1_000;
        const line = [
          { from: start, state: 'unknown', reason: 'not_yet' } satisfies StatePoint,
          ...points
            .map(({ at, ...rest }) => ({ from: start + at * 1_000, ...rest }))
            .filter(({ from }) => from <= settled),
        ].sort((a, b) => a.from - b.from);
        const { state, reason } = line.at(-1)!;
        const validUntil = settled + validFor * 1_000;
        const stored: Health = { ...newHealth(start), settled, state, reason, validUntil };
        const spent = await spentBetween(storeOf(line), { key: 1, stored, exclusions }, window);

        const seconds = tableOf(states, () => 0);
        const down = tableOf(downBlames, () => 0);
        for (let at = window.from; at < window.to; at += 1_000) {
          const isOver = at >= validUntil && validUntil > settled;
          const point = isOver ? null : line.findLast(({ from }) => from <= at)!;
          const is = exclusions.some(({ from, to }) => from <= at && at < to)
            ? 'maintenance'
            : (point?.state ?? 'unknown');
          seconds[is] += 1_000;
          const reason = point?.reason ?? null;
          if (is === 'unhealthy') down[(reason && blameFor(reason)) ?? 'none'] += 1_000;
        }
        expect(spent).toEqual({ durations: seconds, down });
        const good = seconds.healthy + seconds.degraded;
        const known = good + down.provider;
        const watchable = good + seconds.unhealthy + seconds.unknown;
        const coverage = watchable === 0 ? null : known / watchable;
        const uptime = coverage !== null && coverage >= 0.01 ? good / known : null;
        expect(providerUptimeOf(spent)).toEqual({ uptime, coverage });
      },
    ),
    { numRuns: amount(3_000, 300) },
  );
});
