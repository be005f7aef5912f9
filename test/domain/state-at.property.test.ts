import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newHealth, type Health } from '../../src/domain/health.js';
import { merge } from '../../src/domain/intervals.js';
import { after, sameStretch, standingAt, stateAt } from '../../src/domain/timeline.js';
import { processorMs } from '../processor-time.js';
import { amount } from '../slow.js';

const start = Date.UTC(2026, 2, 1);
const time = fc.integer({ min: 1, max: 40 }).map((ms) => start + ms);
const interval = fc
  .tuple(time, fc.integer({ min: 1, max: 15 }))
  .map(([from, ms]) => ({ from, to: from + ms }));
const incident = {
  openedAt: start,
  closedAt: null,
  reason: 'timeout',
  checksFailed: 2,
  lastDetail: null,
} as const;
const health = fc
  .record({
    belief: fc.constantFrom<Health['belief']>('none', 'up', 'down'),
    windows: fc
      .array(interval, { maxLength: 6 })
      .map((all) => all.map(({ from, to }) => ({ from: from - 10, to }))),
    gaps: fc.array(time, { maxLength: 2 }),
    pauses: fc.array(interval, { maxLength: 2 }).map(merge),
    open: fc.boolean(),
    validUntil: time,
    unknownUntil: fc.option(time),
  })
  .map(({ belief, windows, pauses, open, unknownUntil, ...rest }): Health => ({
    ...newHealth(start),
    ...rest,
    since: start - 5,
    belief,
    lastSuccess: belief === 'up' ? { outcome: 'healthy', reason: 'ok' } : null,
    incident: belief === 'down' ? { ...incident, blame: 'provider' } : null,
    windows: windows.sort((a, b) => a.from - b.from),
    pauses: pauses.map((pause, index) =>
      open && index === pauses.length - 1 ? { ...pause, to: null } : pause,
    ),
    unknowns:
      unknownUntil === null
        ? null
        : { count: 1, from: start, reason: 'budget_spent', validUntil: unknownUntil, points: [], said: [] },
  }))
  .map((known): Health => ({ ...known, ...standingAt(known, start) }));

/** The state found by a look at every millisecond. */
function lookedUp(known: Health, now: number) {
  let found = after(known, []);
  for (let at = known.settled + 1; at <= now; at += 1) {
    const next = standingAt(known, at);
    if (!sameStretch(next, found)) found = after(found, [{ from: at, ...next }]);
  }
  return found;
}

it('the state at a time follows from windows, pauses, gaps and validity', () => {
  fc.assert(
    fc.property(health, fc.integer({ min: -2, max: 70 }), (known, ms) => {
      expect(stateAt(known, start + ms)).toEqual(lookedUp(known, start + ms));
    }),
    { numRuns: amount(5_000, 500) },
  );
});

it('the state of a model paused for a year of hourly windows takes little longer than merging them', () => {
  const hour = 3_600_000;
  const windows = Array.from({ length: 8_760 }, (_, n) => ({
    from: start + n * hour + 1,
    to: start + n * hour + 300_000,
  }));
  const known: Health = { ...newHealth(start), windows, pauses: [{ from: start, to: null }] };
  const now = start + 8_760 * hour;
  const least = (work: () => unknown): number =>
    Math.min(...Array.from({ length: 8 }, () => processorMs(() => void Array.from({ length: 4 }, work))));
  const state = least(() => stateAt(known, now));
  expect(state / least(() => merge(windows))).toBeLessThan(8);
});
