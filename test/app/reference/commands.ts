import fc from 'fast-check';
import type { Outcome, Reason } from '../../../src/domain/reason.js';
import type { WindowRule } from '../../../src/calendar/maintenance.js';
import type { Schedule } from '../../../src/domain/schedule.js';
import type { Interval } from '../../../src/domain/state.js';

/** What a check finds. */
export interface Said {
  readonly outcome: Outcome;
  readonly reason: Reason;
}

export type Rule = WindowRule;

export interface Settings {
  readonly schedule: Schedule;
  readonly timeoutMs: number;
  readonly failures: number;
  readonly successes: number;
  readonly subject: string;
}

/** What can happen to a daemon and its model, in the order in which it happens. */
export type Command =
  | { readonly kind: 'slots'; readonly said: readonly Said[] }
  | { readonly kind: 'manual'; readonly said: Said }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'stop'; readonly ms: number }
  /** What was found last is not written any more. */
  | { readonly kind: 'kill'; readonly said: readonly Said[]; readonly ms: number }
  | { readonly kind: 'blocked'; readonly ms: number }
  | { readonly kind: 'pause'; readonly ms: number }
  | { readonly kind: 'configure'; readonly settings: Partial<Settings> }
  /** The windows that come once are relative to now. */
  | { readonly kind: 'maintain'; readonly rules: readonly Rule[]; readonly once: readonly Interval[] }
  /** Relative to now. */
  | { readonly kind: 'exclude'; readonly from: number; readonly to: number }
  | { readonly kind: 'include' }
  /** The wall clock is set. */
  | { readonly kind: 'clock'; readonly ms: number }
  | { readonly kind: 'prune' };

const minute = 60_000;
const hour = 60 * minute;

const said = (outcome: Outcome, reason: Reason): Said => ({ outcome, reason });
const ok = said('healthy', 'ok');
const broken = said('unhealthy', 'timeout');
const anything = fc.oneof(
  { weight: 3, arbitrary: fc.constant(ok) },
  { weight: 4, arbitrary: fc.constant(broken) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      said('degraded', 'slow'),
      said('degraded', 'rate_limited'),
      said('unknown', 'invalid_request'),
      said('unknown', 'model_loading'),
      said('unknown', 'no_connectivity'),
    ),
  },
);
const rows = fc
  .tuple(
    fc.constantFrom(
      ok,
      broken,
      said('degraded', 'rate_limited'),
      said('unknown', 'model_loading'),
      said('unknown', 'secret_missing'),
    ),
    fc.integer({ min: 1, max: 13 }),
  )
  .map(([each, count]) => Array.from({ length: count }, () => each));

const every = (everyMs: number): Schedule => ({ kind: 'every', everyMs });
const cron = (expression: string): Schedule => ({
  kind: 'cron',
  expression,
  timezone: 'Europe/Berlin',
  spreadMs: 0,
});
const schedules = fc.constantFrom(
  every(minute),
  every(10_000),
  every(7 * minute),
  every(2 * hour),
  cron('*/15 * * * *'),
  cron('30 2 * * *'),
  cron('*/20 1,2,3 * * *'),
);

/** What a model is set to. */
export const settings: fc.Arbitrary<Settings> = fc.record({
  schedule: schedules,
  timeoutMs: fc.constantFrom(5_000, 30_000, minute),
  failures: fc.integer({ min: 1, max: 3 }),
  successes: fc.integer({ min: 1, max: 3 }),
  subject: fc.constantFrom('one', 'two'),
});

const rules = fc.constantFrom<Rule[]>(
  [],
  [{ kind: 'recurring', cron: '30 2 * * *', timezone: 'Europe/Berlin', durationMs: 40 * minute }],
  [{ kind: 'recurring', cron: '20 * * * *', timezone: 'UTC', durationMs: 12 * minute }],
  [
    { kind: 'recurring', cron: '0 1 * * *', timezone: 'UTC', durationMs: 2 * hour },
    { kind: 'recurring', cron: '*/30 * * * *', timezone: 'Europe/Berlin', durationMs: 10 * minute },
  ],
);

/** A window that comes once: past, around now, or ahead. */
const once = fc
  .tuple(fc.integer({ min: -3 * hour, max: 2 * hour }), fc.integer({ min: 1_000, max: 3 * hour }))
  .map(([from, length]): Interval => ({ from, to: from + length }));

const short = fc.oneof(
  fc.constantFrom(minute, 2 * minute, 5 * minute + 30_000),
  fc.integer({ min: 1, max: 20 * minute }),
);
const long = fc.oneof(
  { weight: 4, arbitrary: short },
  { weight: 1, arbitrary: fc.integer({ min: hour, max: 30 * hour }) },
);

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('slots'),
      said: fc.array(anything, { minLength: 1, maxLength: 5 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('slots'), said: rows }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('manual'), said: anything }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait'), ms: short }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('stop'), ms: long }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('kill'), said: fc.array(anything, { maxLength: 3 }), ms: long }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('blocked'), ms: short }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause'), ms: short }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('configure'),
      settings: fc.record(
        {
          schedule: schedules,
          timeoutMs: fc.constantFrom(5_000, 90_000),
          failures: fc.integer({ min: 1, max: 3 }),
          successes: fc.integer({ min: 1, max: 3 }),
          subject: fc.constantFrom('one', 'two'),
        },
        { requiredKeys: [] },
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('maintain'), rules, once: fc.array(once, { maxLength: 2 }) }),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.integer({ min: -3 * hour, max: 20 * minute }), fc.integer({ min: minute, max: 4 * hour }))
      .map(([from, length]) => ({ kind: 'exclude' as const, from, to: from + length })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'include' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'prune' as const }) },
);

const clock: fc.Arbitrary<Command> = fc.record({
  kind: fc.constant('clock' as const),
  ms: fc.oneof(fc.constantFrom(-hour, hour), fc.integer({ min: -2 * hour, max: 10 * minute })),
});

/** Lives of a model while the clock goes as it should. */
export const histories = fc.array(command, { minLength: 1, maxLength: 25, size: 'max' });

/** Lives with a clock that is set now and then, back too. */
export const unsteadyHistories = fc.array(
  fc.oneof({ weight: 8, arbitrary: command }, { weight: 1, arbitrary: clock }),
  { minLength: 1, maxLength: 25, size: 'max' },
);

/** When a life begins: before clocks change, before a day ends, and in the middle of nowhere. */
export const beginnings = fc.constantFrom(
  Date.UTC(2026, 2, 28, 23, 50),
  Date.UTC(2026, 2, 29, 0, 40),
  Date.UTC(2026, 9, 25, 0, 10),
  Date.UTC(2026, 5, 3, 22, 58, 30, 123),
);
