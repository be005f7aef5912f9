import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareWithObjective } from '../../src/domain/uptime.js';
import { noDurations } from '../../src/domain/timeline.js';

const judged = (objective: number, healthy: number, unhealthy: number, unknown = 0) =>
  compareWithObjective(objective, { ...noDurations, healthy, unhealthy, unknown });

describe('objective', () => {
  it('is met exactly at its limit, and missed by one millisecond less', () => {
    const month = 30 * 86_400_000;
    expect(judged(0.999, month * 0.999, month * 0.001)).toEqual({ met: true, budgetUsed: 1 });
    const missed = judged(0.999, month * 0.999 - 1, month * 0.001 + 1);
    expect(missed.met).toBe(false);
    expect(missed.budgetUsed).toBeGreaterThan(1);
  });

  it('is undecided if too little time was watched', () => {
    expect(judged(0.9, 9, 0, 991)).toEqual({ met: null, budgetUsed: null });
    expect(judged(0.9, 0, 0)).toEqual({ met: null, budgetUsed: null });
  });

  it('is missed if and only if more than its error budget is used', () => {
    const ms = fc.integer({ min: 0, max: 400 * 86_400_000 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999 }), ms, ms, (part, healthy, unhealthy) => {
        fc.pre(healthy + unhealthy > 0);
        const { met, budgetUsed } = judged(part / 100_000, healthy, unhealthy);
        expect(budgetUsed! <= 1).toBe(met);
      }),
    );
  });

  it('is judged by known time only', () => {
    expect(judged(0.9, 95, 5, 300)).toEqual({ met: true, budgetUsed: 0.5 });
  });
});
