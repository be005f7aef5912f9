import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { durationsOf, intervalsOf, stateAt, tail } from '../../src/domain/timeline.js';
import { uptimeOf } from '../../src/domain/uptime.js';
import { apply, histories, live, result, rules, type Event } from './life.js';

const rank = { 'new run': 0, gap: 1, window: 2, result: 3 } as const;
const timeOf = (event: Event): number =>
  event.kind === 'window' ? event.from : event.kind === 'new run' ? event.at : event.slot;

describe('any history', () => {
  it('gives a time line without gap, overlap or repetition', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 0, max: 1_000_000 }), (events, later) => {
        const life = live(events);
        const now = life.health.settled + later;
        const points = [...life.points, ...tail(life.health, now)];
        points.slice(1).forEach((point, index) => {
          expect(point.from).toBeGreaterThan(points[index]!.from);
          expect(point.state).not.toBe(points[index]!.state);
        });
        const total = Object.values(durationsOf(intervalsOf(points, { from: 0, to: now })));
        expect(total.reduce((a, b) => a + b, 0)).toBe(now);
        expect(stateAt(life.health, now)).toMatchObject({
          state: [...life.points, ...tail(life.health, now + 1)].at(-1)!.state,
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it('adds up, in changes, to the durations of the time line', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const life = live(events);
        const whole = intervalsOf(life.points, { from: 0, to: life.health.settled });
        expect(life.durations).toEqual(durationsOf(whole));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is the same when it is replayed from what is stored, windows and gaps first', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const life = live(events);
        const replayed = live(
          [...events].sort((a, b) => timeOf(a) - timeOf(b) || rank[a.kind] - rank[b.kind]),
        );
        expect(replayed.points).toEqual(life.points);
        expect(replayed.health.belief).toBe(life.health.belief);
        expect(replayed.incidents).toEqual(life.incidents);
      }),
    );
  });

  it('survives being written to JSON and read back at every moment', () => {
    fc.assert(
      fc.property(histories, fc.nat(), (events, cut) => {
        const index = events.length === 0 ? 0 : cut % events.length;
        const life = live(events.slice(0, index));
        expect(JSON.parse(JSON.stringify(life.health))).toEqual(life.health);
      }),
    );
  });

  it('has the same incidents with unknown results strewn in', () => {
    fc.assert(
      fc.property(histories, fc.array(fc.integer({ min: 1, max: 4_000_000 })), (events, slots) => {
        const known = events.filter((event) => event.kind !== 'result' || event.reason !== 'model_loading');
        const taken = new Set(known.map(timeOf));
        const strewn = [...new Set(slots)]
          .filter((slot) => !taken.has(slot))
          .map((slot) => result(slot, 'unknown'));
        const both = [...known, ...strewn].sort((a, b) => timeOf(a) - timeOf(b));
        expect(live(both).incidents).toEqual(live(known).incidents);
      }),
      { numRuns: 500 },
    );
  });

  it('never begins or ends an incident with an unknown result or silence', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const life = live(events);
        const conclusive = new Set(events.flatMap((event) => (event.kind === 'result' ? [event.slot] : [])));
        for (const incident of life.incidents.values()) {
          expect(conclusive).toContain(incident.openedAt);
          if (incident.closedAt !== null) expect(conclusive).toContain(incident.closedAt);
        }
      }),
    );
  });
});

describe('the uptime of a constant signal', () => {
  it('does not depend on the interval, nor on changes of it', () => {
    const phases = fc.array(
      fc.tuple(fc.integer({ min: 1_000, max: 600_000 }), fc.integer({ min: 1, max: 20 })),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(phases, fc.constantFrom('healthy' as const, 'unhealthy' as const), (lengths, outcome) => {
        const life = live([]);
        let slot = 0;
        // The interval that follows a slot is the one in force: the distance to the next slot of the new schedule.
        for (const [intervalMs, count] of lengths) {
          for (let index = 0; index < count; index += 1) {
            apply(life, result((slot += index === 0 ? 1_000 : intervalMs), outcome), {
              ...rules,
              intervalMs,
            });
          }
        }
        apply(life, result(slot + 1_000, outcome), rules);
        const window = { from: 1_000, to: life.health.settled };
        expect(uptimeOf(durationsOf(intervalsOf(life.points, window)))).toEqual({
          uptime: outcome === 'healthy' ? 1 : 0,
          coverage: 1,
        });
      }),
    );
  });
});
