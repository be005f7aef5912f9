import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { durationsOf, intervalsOf, stateAt, tail } from '../../src/domain/timeline.js';
import { uptimeOf } from '../../src/domain/uptime.js';
import { unknownCauses, type Outcome, type Reason } from '../../src/domain/reason.js';
import { apply, histories, live, result, rules, seen, type Event, type Life } from './life.js';
import { amount } from '../slow.js';

const rank = { 'new run': 0, resume: 0, pause: 1, gap: 1, window: 2, result: 3 } as const;
const timeOf = (event: Event): number =>
  event.kind === 'window' ? event.from : 'at' in event ? event.at : event.slot;

/** The same at another interval. */
function slowed<E extends Event>(event: E, intervalMs: number): E;
function slowed(event: Event, intervalMs: number): Event {
  const slow = (time: number) => Math.ceil((time * intervalMs) / rules.intervalMs);
  switch (event.kind) {
    case 'result':
    case 'gap':
      return { ...event, slot: slow(event.slot) };
    case 'window':
      return { ...event, from: slow(event.from), to: slow(event.to) };
    case 'new run':
    case 'pause':
    case 'resume':
      return { ...event, at: slow(event.at) };
  }
}

describe('any history', () => {
  it('yields a timeline without gaps, overlaps or repetitions', () => {
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

  it('has changes that sum to the durations of the timeline', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const life = live(events);
        const whole = intervalsOf(life.points, { from: 0, to: life.health.settled });
        expect(life.durations).toEqual(durationsOf(whole));
      }),
      { numRuns: amount(1_000, 300) },
    );
  });

  it('is the same when replayed from storage, with windows and gaps first', () => {
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

  it('can be serialized to JSON and restored at any time', () => {
    fc.assert(
      fc.property(histories, fc.nat(), (events, cut) => {
        const index = events.length === 0 ? 0 : cut % events.length;
        const life = live(events.slice(0, index));
        expect(JSON.parse(JSON.stringify(life.health))).toEqual(life.health);
      }),
    );
  });

  it('has the same incidents if single unknown results are inserted in time', () => {
    fc.assert(
      fc.property(histories, fc.array(fc.boolean(), { maxLength: 60 }), (events, places) => {
        const known = events.filter((event) => event.kind !== 'result' || event.outcome !== 'unknown');
        const both = known.flatMap((event, index) => {
          const next = timeOf(known[index + 1] ?? event);
          const between = Math.floor((timeOf(event) + next) / 2);
          const inTime = next <= timeOf(event) + 2 * rules.intervalMs + rules.timeoutMs;
          const room = event.kind === 'result' && between > timeOf(event) && between < next && inTime;
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

  it('never becomes unhealthy at a success, nor healthy at a failure', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: rules.intervalMs, max: 86_400_000 }), (events, intervalMs) => {
        const life = live([], { ...rules, intervalMs });
        const windowEnds = new Set<number>();
        for (const event of events) {
          apply(life, slowed(event, intervalMs), { ...rules, intervalMs });
          if (event.kind === 'window') windowEnds.add(slowed(event, intervalMs).to);
          const { settled } = life.health;
          // There it is the end of the window that shows what is believed.
          if (event.kind !== 'result' || windowEnds.has(settled)) continue;
          const begins = life.points.at(-1)!.from === settled ? life.points.at(-1)!.state : null;
          if (event.outcome === 'healthy') expect(begins).not.toBe('unhealthy');
          if (event.outcome === 'unhealthy') expect(['healthy', 'degraded']).not.toContain(begins);
        }
      }),
      { numRuns: amount(1_000, 300) },
    );
  });

  it('reaches the same state across single unknown results, at any interval and in both directions', () => {
    const counts = fc.integer({ min: 1, max: 4 });
    const intervals = fc.oneof(
      fc.integer({ min: 1_000, max: 86_400_000 }),
      fc.constantFrom(1_000, 60_000, 600_000, 600_001, 3_600_000, 86_400_000),
    );
    const direction = fc.constantFrom(
      { first: 'healthy', then: 'unhealthy' } as const,
      { first: 'unhealthy', then: 'healthy' } as const,
      { first: 'unhealthy', then: 'degraded' } as const,
    );
    fc.assert(
      fc.property(
        fc.array(intervals, { minLength: 1, maxLength: 3 }),
        fc.record({ failures: counts, successes: counts }),
        direction,
        fc.array(fc.boolean(), { maxLength: 8 }),
        (lengths, confirm, { first, then }, places) => {
          const life = live([]);
          let slot = 0;
          let index = 0;
          const next = (outcome: Outcome): void => {
            // What follows a slot is as far away as that slot said, as with a cron expression.
            apply(life, result((slot += lengths[index % lengths.length]!), outcome), {
              ...rules,
              ...confirm,
              intervalMs: lengths[(index += 1) % lengths.length]!,
            });
          };
          for (let count = 0; count < 5; count += 1) next(first);
          expect(stateAt(life.health, slot).state).toBe(first);
          const changesAt = slot + lengths[index % lengths.length]!;
          const needed = then === 'unhealthy' ? confirm.failures : confirm.successes;
          for (let count = 1; count <= needed; count += 1) {
            next(then);
            if (count < needed) expect(stateAt(life.health, slot).state).not.toBe(then);
            if (count < needed && places[count] === true) next('unknown');
          }
          expect(stateAt(life.health, slot).state).toBe(then);
          expect(life.points.filter(({ state }) => state === then).map(({ from }) => from)).toContain(
            changesAt,
          );
          expect([...life.incidents.values()].map(({ closedAt }) => closedAt)).toEqual(
            then === 'unhealthy' ? [null] : [changesAt],
          );
        },
      ),
      { numRuns: amount(1_000, 300) },
    );
  });

  it.each(['rate_limited', 'model_loading'] as const)(
    'judges %s the same with single unknown results in between, at any interval',
    (reason) => {
      const outcome = reason === 'rate_limited' ? 'degraded' : 'unknown';
      fc.assert(
        fc.property(
          fc.integer({ min: 1_000, max: 86_400_000 }),
          fc.array(fc.boolean(), { minLength: 11, maxLength: 11 }),
          (intervalMs, places) => {
            const inForce = { ...rules, intervalMs, loadingGraceMs: 9 * intervalMs };
            let slot = 0;
            const next = (one: Outcome, why: Reason) => result((slot += intervalMs), one, why);
            const life = live(
              places.flatMap((place) => [
                ...(place ? [next('unknown', 'secret_missing')] : []),
                next(outcome, reason),
              ]),
              inForce,
            );
            apply(life, next(outcome, reason), inForce);
            expect(stateAt(life.health, slot)).toMatchObject({ state: 'unhealthy', reason });
          },
        ),
      );
    },
  );

  it('never opens or closes an incident with an unknown result or missing results', () => {
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

describe('uptime of a constant signal', () => {
  it('does not depend on the interval or its changes', () => {
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
