import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Epoch } from '../../src/domain/epoch.js';
import { createReplay, firstHealth, type Circumstances, type Stretch } from '../../src/domain/replay.js';
import { differencesOf } from '../../src/store/transfer/replay-difference.js';
import { amount } from '../slow.js';
import { historiesOf, live, rules, type Event } from './life.js';

type Result = Extract<Event, { kind: 'result' }>;

const epochFrom = (from: number, newRun: boolean, paused: boolean): Epoch => ({
  ...rules,
  schedule: { kind: 'every', everyMs: rules.intervalMs },
  from,
  newRun,
  ...(paused && { paused: true as const }),
});

/** What a store would hold of these events beside the results. */
function circumstancesOf(events: readonly Event[]): Circumstances {
  const epochs: [Epoch, ...Epoch[]] = [epochFrom(0, false, false)];
  const gaps: number[] = [];
  const windows: { from: number; to: number }[] = [];
  for (const event of events) {
    if (event.kind === 'gap') gaps.push(event.slot);
    else if (event.kind === 'window') windows.push({ from: event.from, to: event.to });
    else if (event.kind !== 'result')
      epochs.push(epochFrom(event.at, event.kind === 'new run', event.kind === 'pause'));
  }
  return { epochs, gaps, windows };
}

/** Replays the results from the one at `begin` on, without those in `lost`. */
function replayOf(
  events: readonly Event[],
  begin: number,
  lost: readonly [number, number],
): readonly Stretch[] {
  const truth = live(events);
  const circumstances = circumstancesOf(events);
  const results = events.filter((event): event is Result => event.kind === 'result');
  const incidents = [...truth.incidents.values()];
  const replay = createReplay(circumstances, {
    first: begin === 0 ? firstHealth(0, circumstances.epochs[0]) : null,
    openAt: (slot) =>
      incidents.findLast(
        ({ openedAt, closedAt }) => openedAt <= slot && (closedAt === null || closedAt > slot),
      ) ?? null,
  });
  results.forEach(({ slot, outcome, reason }, index) => {
    if (index < begin) return;
    const isLost = index >= lost[0] && index < lost[1];
    if (isLost) replay.interrupt();
    if (isLost) return;
    // Stored as unhealthy where it became so.
    const stored = truth.outcomes.get(slot) ?? outcome;
    replay.take({ slot, outcome: stored, reason, detail: null }, rules);
  });
  return replay.end(truth.health.settled);
}

const histories = historiesOf({ minLength: 10, maxLength: 80, size: 'max' });
const index = fc.nat({ max: 40 });

describe('replay of stored results', () => {
  it('matches the original history from any start and with any missing data', () => {
    let [began, stretches] = [0, 0];
    fc.assert(
      fc.property(histories, index, index, fc.nat({ max: 5 }), (events, begin, from, count) => {
        const truth = live(events);
        const found = replayOf(events, begin, [from, from + count]);
        const incidents = [...truth.incidents.values()];
        expect(found.flatMap((stretch) => differencesOf(stretch, truth.points, incidents))).toEqual([]);
        began += 1;
        stretches += found.length;
      }),
      { numRuns: amount(10_000, 200) },
    );
    expect(stretches).toBeGreaterThan(began / 2);
  }, 300_000);
});
