import { confirm, ended } from './confirm.js';
import { awaitsMore, waiting, type Health, type Pause, type Run, type UnknownRow } from './health.js';
import type { Incident } from './incident.js';
import type { Observation, Rules } from './observation.js';
import type { Outcome } from './reason.js';
import { after, sameStretch, spansOf, standingAt, stateAt, tail, type Span } from './timeline.js';
import type { State, StatePoint } from './state.js';

/** Effect of one result. */
export interface Step {
  readonly health: Health;
  /** The outcome after escalation. */
  readonly outcome: Outcome;
  /** The slot lies in a maintenance window. */
  readonly maintenance: boolean;
  /** Unix ms from which stored points are replaced; null when none is. */
  readonly rewriteFrom: number | null;
  readonly points: readonly StatePoint[];
  readonly spans: readonly Span[];
  /** The incident that was opened, continued or closed. */
  readonly incident: Incident | null;
}

export const rateLimitedLimit = 10;
/** Limit in ms of the spare validity after the next slot, which is one interval; the timeout is added to it. */
const longestSpareMs = 600_000;

/** Continues the row of unknown results, or closes it when it was interrupted. */
function settleRow(row: UnknownRow, follows: boolean, points: readonly StatePoint[]): UnknownRow {
  return follows ? { ...row, said: [...row.said, ...points] } : ended(row);
}

/** Moves the start of a pause after `slot`: a check that was running when the pause started counts. */
function settlePauses(pauses: readonly Pause[], slot: number): Pause[] {
  return pauses
    .map(({ from, to }) => ({ from: Math.max(from, slot + 1), to }))
    .filter(({ from, to }) => to === null || to > from);
}

/** Finalizes the time line between the newest slot and `slot`, in which there was no result. */
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
  const unknowns = health.unknowns && settleRow(health.unknowns, keeps(health.unknowns), points);
  return {
    points,
    spans: spansOf(segments, slot, 1, run === null && (unknowns?.count ?? 0) === 0),
    health: {
      ...health,
      ...after(health, points),
      settled: slot,
      run,
      unknowns,
      rateLimited: keeps(health.rateLimited) ? health.rateLimited : null,
      loading: keeps(health.loading) ? health.loading : null,
      newRunsAt: health.newRunsAt.filter((at) => at > slot),
      windows: health.windows.filter(({ to }) => to > slot),
      gaps: health.gaps.filter((gap) => gap > slot),
      pauses: settlePauses(health.pauses, slot),
    },
  };
}

/** Extends the counts of rate limits and loading over a single unknown result, as for a run. */
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

/** Escalates repeated results to unhealthy: rate limits from the 10th in a row, loading after its grace period. */
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

/** Applies one result to the health of its model. Throws RangeError unless `slot` is after the newest one. */
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
  const change = confirm(escalated, { ...seen, outcome }, rules, validUntil, maintenance);
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

/** Records the state at the newest slot in the run and the row that may replace it later. */
function remember(
  { belief, settled, run, unknowns }: Health,
  state: State,
): Pick<Health, 'run' | 'unknowns'> {
  const note = <Row extends Pick<Run, 'said'>>(row: Row, open: boolean): Row => {
    if (!open) return { ...row, said: [] };
    return row.said.at(-1)?.state === state ? row : { ...row, said: [...row.said, { from: settled, state }] };
  };
  return {
    run: run && note(run, awaitsMore({ belief, run })),
    unknowns: unknowns && note(unknowns, unknowns.points.length > 0),
  };
}

/** Starts a new time line at `now` with the confirmed state. */
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
