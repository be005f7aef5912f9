import type { Health, Run } from './health.js';
import type { Incident } from './incident.js';
import type { Observation, Rules } from './observation.js';
import { blameFor } from './reason.js';
import { spansOf, type Span } from './span.js';
import type { StatePoint } from './state.js';

export interface Change {
  readonly health: Health;
  readonly rewriteFrom: number | null;
  readonly points: readonly StatePoint[];
  readonly spans: readonly Span[];
  readonly incident: Incident | null;
}

function nothing(health: Health): Change {
  return { health, rewriteFrom: null, points: [], spans: [], incident: null };
}

/** Continues the run of this kind, or begins one. */
function extend(health: Health, seen: Observation, kind: Run['kind'], validUntil: number): Run {
  const run = health.run?.kind === kind ? health.run : null;
  const { slot, outcome, reason } = seen;
  if (run === null) {
    const points = kind === 'success' ? [{ from: slot, state: outcome, reason }] : [];
    return { kind, count: 1, from: slot, reason, validUntil, points, said: [] };
  }
  const changes = kind === 'success' && health.belief === 'down' && run.points.at(-1)?.state !== outcome;
  const points = changes ? [...run.points, { from: slot, state: outcome, reason }] : run.points;
  return { ...run, count: run.count + 1, validUntil, points };
}

/** Takes back what the time line said since the run began and says `points` instead. */
function rewrite(
  health: Health,
  run: Run,
  slot: number,
  points: readonly StatePoint[],
): Omit<Change, 'incident'> {
  const last = points.at(-1);
  if (last === undefined) return nothing(health);
  return {
    health: { ...health, state: last.state, since: last.from, reason: last.reason },
    rewriteFrom: run.from,
    points,
    spans: [...spansOf(run.said, slot, -1), ...spansOf(points, slot, 1)],
  };
}

function succeed(health: Health, seen: Observation, rules: Rules, validUntil: number): Change {
  const run = extend(health, seen, 'success', validUntil);
  const lastSuccess = { outcome: seen.outcome, reason: seen.reason };
  const next: Health = { ...health, run, lastSuccess, validUntil };
  if (health.belief !== 'down') return nothing({ ...next, belief: 'up', run: { ...run, points: [] } });
  if (run.count < rules.successes) return nothing(next);
  const believed: Health = { ...next, belief: 'up', incident: null, run: { ...run, points: [] } };
  const incident = health.incident && { ...health.incident, closedAt: run.from };
  return { ...rewrite(believed, run, seen.slot, run.points), incident };
}

function fail(health: Health, seen: Observation, rules: Rules, validUntil: number): Change {
  const run = extend(health, seen, 'failure', validUntil);
  if (health.belief === 'down') {
    const incident = health.incident && {
      ...health.incident,
      checksFailed: health.incident.checksFailed + 1,
      lastDetail: seen.detail,
    };
    return { ...nothing({ ...health, run, validUntil, incident }), incident };
  }
  if (run.count < rules.failures) {
    // An unconfirmed failure keeps a known state known, but does not make an unknown one known.
    const known = seen.slot <= health.validUntil;
    return nothing({ ...health, run, validUntil: known ? validUntil : health.validUntil });
  }
  const incident: Incident = {
    openedAt: run.from,
    closedAt: null,
    reason: run.reason,
    blame: blameFor(run.reason),
    checksFailed: run.count,
    lastDetail: seen.detail,
  };
  const believed: Health = { ...health, belief: 'down', incident, validUntil, run };
  const points = [{ from: run.from, state: 'unhealthy' as const, reason: run.reason }];
  return { ...rewrite(believed, run, seen.slot, points), incident };
}

/** Inside a window nothing is believed: a result only keeps what is believed already from expiring. */
function bear(health: Health, seen: Observation, validUntil: number): Health {
  if (seen.outcome === 'unhealthy') return health.belief === 'down' ? { ...health, validUntil } : health;
  return { ...health, validUntil, lastSuccess: { outcome: seen.outcome, reason: seen.reason } };
}

/** What a result, at its slot, does to run, belief and incident. */
export function believe(
  health: Health,
  seen: Observation,
  rules: Rules,
  validUntil: number,
  maintenance: boolean,
): Change {
  switch (seen.outcome) {
    case 'unknown':
      return nothing(health);
    case 'healthy':
    case 'degraded':
      return maintenance ? nothing(bear(health, seen, validUntil)) : succeed(health, seen, rules, validUntil);
    case 'unhealthy':
      return maintenance ? nothing(bear(health, seen, validUntil)) : fail(health, seen, rules, validUntil);
  }
}
