import { waiting, type Health, type Run, type UnknownRow } from './health.js';
import type { Incident } from './incident.js';
import type { Observation, Rules } from './observation.js';
import { blameFor } from './reason.js';
import { spansOf, type Span } from './timeline.js';
import type { StatePoint } from './state.js';

interface Change {
  readonly health: Health;
  readonly rewriteFrom: number | null;
  readonly points: readonly StatePoint[];
  readonly spans: readonly Span[];
  readonly incident: Incident | null;
}

function nothing(health: Health): Change {
  return { health, rewriteFrom: null, points: [], spans: [], incident: null };
}

/** Continues the run of this kind, or starts one. */
function extend(health: Health, seen: Observation, kind: Run['kind'], validUntil: number): Run {
  const run = health.run?.kind === kind ? health.run : null;
  const { slot, outcome, reason, detail } = seen;
  if (run === null) {
    const points = kind === 'success' ? [{ from: slot, state: outcome, reason }] : [];
    return { kind, count: 1, from: slot, reason, detail, validUntil, points, said: [] };
  }
  const changes = kind === 'success' && health.belief === 'down' && run.points.at(-1)?.state !== outcome;
  const points = changes ? [...run.points, { from: slot, state: outcome, reason }] : run.points;
  return { ...run, count: run.count + 1, validUntil, points };
}

/** Replaces the time line since the start of the run or row with `points`. */
function rewrite(
  health: Health,
  run: Pick<Run, 'from' | 'said'>,
  slot: number,
  points: readonly StatePoint[],
): Omit<Change, 'incident'> {
  const last = points.at(-1);
  if (last === undefined) return nothing(health);
  const since = points.find((_, index) => points.slice(index).every(({ state }) => state === last.state));
  return {
    health: { ...health, state: last.state, since: (since ?? last).from, reason: last.reason },
    rewriteFrom: run.from,
    points,
    spans: [...spansOf(run.said, slot, -1), ...spansOf(points, slot, 1)],
  };
}

/** An unconfirmed contrary result extends a known state. It does not end an unknown one, nor change its reason. */
function unconfirmed(health: Health, seen: Observation, run: Run, validUntil: number): Health {
  if (seen.slot <= health.validUntil) return { ...health, run, unknowns: null, validUntil };
  return { ...health, run, unknowns: health.unknowns && ended(health.unknowns) };
}

function succeed(health: Health, seen: Observation, rules: Rules, validUntil: number): Change {
  const run = extend(health, seen, 'success', validUntil);
  const lastSuccess = { outcome: seen.outcome, reason: seen.reason };
  const isDown = health.belief === 'down';
  if (isDown && run.count < rules.successes) {
    return nothing({ ...unconfirmed(health, seen, run, validUntil), lastSuccess });
  }
  const up: Health = {
    ...health,
    belief: 'up',
    run: { ...run, points: [] },
    unknowns: null,
    lastSuccess,
    validUntil,
  };
  if (!isDown) return nothing(up);
  const confirmed: Health = { ...up, incident: null };
  const incident = health.incident && { ...health.incident, closedAt: run.from };
  return { ...rewrite(confirmed, run, seen.slot, run.points), incident };
}

function fail(health: Health, seen: Observation, rules: Rules, validUntil: number): Change {
  const run = extend(health, seen, 'failure', validUntil);
  if (health.belief === 'down') {
    const incident = health.incident && {
      ...health.incident,
      checksFailed: health.incident.checksFailed + 1,
      lastDetail: seen.detail,
    };
    return { ...nothing({ ...health, run, unknowns: null, validUntil, incident }), incident };
  }
  if (run.count < rules.failures) return nothing(unconfirmed(health, seen, run, validUntil));
  const incident: Incident = {
    openedAt: run.from,
    closedAt: null,
    reason: run.reason,
    blame: blameFor(run.reason),
    checksFailed: run.count,
    lastDetail: seen.detail,
  };
  const confirmed: Health = { ...health, belief: 'down', incident, validUntil, run, unknowns: null };
  const points = [{ from: run.from, state: 'unhealthy' as const, reason: run.reason }];
  return { ...rewrite(confirmed, run, seen.slot, points), incident };
}

/** Closes the row. Its reason stays the reason for unknown until `validUntil`; after that it is `not_watched`. */
export function ended(row: UnknownRow): UnknownRow {
  return { ...row, count: 0, points: [], said: [] };
}

/** Continues the row of unknown results, or starts one. */
function lengthen(row: UnknownRow | null, { slot, reason }: Observation, validUntil: number): UnknownRow {
  const point: StatePoint = { from: slot, state: 'unknown', reason };
  if (row === null || row.count === 0) {
    return { count: 1, from: slot, reason, validUntil, points: [point], said: [] };
  }
  const points = row.reason === reason ? row.points : [...row.points, point];
  return { ...row, count: row.count + 1, reason, validUntil, points };
}

/**
 * `rules.failures` unknown results in a row end the validity and the run, dated back to the first of them. Fewer are
 * ignored: the run stays open for the next result. A single one never ends a run.
 */
function countUnknown(health: Health, seen: Observation, rules: Rules, validUntil: number): Change {
  const unknowns = lengthen(health.unknowns, seen, validUntil);
  const wasKnown = health.validUntil > unknowns.from;
  const run = waiting(health.run, validUntil);
  if (unknowns.count < rules.failures) {
    return nothing({ ...health, run, unknowns: wasKnown ? unknowns : { ...unknowns, points: [] } });
  }
  const next: Health = {
    ...health,
    run: unknowns.count === 1 ? run : null,
    unknowns: { ...unknowns, points: [], said: [] },
    validUntil: Math.min(health.validUntil, unknowns.from),
  };
  if (!wasKnown) return nothing(next);
  return { ...rewrite(next, unknowns, seen.slot, unknowns.points), incident: null };
}

/** During maintenance a result never changes the state; it only extends how long the present one is valid. */
function extendDuringMaintenance(health: Health, seen: Observation, validUntil: number): Health {
  switch (seen.outcome) {
    case 'unknown':
      return { ...health, unknowns: ended(lengthen(null, seen, validUntil)) };
    case 'unhealthy':
      return health.belief === 'down' ? { ...health, unknowns: null, validUntil } : health;
    case 'healthy':
    case 'degraded': {
      if (health.belief === 'down') return health;
      const lastSuccess = { outcome: seen.outcome, reason: seen.reason };
      return { ...health, unknowns: null, validUntil, lastSuccess };
    }
  }
}

/** Applies a result to the run, the confirmed state and the incident. */
export function confirm(
  health: Health,
  seen: Observation,
  rules: Rules,
  validUntil: number,
  maintenance: boolean,
): Change {
  if (maintenance) return nothing(extendDuringMaintenance(health, seen, validUntil));
  switch (seen.outcome) {
    case 'unknown':
      return countUnknown(health, seen, rules, validUntil);
    case 'healthy':
    case 'degraded':
      return succeed(health, seen, rules, validUntil);
    case 'unhealthy':
      return fail(health, seen, rules, validUntil);
  }
}
