import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exclude } from '../../src/domain/exclusion.js';
import { states, type State } from '../../src/domain/state.js';
import type { TimelineInterval } from '../../src/domain/timeline.js';

const end = 60;
const edges = fc.uniqueArray(fc.integer({ min: 1, max: end - 1 }), { maxLength: 10 });

/** Time lines over [0, end) as readers give them: no gap, and neighbours differ. */
const timelines = fc
  .tuple(edges, fc.array(fc.integer({ min: 1, max: states.length - 1 }), { minLength: end, maxLength: end }))
  .map(([inside, turns]): TimelineInterval[] => {
    const bounds = [0, ...inside.sort((a, b) => a - b), end];
    let number = 0;
    return bounds.slice(1).map((to, index) => {
      // A turn of less than a whole round never gives the state before.
      number = (number + turns[index]!) % states.length;
      const state = states[number]!;
      const from = bounds[index]!;
      return { from, to, state, reason: state === 'unhealthy' ? 'timeout' : null };
    });
  });
const moment = fc.integer({ min: -5, max: end + 5 });
const exclusions = fc.array(
  fc.tuple(moment, moment).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) })),
  { maxLength: 5 },
);

function stateOf(timeline: readonly TimelineInterval[], ms: number): [State, unknown] | null {
  const found = timeline.find(({ from, to }) => from <= ms && ms < to);
  return found ? [found.state, found.reason] : null;
}

describe('timeline with exclusions', () => {
  it('is maintenance exactly in exclusions and original maintenance, and unchanged elsewhere', () => {
    fc.assert(
      fc.property(timelines, exclusions, (timeline, holes) => {
        const told = exclude(timeline, holes);
        for (let ms = 0; ms < end; ms += 1) {
          const excluded = holes.some(({ from, to }) => from <= ms && ms < to);
          expect(stateOf(told, ms)).toEqual(excluded ? ['maintenance', null] : stateOf(timeline, ms));
        }
      }),
    );
  });

  it('has no gaps, overlaps or equal neighbours, and has the original end', () => {
    fc.assert(
      fc.property(timelines, exclusions, (timeline, holes) => {
        const told = exclude(timeline, holes);
        expect([told[0]!.from, told.at(-1)!.to]).toEqual([0, end]);
        told.forEach(({ from, to, state }, index) => {
          expect(to).toBeGreaterThan(from);
          if (index === 0) return;
          expect(from).toBe(told[index - 1]!.to);
          expect(state).not.toBe(told[index - 1]!.state);
        });
      }),
    );
  });

  it('is unchanged without an exclusion', () => {
    fc.assert(
      fc.property(timelines, (timeline) => {
        expect(exclude(timeline, [])).toEqual(timeline);
        expect(exclude(timeline, [{ from: end, to: end + 5 }])).toEqual(timeline);
      }),
    );
  });

  it('does not depend on the order of exclusions or on duplicates', () => {
    fc.assert(
      fc.property(timelines, exclusions, (timeline, holes) => {
        const told = exclude(timeline, holes);
        expect(exclude(timeline, [...holes].reverse())).toEqual(told);
        expect(exclude(told, holes)).toEqual(told);
      }),
    );
  });
});
