import type { Epoch } from '../../../src/domain/epoch.js';
import type { Outcome, Reason, StateReason } from '../../../src/domain/reason.js';
import type { Interval, State } from '../../../src/domain/state.js';
import { slotAfter } from './wall-clock.js';

/** A result as it was found, before anything was made of it. */
export interface Found {
  readonly slot: number;
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly detail: string | null;
  /** True where the monitor stood still during the check, which therefore has no latency. */
  readonly stalled?: boolean;
}

/** Everything that was seen of one model. Times in Unix ms. */
export interface Facts {
  readonly id: string;
  readonly firstSeen: number;
  readonly results: readonly Found[];
  readonly epochs: readonly Epoch[];
  readonly gaps: readonly number[];
  readonly windows: readonly Interval[];
}

/** A result with what the contract makes of it. */
export interface Judged extends Found {
  readonly validUntil: number;
  readonly maintenance: boolean;
}

interface Turn {
  /** Slot of the first result of the run that proved it. */
  readonly from: number;
  /** The result that proved it. From the first to this one the state is known. */
  readonly by: Judged;
  readonly belief: 'up' | 'down';
}

export interface PastIncident {
  readonly openedAt: number;
  closedAt: number | null;
  readonly reason: Reason;
  checksFailed: number;
  lastDetail: string | null;
}

/** One stretch of time in which nothing changes. */
export interface Cell extends Interval {
  readonly state: State;
  /** Why it is unknown; null in other states. */
  readonly why: StateReason | null;
}

export interface Past {
  readonly results: readonly Judged[];
  readonly incidents: readonly PastIncident[];
  /** They touch each other, from when the model was first seen until `until`. */
  readonly cells: readonly Cell[];
}

const within =
  (time: number) =>
  ({ from, to }: Interval): boolean =>
    from <= time && time < to;
const isSuccess = ({ outcome }: Found): boolean => outcome === 'healthy' || outcome === 'degraded';

/** True when `next` goes on where `last` stopped: no lapse, no window and no change of what is asked between them. */
function follows(
  { windows, epochs }: Facts,
  last: Judged,
  next: Found,
  validUntil = last.validUntil,
): boolean {
  const between = (time: number): boolean => last.slot < time && time <= next.slot;
  return (
    next.slot <= validUntil &&
    !windows.some(({ from, to }) => from <= next.slot && to > last.slot) &&
    !epochs.some(({ from, newRun }) => newRun && between(from))
  );
}

/**
 * Looks back from `found` over results of the same reason in a row, the newest first. Unknown ones between two of them
 * count as none, and a single one keeps the row going as long as it counts itself.
 */
function row(facts: Facts, before: readonly Judged[], found: Found): Found[] {
  const same: Found[] = [found];
  let between: Judged[] = [];
  for (const last of [...before].reverse()) {
    if (last.reason !== found.reason) {
      if (last.outcome !== 'unknown') break;
      between = [last, ...between];
      continue;
    }
    let lasts = last.validUntil;
    let newest = last;
    for (const each of between) {
      if (!follows(facts, last, each, lasts)) return same;
      const isSingle =
        newest.outcome !== 'unknown' || newest.reason === found.reason || !follows(facts, newest, each);
      if (isSingle) lasts = Math.max(lasts, each.validUntil);
      newest = each;
    }
    if (!follows(facts, last, same.at(-1)!, lasts)) break;
    same.push(last);
    between = [];
  }
  return same;
}

function epochOf({ epochs }: Facts, slot: number): Epoch {
  return epochs.findLast(({ from }) => from <= slot) ?? epochs[0]!;
}

/** Times in which the configuration paused the model: epochs that say so, up to one that does not. */
function pausesOf({ epochs }: Facts): Interval[] {
  return epochs
    .filter(({ paused }, index) => paused && !epochs[index - 1]?.paused)
    .map(({ from }) => ({
      from,
      to: epochs.find((epoch) => epoch.from > from && !epoch.paused)?.from ?? Infinity,
    }));
}

/** The first paused moment after `slot`; a check that ran meanwhile puts the pause behind its slot. */
function pausedAfter(facts: Facts, slot: number): number {
  return Math.min(
    ...pausesOf(facts)
      .map(({ from, to }) => ({ from: Math.max(from, slot + 1), to }))
      .filter(({ from, to }) => from < to)
      .map(({ from }) => from),
  );
}

function judge(facts: Facts): Judged[] {
  const judged: Judged[] = [];
  for (const found of facts.results) {
    const { slot, outcome, reason } = found;
    const { schedule, timeoutMs, loadingGraceMs } = epochOf(facts, slot);
    const intervalMs =
      schedule.kind === 'every' ? schedule.everyMs : slotAfter(schedule, facts.id, slot) - slot;
    const spare = intervalMs > 600_000 ? 600_000 : intervalMs;
    const lasts = slot + intervalMs + spare + timeoutMs;
    const cuts = [...facts.gaps.filter((gap) => gap > slot), pausedAfter(facts, slot)];
    const validUntil = Math.min(lasts, ...cuts);
    const maintenance = facts.windows.some(within(slot));
    const same = maintenance ? [] : row(facts, judged, found);
    const limited = reason === 'rate_limited' && outcome === 'degraded' && same.length >= 10;
    const stuck =
      reason === 'model_loading' &&
      outcome === 'unknown' &&
      slot - (same.at(-1)?.slot ?? slot) > loadingGraceMs;
    judged.push({ ...found, validUntil, maintenance, ...((limited || stuck) && { outcome: 'unhealthy' }) });
  }
  return judged;
}

interface Doubts {
  /**
   * For each result that makes the model unknown, the slot from which on it does: that of the first of the unknown ones in
   * a row, once they are as many as failures have to be.
   */
  readonly since: ReadonlyMap<Judged, number>;
  /** Unknown results that count as none: single ones, and those of a row that is too short. */
  readonly passedOver: ReadonlySet<Judged>;
}

function doubtsOf(facts: Facts, judged: readonly Judged[]): Doubts {
  const since = new Map<Judged, number>();
  const passedOver = new Set<Judged>();
  let row: Judged[] = [];
  for (const each of judged) {
    const last = row.at(-1);
    const counts = each.outcome === 'unknown' && !each.maintenance;
    row = !counts ? [] : last && follows(facts, last, each) ? [...row, each] : [each];
    if (!counts) continue;
    const isEnough = row.length >= epochOf(facts, each.slot).failures;
    if (isEnough) since.set(each, row[0]!.slot);
    if (!isEnough || row.length === 1) passedOver.add(each);
  }
  return { since, passedOver };
}

/** What was believed from when on, and the incidents: each change lies at the first result of the run that proved it. */
function believe(
  facts: Facts,
  judged: readonly Judged[],
  { since, passedOver }: Doubts,
): { turns: Turn[]; incidents: PastIncident[] } {
  const turns: Turn[] = [];
  const incidents: PastIncident[] = [];
  let run: Judged[] = [];
  let lasts = -Infinity;
  for (const each of judged) {
    const last = run.at(-1);
    const goesOn = last && follows(facts, last, each, lasts);
    if (!goesOn || (since.has(each) && !passedOver.has(each))) run = [];
    if (passedOver.has(each)) lasts = Math.max(lasts, each.validUntil);
    if (each.outcome === 'unknown' || each.maintenance) continue;
    run = run.length > 0 && last && isSuccess(last) === isSuccess(each) ? [...run, each] : [each];
    lasts = each.validUntil;
    const { failures, successes } = epochOf(facts, each.slot);
    const belief = turns.at(-1)?.belief;
    const [first] = run as [Judged];
    if (isSuccess(each)) {
      if (belief === undefined) turns.push({ from: each.slot, by: each, belief: 'up' });
      if (belief !== 'down' || run.length < successes) continue;
      turns.push({ from: first.slot, by: each, belief: 'up' });
      incidents.at(-1)!.closedAt = first.slot;
    } else if (belief === 'down') {
      incidents.at(-1)!.checksFailed += 1;
      incidents.at(-1)!.lastDetail = each.detail;
    } else if (run.length >= failures) {
      turns.push({ from: first.slot, by: each, belief: 'down' });
      const { slot: openedAt, reason } = first;
      incidents.push({ openedAt, closedAt: null, reason, checksFailed: run.length, lastDetail: each.detail });
    }
  }
  return { turns, incidents };
}

/** Paints the past anew from all that was ever seen, fact over fact, up to `until`. */
export function pastOf(facts: Facts, until: number): Past {
  const results = judge(facts);
  const doubts = doubtsOf(facts, results);
  const { turns, incidents } = believe(facts, results, doubts);
  const slots = new Set(results.map(({ slot }) => slot));
  const pauses = pausesOf(facts);
  const edges = results.flatMap(({ slot, validUntil }) => [slot, slot + 1, validUntil]);
  const bounds = [...facts.windows, ...pauses].flatMap(({ from, to }) => [from, to]);
  const times = [...new Set([facts.firstSeen, until, ...edges, ...bounds, ...facts.gaps])]
    .filter((time) => time >= facts.firstSeen && time <= until)
    .sort((a, b) => a - b);
  const believedAt = (time: number) => turns.findLast(({ from }) => from <= time)?.belief;
  const cells: { from: number; to: number; known: boolean; state: State; why: StateReason | null }[] = times
    .slice(1)
    .map((to, index) => ({ from: times[index]!, to, known: false, state: 'unknown', why: null }));

  let knownUntil = -Infinity;
  for (const each of results) {
    const { slot, validUntil } = each;
    const doubted = doubts.since.get(each) ?? Infinity;
    const agrees = isSuccess(each) === (believedAt(slot) !== 'down');
    const holdsOn = agrees || (slot <= knownUntil && !each.maintenance);
    knownUntil = Math.min(knownUntil, doubted);
    for (const cell of cells) {
      if (cell.from >= doubted) cell.known = false;
      if (each.outcome === 'unknown' && cell.from >= slot)
        cell.why = cell.from < validUntil ? each.reason : 'not_watched';
    }
    if (each.outcome === 'unknown' || !holdsOn) continue;
    const since = turns.find(({ by }) => by === each)?.from ?? slot;
    for (const cell of cells) if (cell.from >= since) [cell.known, cell.why] = [cell.from < validUntil, null];
    knownUntil = validUntil;
  }
  for (const cell of cells) {
    const success = results.findLast((each) => isSuccess(each) && each.slot <= cell.from);
    const believed = believedAt(cell.from) === 'down' ? 'unhealthy' : success?.outcome;
    if (cell.known && believed !== undefined) cell.state = believed;
    const last = results.findLast(({ slot }) => slot <= cell.from)?.slot ?? -Infinity;
    const missed = facts.gaps.some((gap) => last < gap && gap <= cell.from);
    cell.why ??= believed === undefined && !missed ? 'not_yet' : 'not_watched';
    if (pauses.some(within(cell.from)) && !slots.has(cell.from))
      [cell.state, cell.why] = ['unknown', 'paused'];
    if (facts.windows.some(within(cell.from))) cell.state = 'maintenance';
    if (cell.state !== 'unknown') cell.why = null;
  }
  return { results, incidents, cells };
}
