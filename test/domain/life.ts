import fc from 'fast-check';
import {
  newHealth,
  withGap,
  withNewRun,
  withPause,
  withResumption,
  withWindows,
  type Health,
} from '../../src/domain/health.js';
import type { Incident } from '../../src/domain/incident.js';
import type { Rules } from '../../src/domain/observation.js';
import type { Outcome, Reason, StateReason } from '../../src/domain/reason.js';
import { reduce } from '../../src/domain/reduce.js';
import type { State, StateDurations, StatePoint } from '../../src/domain/state.js';
import { noDurations, tail } from '../../src/domain/timeline.js';

export const rules: Rules = {
  intervalMs: 60_000,
  timeoutMs: 30_000,
  failures: 2,
  successes: 2,
  loadingGraceMs: 600_000,
};

export type Event =
  | { kind: 'result'; slot: number; outcome: Outcome; reason: Reason; detail?: string | null }
  | { kind: 'gap'; slot: number }
  | { kind: 'window'; from: number; to: number }
  | { kind: 'new run'; at: number }
  | { kind: 'pause' | 'resume'; at: number };

/** What a store would hold after these events. */
export interface Life {
  health: Health;
  points: StatePoint[];
  incidents: Map<number, Incident>;
  durations: StateDurations;
  /** By slot, after escalation. */
  outcomes: Map<number, Outcome>;
}

export function live(events: readonly Event[], inForce: Rules = rules, firstSeen = 0): Life {
  const start: StatePoint = { from: firstSeen, state: 'unknown', reason: 'not_yet' };
  const life: Life = {
    health: newHealth(firstSeen),
    points: [start],
    incidents: new Map(),
    durations: { ...noDurations },
    outcomes: new Map(),
  };
  for (const event of events) apply(life, event, inForce);
  return life;
}

export function apply(life: Life, event: Event, inForce: Rules): void {
  switch (event.kind) {
    case 'gap':
      life.health = withGap(life.health, event.slot);
      return;
    case 'window':
      life.health = withWindows(life.health, [event]);
      return;
    case 'new run':
      life.health = withNewRun(life.health, event.at);
      return;
    case 'pause':
      life.health = withPause(life.health, event.at);
      return;
    case 'resume':
      life.health = withResumption(life.health, event.at);
      return;
    case 'result': {
      const step = reduce(life.health, { ...event, detail: event.detail ?? null }, inForce);
      life.health = step.health;
      life.outcomes.set(event.slot, step.outcome);
      const { rewriteFrom } = step;
      if (rewriteFrom !== null) life.points = life.points.filter(({ from }) => from < rewriteFrom);
      life.points.push(...step.points);
      if (step.incident) life.incidents.set(step.incident.openedAt, step.incident);
      const durations: Record<State, number> = { ...life.durations };
      for (const span of step.spans) durations[span.state] += span.sign * (span.to - span.from);
      life.durations = durations;
    }
  }
}

/** The time line as a reader sees it at `now`. */
export function seen(life: Life, now: number): [number, State][] {
  return [...life.points, ...tail(life.health, now)].map(({ from, state }) => [from, state]);
}

/** The same with the reason of each unknown time. */
export function explained(life: Life, now: number): [number, State, StateReason?][] {
  return [...life.points, ...tail(life.health, now)].map(({ from, state, reason }) =>
    state === 'unknown' ? [from, state, reason!] : [from, state],
  );
}

export const result = (slot: number, outcome: Outcome, reason?: Reason): Event => ({
  kind: 'result',
  slot,
  outcome,
  reason:
    reason ??
    ({ healthy: 'ok', degraded: 'slow', unhealthy: 'timeout', unknown: 'invalid_request' } as const)[outcome],
});

const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant(60_000) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 400_000 }) },
);
const happening = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom<Outcome>('healthy', 'degraded', 'unhealthy', 'unhealthy', 'unknown'),
  },
  { weight: 2, arbitrary: fc.constantFrom('rate_limited' as const, 'model_loading' as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('gap' as const, 'window' as const, 'new run' as const, 'pause' as const),
  },
  { weight: 1, arbitrary: fc.constantFrom('no_connectivity' as const, 'secret_missing' as const) },
);

/** Histories of results, gaps, windows, pauses and changes of subject, in the order in which they happen. */
export const histories: fc.Arbitrary<Event[]> = historiesOf({ maxLength: 60 });

/** The same, of another length. */
export function historiesOf(length: fc.ArrayConstraints): fc.Arbitrary<Event[]> {
  return fc.array(fc.tuple(step, happening), length).map((steps) => {
    let now = 0;
    return steps.flatMap(([wait, what]): Event[] => {
      now += wait;
      if (what !== 'pause') return [happens(now, wait, what)];
      // Nothing is checked meanwhile.
      const at = now;
      now += wait;
      return [
        { kind: 'pause', at },
        { kind: 'resume', at: now },
      ];
    });
  });
}

type Happening = Outcome | 'rate_limited' | UnknownReason | 'gap' | 'window' | 'new run';
type UnknownReason = 'model_loading' | 'no_connectivity' | 'secret_missing';

function happens(now: number, wait: number, what: Happening): Event {
  switch (what) {
    case 'gap':
      return { kind: 'gap', slot: now };
    case 'window':
      return { kind: 'window', from: now, to: now + 3 * wait };
    case 'new run':
      return { kind: 'new run', at: now };
    case 'rate_limited':
      return result(now, 'degraded', what);
    case 'model_loading':
    case 'no_connectivity':
    case 'secret_missing':
      return result(now, 'unknown', what);
    case 'healthy':
    case 'degraded':
    case 'unhealthy':
    case 'unknown':
      return result(now, what);
  }
}
