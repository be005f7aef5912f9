import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dayMs, hourMs } from '../../../src/domain/period.js';
import { noDownTime, type DownTime } from '../../../src/domain/down-time.js';
import { merge, subtract } from '../../../src/domain/intervals.js';
import { blameFor, type StateReason } from '../../../src/domain/reason.js';
import { emptyRollup } from '../../../src/domain/rollup.js';
import { states, type Interval, type State, type StatePoint } from '../../../src/domain/state.js';
import { addDurations, durationsOf, intervalsOf, noDurations } from '../../../src/domain/timeline.js';
import type { ModelWrite, Store } from '../../../src/store/port.js';
import type { Tally } from '../../../src/store/tally.js';
import { batchOf, durationsIn, modelWrite, retention, start } from '../samples.js';
import { amount } from '../../slow.js';
import type { StoreKind } from './opener.js';

export function durationsContract(place: StoreKind): void {
  /** A time line as it is said so far: its points, and up to where it is settled. */
  interface Line {
    readonly points: readonly StatePoint[];
    readonly settled: number;
  }

  /** What a later line changes in each hour, by nothing but the definition: hour after less hour before. */
  function changes(before: Line, after: Line, from: number): Map<number, Tally> {
    const rollups = new Map<number, Tally>();
    for (let hour = Math.floor(from / hourMs) * hourMs; hour < after.settled; hour += hourMs) {
      const tally = emptyRollup();
      const within = ({ points, settled }: Line) =>
        durationsOf(intervalsOf(points, { from: hour, to: Math.min(hour + hourMs, settled) }));
      const [old, now] = [within(before), within(after)];
      for (const state of states) tally.durations[state] = now[state] - old[state];
      rollups.set(hour, tally);
    }
    return rollups;
  }

  interface Move {
    readonly stepMs: number;
    readonly state: State;
    readonly reason: StateReason | null;
    /** How far back the state reaches before the newest settled time; 0 for not at all. */
    readonly backMs: number;
  }

  function apply(
    line: Line,
    { stepMs, state, reason, backMs }: Move,
    key: number,
  ): { line: Line; write: ModelWrite } {
    const settled = line.settled + stepMs;
    const from = Math.max(start, line.settled - backMs);
    const point = { from, state, reason };
    const next = { points: [...line.points.filter((each) => each.from < from), point], settled };
    return {
      line: next,
      write: modelWrite(key, { rewriteFrom: from, points: [point], rollups: changes(line, next, from) }),
    };
  }

  /** One of each blame, of nobody, and none. */
  const reasons: readonly (StateReason | null)[] = [
    ...(['timeout', 'auth_failed', 'redirected', 'dns_error', 'invalid_request'] as const),
    ...(['ok', null] as const),
  ];

  /** The time down by blame, by nothing but the definition. */
  function downIn({ points, settled }: Line, pieces: readonly Interval[]): DownTime {
    const down = { ...noDownTime };
    for (const piece of pieces)
      points.forEach(({ from, state, reason }, index) => {
        const to = points[index + 1]?.from ?? settled;
        const ms = Math.min(to, piece.to) - Math.max(from, piece.from);
        if (state !== 'unhealthy' || ms <= 0) return;
        down[(reason === null ? null : blameFor(reason)) ?? 'none'] += ms;
      });
    return down;
  }

  const inAll = (down: DownTime): number => Object.values(down).reduce((sum, ms) => sum + ms, 0);

  /** A line that begins with so many changes that it is summed from rollups. */
  const flaps: readonly Move[] = Array.from({ length: 70 }, (_, n) => ({
    stepMs: 3 * 60_000,
    state: states[n % states.length]!,
    reason: reasons[n % reasons.length]!,
    backMs: 0,
  }));

  const moves = fc.array(
    fc.record({
      stepMs: fc.oneof(fc.integer({ min: 1, max: 90_000 }), fc.integer({ min: 1, max: 40 * hourMs })),
      state: fc.constantFrom(...states, 'unhealthy' as const),
      reason: fc.constantFrom(...reasons),
      backMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3 * hourMs })),
    }),
    { minLength: 1, maxLength: 25 },
  );
  const windows = fc.array(
    fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
    {
      minLength: 5,
      maxLength: 5,
    },
  );

  async function agrees(store: Store, key: number, line: Line, fractions: readonly [number, number][]) {
    const span = line.settled - start;
    const asked = [...fractions, [0, 1] as const].map(([a, b]) => ({
      from: start + Math.floor(Math.min(a, b) * span),
      to: start + Math.floor(Math.max(a, b) * span),
    }));
    // In one call, beside those of a model without any point.
    const [other] = asked;
    const several = [...asked.map((each) => ({ key, ...each })), { key: key + 1_000_000, ...other! }];
    const exact = asked.map((window) => durationsOf(intervalsOf(line.points, window)));
    expect(await store.durations(several)).toEqual([...exact, noDurations]);
    for (const { from, to } of asked) {
      // Some that are near each other, another window, and one that reaches out of this one: the rest is the sum of its pieces.
      const few = Array.from({ length: 20 }, (_, n) => from + Math.floor(((to - from) * n) / 25));
      const holes = [
        ...few.map((begin) => ({ from: begin, to: begin + Math.floor((to - from) / 90) })),
        ...asked.filter((each) => each.to - each.from < (to - from) / 4).slice(0, 1),
        { from: from - dayMs, to: from + 1 },
      ];
      const pieces = subtract({ from, to }, merge(holes));
      const sums = await Promise.all(pieces.map((piece) => durationsIn(store, key, piece.from, piece.to)));
      const durations = sums.reduce(addDurations, noDurations);
      expect(await durationsIn(store, key, from, to, holes)).toEqual(durations);
      const [spent, whole] = await store.spent([
        { key, from, to, without: holes },
        { key, from, to },
      ]);

      expect(spent).toEqual({ durations, down: downIn(line, pieces) });
      expect(whole!.down).toEqual(downIn(line, [{ from, to }]));
      expect([inAll(spent!.down), inAll(whole!.down)]).toEqual([
        durations.unhealthy,
        whole!.durations.unhealthy,
      ]);
    }
  }

  describe('durations', () => {
    it('equal the sum over the points, also after backdating and pruning', async () => {
      const plain = await place.fresh();
      const hoursMs = dayMs;
      const pruned = await place.fresh({
        retention: () => ({ ...retention, hoursMs, checksMs: hoursMs }),
      });
      let model = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom([], [], [], flaps),
          moves,
          windows,
          async (first, steps, fractions) => {
            for (const store of [plain, pruned]) {
              const { key } = await store.register(`model-${(model += 1)}`, start, null);
              let line: Line = { points: [], settled: start };
              for (const step of [...first, ...steps]) {
                const { line: next, write } = apply(line, step, key);
                line = next;
                await store.write(batchOf(write));
              }
              if (store === pruned) while (await store.prune(line.settled));
              await agrees(store, key, line, fractions);
            }
          },
        ),
        { numRuns: amount(60, 5) },
      );
    });

    it('are all zero before the first point', async () => {
      const store = await place.fresh();
      const { key } = await store.register('gpt', start, null);
      expect(await durationsIn(store, key, start - dayMs, start)).toEqual(emptyRollup().durations);
    });
  });
}
