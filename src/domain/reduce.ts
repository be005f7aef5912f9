import { believe } from './believe.js';
import type { Health, Run } from './health.js';
import type { Incident } from './incident.js';
import type { Observation, Rules } from './observation.js';
import type { Outcome } from './reason.js';
import { spansOf, type Span } from './span.js';
import type { State, StatePoint } from './state.js';
import { standingAt, tail } from './timeline.js';

/** What one result changed. */
export interface Step {
  readonly health: Health;
  /** The outcome after escalation. */
  readonly outcome: Outcome;
  /** The slot lies in a maintenance window. */
  readonly maintenance: boolean;
  /** Stored points from here on no longer hold; null when none was taken back. */
  readonly rewriteFrom: number | null;
  readonly points: readonly StatePoint[];
  readonly spans: readonly Span[];
  /** The incident that was opened, went on or was closed. */
  readonly incident: Incident | null;
}

const rateLimitedLimit = 10;

/** Settles the time line up to `slot`: what silence since the newest slot meant can no longer change. */
function settle(health: Health, slot: number): { health: Health; points: StatePoint[]; spans: Span[] } {
  const points = tail(health, slot);
  const segments = [{ from: health.settled, state: health.state }, ...points];
  const last = points.at(-1);
  const interrupted =
    health.windows.some(({ from }) => from <= slot) || health.newRunsAt.some((at) => at <= slot);
  const keeps = (until: { validUntil: number } | null): boolean =>
    until !== null && !interrupted && slot <= until.validUntil;
  const run: Run | null = keeps(health.run)
    ? health.run && { ...health.run, said: [...health.run.said, ...points] }
    : null;
  return {
    points,
    spans: spansOf(segments, slot, 1),
    health: {
      ...health,
      settled: slot,
      run,
      rateLimited: keeps(health.rateLimited) ? health.rateLimited : null,
      loading: keeps(health.loading) ? health.loading : null,
      newRunsAt: health.newRunsAt.filter((at) => at > slot),
      windows: health.windows.filter(({ to }) => to > slot),
      gaps: health.gaps.filter((gap) => gap > slot),
      ...(last ? { state: last.state, since: last.from, reason: last.reason } : {}),
    },
  };
}

/** Counts what becomes unhealthy only by repetition: rate limits from the 10th in a row, loading past its grace. */
function escalate(health: Health, seen: Observation, rules: Rules, validUntil: number): [Health, Outcome] {
  const loading =
    seen.reason === 'model_loading' ? { since: health.loading?.since ?? seen.slot, validUntil } : null;
  const rateLimited =
    seen.reason === 'rate_limited' ? { count: (health.rateLimited?.count ?? 0) + 1, validUntil } : null;
  if (loading !== null) {
    const over = seen.outcome === 'unknown' && seen.slot - loading.since > rules.loadingGraceMs;
    return [{ ...health, loading }, over ? 'unhealthy' : seen.outcome];
  }
  if (seen.outcome === 'unknown') return [health, 'unknown'];
  const over = seen.outcome === 'degraded' && rateLimited !== null && rateLimited.count >= rateLimitedLimit;
  return [{ ...health, loading, rateLimited }, over ? 'unhealthy' : seen.outcome];
}

/** Folds one result into the memory of its model. `slot` must lie after the newest one. */
export function reduce(before: Health, seen: Observation, rules: Rules): Step {
  const { slot } = seen;
  if (slot <= before.settled) throw new RangeError(`slot ${slot} is not after ${before.settled}`);
  const settled = settle(before, slot);
  const validUntil = Math.min(
    slot + 2 * rules.intervalMs + rules.timeoutMs,
    settled.health.gaps[0] ?? Infinity,
  );
  const maintenance = settled.health.windows.some(({ from }) => from <= slot);
  const [escalated, outcome] = maintenance
    ? [settled.health, seen.outcome]
    : escalate(settled.health, seen, rules, validUntil);
  const change = believe(escalated, { ...seen, outcome }, rules, validUntil, maintenance);
  const standing = standingAt(change.health, slot);
  const health =
    standing.state === change.health.state ? change.health : { ...change.health, ...standing, since: slot };
  const here = health === change.health ? [] : [{ from: slot, ...standing }];
  return {
    health: { ...health, run: health.run && remember(health, health.run, standing.state) },
    outcome,
    maintenance,
    rewriteFrom: change.rewriteFrom,
    points: [
      ...settled.points.filter(({ from }) => change.rewriteFrom === null || from < change.rewriteFrom),
      ...change.points,
      ...here,
    ],
    spans: [...settled.spans, ...change.spans],
    incident: change.incident,
  };
}

/** Notes what the time line says at the newest slot, in a run that may yet take it back. */
function remember({ belief, settled }: Health, run: Run, state: State): Run {
  const believed = (run.kind === 'failure') === (belief === 'down');
  if (believed) return { ...run, said: [] };
  return run.said.at(-1)?.state === state ? run : { ...run, said: [...run.said, { from: settled, state }] };
}
