import { believe, ended } from './believe.js';
import { waiting, type Health, type Pause, type Run, type UnknownRow } from './health.js';
import type { Incident } from './incident.js';
import type { Observation, Rules } from './observation.js';
import type { Outcome } from './reason.js';
import { after, sameStretch, spansOf, standingAt, stateAt, tail, type Span } from './timeline.js';
import type { State, StatePoint } from './state.js';

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
/** What a result outlasts the next slot by is an interval, but no more than this. */
const longestSpareMs = 600_000;

/** Unknown results follow one another as those of a run do. */
function settleRow(row: UnknownRow, follows: boolean, points: readonly StatePoint[]): UnknownRow {
  return follows ? { ...row, said: [...row.said, ...points] } : ended(row);
}

/** A check that ran when the pause began puts the pause behind its slot. */
function settlePauses(pauses: readonly Pause[], slot: number): Pause[] {
  return pauses
    .map(({ from, to }) => ({ from: Math.max(from, slot + 1), to }))
    .filter(({ from, to }) => to === null || to > from);
}

/** Settles the time line up to `slot`: what silence since the newest slot meant can no longer change. */
function settle(health: Health, slot: number): { health: Health; points: StatePoint[]; spans: Span[] } {
  const points = tail(health, slot);
  const segments = [{ from: health.settled, state: health.state }, ...points];
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
      ...after(health, points),
      settled: slot,
      run,
      unknowns: health.unknowns && settleRow(health.unknowns, keeps(health.unknowns), points),
      rateLimited: keeps(health.rateLimited) ? health.rateLimited : null,
      loading: keeps(health.loading) ? health.loading : null,
      newRunsAt: health.newRunsAt.filter((at) => at > slot),
      windows: health.windows.filter(({ to }) => to > slot),
      gaps: health.gaps.filter((gap) => gap > slot),
      pauses: settlePauses(health.pauses, slot),
    },
  };
}

/** Rate limits and loading go on over a single unknown result as a run does. */
function bridge(health: Health, seen: Observation, validUntil: number): Health {
  const { unknowns, rateLimited, loading } = health;
  if (seen.outcome !== 'unknown') return health;
  const isFirst = unknowns === null || unknowns.count === 0;
  return {
    ...health,
    rateLimited: isFirst ? waiting(rateLimited, validUntil) : rateLimited,
    loading: isFirst || unknowns.reason === 'model_loading' ? waiting(loading, validUntil) : loading,
  };
}

/** Counts what becomes unhealthy only by repetition: rate limits from the 10th in a row, loading past its grace. */
function escalate(before: Health, seen: Observation, rules: Rules, validUntil: number): [Health, Outcome] {
  const health = bridge(before, seen, validUntil);
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
    slot + rules.intervalMs + Math.min(rules.intervalMs, longestSpareMs) + rules.timeoutMs,
    settled.health.gaps[0] ?? Infinity,
    settled.health.pauses[0]?.from ?? Infinity,
  );
  const maintenance = settled.health.windows.some(({ from }) => from <= slot);
  const [escalated, outcome] = maintenance
    ? [settled.health, seen.outcome]
    : escalate(settled.health, seen, rules, validUntil);
  const change = believe(escalated, { ...seen, outcome }, rules, validUntil, maintenance);
  const standing = standingAt(change.health, slot);
  const here = sameStretch(standing, change.health) ? [] : [{ from: slot, ...standing }];
  const health = { ...change.health, ...after(change.health, here) };
  return {
    health: { ...health, ...remember(health, standing.state) },
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

/** Notes what the time line says at the newest slot, in a run and a row that may yet take it back. */
function remember(
  { belief, settled, run, unknowns }: Health,
  state: State,
): Pick<Health, 'run' | 'unknowns'> {
  const note = <Row extends Pick<Run, 'said'>>(row: Row, open: boolean): Row => {
    if (!open) return { ...row, said: [] };
    return row.said.at(-1)?.state === state ? row : { ...row, said: [...row.said, { from: settled, state }] };
  };
  return {
    run: run && note(run, (run.kind === 'failure') !== (belief === 'down')),
    unknowns: unknowns && note(unknowns, unknowns.points.length > 0),
  };
}

/** Begins a new time line at `now` that goes on with what is believed. */
export function rebased(health: Health, now: number): Health {
  const { state, reason } = stateAt(health, now);
  return {
    ...health,
    firstSeen: now,
    settled: now,
    since: now,
    state,
    reason,
    run: null,
    unknowns: health.unknowns && ended(health.unknowns),
  };
}
