import { epochAt, withEpoch, type Epoch } from './epoch.js';
import { newHealth, withGap, withPause, withWindows, type Health } from './health.js';
import type { Incident } from './incident.js';
import type { Observation, Rules } from './observation.js';
import { reduce, type Step } from './reduce.js';
import type { Interval, StatePoint } from './state.js';

/** Stored circumstances of the results of a model; each list in ascending order, `epochs` not empty. */
export interface Circumstances {
  readonly epochs: readonly [Epoch, ...Epoch[]];
  /** First slots of gaps. */
  readonly gaps: readonly number[];
  /** Maintenance windows. */
  readonly windows: readonly Interval[];
}

/** A time for which the replay has the same time line as the daemon had. */
export interface Stretch {
  readonly from: number;
  /** Exclusive; Infinity if it includes the newest result. */
  readonly to: number;
  /** Results replayed in it. */
  readonly results: number;
  /** The state at `from` and each later one. */
  readonly points: readonly StatePoint[];
  /** False if the reason of the first point is not known. */
  readonly fromStart: boolean;
  readonly incidents: readonly Incident[];
  /** Start of the incident that was open at `from`; its failed checks are not known. */
  readonly openedBefore: number | null;
}

export interface Replay {
  /** Applies the next stored result with the rules of its slot. */
  take(seen: Observation, rules: Rules): void;
  /** Ends the stretch: results or rules after the last result are missing. */
  interrupt(): void;
  /** The stretches; `settled` is the newest slot that the daemon applied. */
  end(settled: number): readonly Stretch[];
  /** Health after the last result; null while it is not known. */
  readonly health: Health | null;
}

/** A replay whose health equals that of the daemon. */
interface Exact {
  readonly kind: 'exact';
  readonly from: number;
  readonly fromStart: boolean;
  readonly openedBefore: number | null;
  health: Health;
  results: number;
  readonly points: StatePoint[];
  readonly incidents: Map<number, Incident>;
}

/** A replay that started in the middle: from a model that was down, and from one that was not. */
interface Searching {
  readonly kind: 'searching';
  ifDown: Health;
  ifUp: Health;
}

interface Change {
  readonly at: number;
  readonly apply: (health: Health) => Health;
}

function changesOf({ epochs, gaps, windows }: Circumstances): Change[] {
  return [
    ...epochs.map((epoch) => ({ at: epoch.from, apply: (health: Health) => withEpoch(health, epoch) })),
    ...gaps.map((gap) => ({ at: gap, apply: (health: Health) => withGap(health, gap) })),
    ...windows.map((window) => ({
      at: window.from,
      apply: (health: Health) => withWindows(health, [window]),
    })),
  ].sort((a, b) => a.at - b.at);
}

/**
 * A result in a pause, whose slot is the last one before the resumption. The pause is cut to nothing by it: had the model
 * been resumed before (with the clock set back) the result stays valid, else it ends with the slot. Which it was is not
 * stored.
 */
function slotsBeforeResumption(epochs: readonly Epoch[]): ReadonlySet<number> {
  return new Set(
    epochs.filter(({ paused }, index) => !paused && epochs[index - 1]?.paused).map(({ from }) => from - 1),
  );
}

/** Health of a model that is first seen at `firstSeen`, when `epoch` is in force. */
export function firstHealth(firstSeen: number, { paused }: Epoch): Health {
  const health = newHealth(firstSeen);
  return paused ? withPause(health, firstSeen) : health;
}

/**
 * Time before which the time line does not depend on results after the newest slot: open runs and rows are dated back
 * when a later result confirms them.
 */
function finalUntil({ belief, run, unknowns, settled }: Health): number {
  const isOpen = run !== null && (run.kind === 'failure') !== (belief === 'down');
  const isRow = unknowns !== null && unknowns.count > 0;
  return Math.min(settled, isOpen ? run.from : Infinity, isRow ? unknowns.from : Infinity);
}

/**
 * Replays stored results through the reducer. With `first`, the health of a model before its first result, everything is
 * replayed. Without it, and after `interrupt`, the health is not known at first: the model may be down or up, with runs
 * and rows that began before. Both cases are replayed, and a stretch begins with the first result after which they have
 * the same health, whatever it was before:
 *
 * - A success that leaves a model up that was down. The successes in a row are all replayed, so the model is up in each
 *   case; a success of such a model resets failures, unknown results and validity, and its own run is never used.
 * - A failure that leaves a model down that was up, for the same reasons. Its incident, which may have begun earlier, is
 *   the stored one that `openAt` gives for the slot.
 *
 * Rate limits and loading count over several results, of which some may be missing; any other success or failure
 * resets these counts, so a stretch does not begin with one of them.
 */
export function createReplay(
  circumstances: Circumstances,
  { first, openAt }: { first: Health | null; openAt: (slot: number) => Incident | null },
): Replay {
  const changes = changesOf(circumstances);
  const { epochs, windows } = circumstances;
  const stretches: Stretch[] = [];
  const justBefore = slotsBeforeResumption(epochs);
  /** Changes before this index are applied. */
  let applied = 0;
  let phase: Exact | Searching | null = null;

  const exact = (
    health: Health,
    { fromStart, openedBefore }: Pick<Exact, 'fromStart' | 'openedBefore'>,
  ): Exact => ({
    kind: 'exact',
    from: health.settled,
    fromStart,
    openedBefore,
    health,
    results: 0,
    points: [{ from: health.settled, state: health.state, reason: health.reason }],
    incidents: new Map(health.incident && [[health.incident.openedAt, health.incident]]),
  });

  /** Skips changes up to `settled`. */
  const skipTo = (settled: number): void => {
    for (let next = changes[applied]; next !== undefined && next.at <= settled; next = changes[applied])
      applied += 1;
  };

  const search = (settled: number): Searching => {
    skipTo(settled);
    const health = withWindows(
      firstHealth(settled, epochAt(epochs, settled)),
      windows.filter(({ from, to }) => from <= settled && to > settled),
    );
    return { kind: 'searching', ifDown: { ...health, belief: 'down' }, ifUp: { ...health, belief: 'up' } };
  };

  /** Functions that apply the changes up to `slot`. */
  const due = (slot: number): ((health: Health) => Health) => {
    const begin = applied;
    skipTo(slot);
    const some = changes.slice(begin, applied);
    return (health) => some.reduce((changed, { apply }) => apply(changed), health);
  };

  const found = ({ ifDown, ifUp }: Searching, { outcome, reason, slot }: Observation): Exact | null => {
    if (reason === 'rate_limited' || reason === 'model_loading') return null;
    const isSuccess = outcome === 'healthy' || outcome === 'degraded';
    if (isSuccess && ifDown.belief !== 'down') return exact(ifDown, { fromStart: false, openedBefore: null });
    if (outcome !== 'unhealthy' || ifUp.belief !== 'down') return null;
    const incident = openAt(slot);
    if (incident === null) return null;
    const { openedAt } = incident;
    return exact(
      { ...ifUp, incident: { ...incident, closedAt: null } },
      { fromStart: false, openedBefore: openedAt },
    );
  };

  const follow = (current: Exact, { health, rewriteFrom, points, incident }: Step): void => {
    current.health = health;
    current.results += 1;
    if (rewriteFrom !== null)
      while ((current.points.at(-1)?.from ?? -Infinity) >= rewriteFrom) current.points.pop();
    for (const point of points) current.points.push(point);
    if (incident !== null) current.incidents.set(incident.openedAt, incident);
  };

  const conclude = (to: number): void => {
    if (phase?.kind === 'exact' && to > phase.from) {
      const { from, fromStart, openedBefore, results } = phase;
      const points = phase.points.filter((point) => point.from < to);
      const incidents = [...phase.incidents.values()].filter(({ openedAt }) => openedAt < to);
      stretches.push({ from, to, results, points, fromStart, incidents, openedBefore });
    }
    phase = null;
  };

  const interrupt = (): void => {
    if (phase?.kind === 'exact') conclude(finalUntil(phase.health));
    phase = null;
  };

  /**
   * Loading that became unhealthy is stored like loading that is always unhealthy, but only the first is an unknown result,
   * over which rate limits in a row go on.
   */
  const isAmbiguous = ({ slot, outcome, reason }: Observation): boolean => {
    if (justBefore.has(slot)) return true;
    const countsLimits = phase?.kind === 'exact' && phase.health.rateLimited !== null;
    return countsLimits && reason === 'model_loading' && outcome === 'unhealthy';
  };

  if (first !== null) {
    skipTo(first.settled);
    phase = exact(first, { fromStart: true, openedBefore: null });
  }

  return {
    take(seen, rules) {
      if (isAmbiguous(seen)) {
        interrupt();
        return;
      }
      phase ??= search(seen.slot - 1);
      const change = due(seen.slot);
      if (phase.kind === 'exact') {
        follow(phase, reduce(change(phase.health), seen, rules));
        return;
      }
      const { health, outcome, maintenance } = reduce(change(phase.ifDown), seen, rules);
      phase = { ...phase, ifDown: health, ifUp: reduce(change(phase.ifUp), seen, rules).health };
      if (!maintenance) phase = found(phase, { ...seen, outcome }) ?? phase;
    },
    interrupt,
    end(settled) {
      if (phase?.kind === 'exact' && phase.health.settled === settled) conclude(Infinity);
      else interrupt();
      return stretches;
    },
    get health() {
      return phase?.kind === 'exact' ? phase.health : null;
    },
  };
}
