import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { durationsOf, intervalsOf, stateAt, tail } from '../../src/domain/timeline.js';
import { uptimeOf } from '../../src/domain/uptime.js';
import { unknownCauses } from '../../src/domain/reason.js';
import { apply, histories, live, result, rules, seen, type Event, type Life } from './life.js';
import { amount } from '../slow.js';

const rank = { 'new run': 0, resume: 0, pause: 1, gap: 1, window: 2, result: 3 } as const;
const timeOf = (event: Event): number =>
  event.kind === 'window' ? event.from : 'at' in event ? event.at : event.slot;

describe('any history', () => {
  it('gives a time line without gap, overlap or repetition', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 0, max: 1_000_000 }), (events, later) => {
        const life = live(events);
        const now = life.health.settled + later;
        const points = [...life.points, ...tail(life.health, now)];
        points.slice(1).forEach((point, index) => {
          expect(point.from).toBeGreaterThan(points[index]!.from);
          if (point.state !== 'unknown') expect(point.state).not.toBe(points[index]!.state);
          else expect(point).not.toEqual({ ...points[index]!, from: point.from });
        });
        points.forEach(({ state, reason }) => {
          expect(reason === null).toBe(state === 'maintenance');
          expect(unknownCauses.some((cause) => cause === reason) && state !== 'unknown').toBe(false);
        });
        const total = Object.values(durationsOf(intervalsOf(points, { from: 0, to: now })));
        expect(total.reduce((a, b) => a + b, 0)).toBe(now);
        const { state, reason } = [...life.points, ...tail(life.health, now + 1)].at(-1)!;
        expect(stateAt(life.health, now)).toMatchObject({ state, reason });
      }),
      { numRuns: amount(1_000, 300) },
    );
  });

  it('adds up, in changes, to the durations of the time line', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const life = live(events);
        const whole = intervalsOf(life.points, { from: 0, to: life.health.settled });
        expect(life.durations).toEqual(durationsOf(whole));
      }),
      { numRuns: amount(1_000, 300) },
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

  it('has the same incidents with single unknown results strewn in', () => {
    fc.assert(
      fc.property(histories, fc.array(fc.boolean(), { maxLength: 60 }), (events, places) => {
        const known = events.filter((event) => event.kind !== 'result' || event.outcome !== 'unknown');
        const both = known.flatMap((event, index) => {
          const next = timeOf(known[index + 1] ?? event);
          const between = Math.floor((timeOf(event) + next) / 2);
          const room = event.kind === 'result' && between > timeOf(event) && between < next;
          return places[index] === true && room ? [event, result(between, 'unknown')] : [event];
        });
        expect(live(both).incidents).toEqual(live(known).incidents);
        const states = (life: Life) =>
          seen(life, 1e9).filter(([, state]) => state !== 'unknown' && state !== 'maintenance');
        expect(states(live(both))).toEqual(states(live(known)));
      }),
      { numRuns: amount(500, 150) },
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
