import type { Epoch } from '../../../src/domain/epoch.js';
import type { Outcome, Reason } from '../../../src/domain/reason.js';
import type { Interval, State } from '../../../src/domain/state.js';
import { slotAfter } from './wall-clock.js';

/** A result as it was found, before anything was made of it. */
export interface Found {
  readonly slot: number;
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly detail: string | null;
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
  readonly from: number;
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
function follows({ windows, epochs }: Facts, last: Judged, next: Found): boolean {
  const between = (time: number): boolean => last.slot < time && time <= next.slot;
  return (
    next.slot <= last.validUntil &&
    !windows.some(({ from, to }) => from <= next.slot && to > last.slot) &&
    !epochs.some(({ from, newRun }) => newRun && between(from))
  );
}

/** Looks back from `found` over results of the same reason in a row, the newest first; unknown ones count as none. */
function row(facts: Facts, before: readonly Judged[], found: Found): Found[] {
  const same: Found[] = [found];
  for (const last of [...before].reverse()) {
    if (last.reason === found.reason && follows(facts, last, same.at(-1)!)) same.push(last);
    else if (last.outcome !== 'unknown' || last.reason === found.reason) break;
  }
  return same;
}

function epochOf({ epochs }: Facts, slot: number): Epoch {
  return epochs.findLast(({ from }) => from <= slot) ?? epochs[0]!;
}

function judge(facts: Facts): Judged[] {
  const judged: Judged[] = [];
  for (const found of facts.results) {
    const { slot, outcome, reason } = found;
    const { schedule, timeoutMs, loadingGraceMs } = epochOf(facts, slot);
    const intervalMs =
      schedule.kind === 'every' ? schedule.everyMs : slotAfter(schedule, facts.id, slot) - slot;
    const lasts = slot + 2 * intervalMs + timeoutMs;
    const validUntil = Math.min(lasts, ...facts.gaps.filter((gap) => gap > slot));
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

/** What was believed from when on, and the incidents: each change lies at the first result of the run that proved it. */
function believe(facts: Facts, judged: readonly Judged[]): { turns: Turn[]; incidents: PastIncident[] } {
  const turns: Turn[] = [];
  const incidents: PastIncident[] = [];
  let run: Judged[] = [];
  for (const each of judged) {
    if (each.outcome === 'unknown' || each.maintenance) continue;
    const last = run.at(-1);
    const goesOn = last && isSuccess(last) === isSuccess(each) && follows(facts, last, each);
    run = goesOn ? [...run, each] : [each];
    const { failures, successes } = epochOf(facts, each.slot);
    const belief = turns.at(-1)?.belief;
    const [first] = run as [Judged];
    if (isSuccess(each)) {
      if (belief === undefined) turns.push({ from: each.slot, belief: 'up' });
      if (belief !== 'down' || run.length < successes) continue;
      turns.push({ from: first.slot, belief: 'up' });
      incidents.at(-1)!.closedAt = first.slot;
    } else if (belief === 'down') {
      incidents.at(-1)!.checksFailed += 1;
      incidents.at(-1)!.lastDetail = each.detail;
    } else if (run.length >= failures) {
      turns.push({ from: first.slot, belief: 'down' });
      const { slot: openedAt, reason } = first;
      incidents.push({ openedAt, closedAt: null, reason, checksFailed: run.length, lastDetail: each.detail });
    }
  }
  return { turns, incidents };
}

/** Paints the past anew from all that was ever seen, fact over fact, up to `until`. */
export function pastOf(facts: Facts, until: number): Past {
  const results = judge(facts);
  const { turns, incidents } = believe(facts, results);
  const edges = results.flatMap(({ slot, validUntil }) => [slot, validUntil]);
  const bounds = facts.windows.flatMap(({ from, to }) => [from, to]);
  const times = [...new Set([facts.firstSeen, until, ...edges, ...bounds])]
    .filter((time) => time >= facts.firstSeen && time <= until)
    .sort((a, b) => a - b);
  const believedAt = (time: number) => turns.findLast(({ from }) => from <= time)?.belief;
  const cells: { from: number; to: number; known: boolean; state: State }[] = times
    .slice(1)
    .map((to, index) => ({ from: times[index]!, to, known: false, state: 'unknown' }));

  let knownUntil = -Infinity;
  for (const each of results) {
    const { slot, validUntil } = each;
    const proved = believedAt(slot) === 'down';
    const holdsOn = proved || (slot <= knownUntil && !each.maintenance);
    if (each.outcome === 'unknown' || (!isSuccess(each) && !holdsOn)) continue;
    for (const cell of cells) if (cell.from >= slot) cell.known = cell.from < validUntil;
    knownUntil = validUntil;
  }
  for (const cell of cells) {
    const success = results.findLast((each) => isSuccess(each) && each.slot <= cell.from);
    if (!cell.known) continue;
    cell.state = believedAt(cell.from) === 'down' ? 'unhealthy' : (success?.outcome ?? 'unknown');
  }
  for (const cell of cells) if (facts.windows.some(within(cell.from))) cell.state = 'maintenance';
  return { results, incidents, cells };
}
