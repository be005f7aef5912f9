import {
  addDownTime,
  downBlameOf,
  noDownTime,
  type DownBlame,
  type DownTime,
  type TimeSpent,
} from '../../domain/down-time.js';
import type { Interval, StateDurations } from '../../domain/state.js';
import { stateReasonCodes } from '../codes.js';
import type { ModelKey, ModelWindow } from '../port.js';
import type { Horizons } from '../window.js';
import type { Reading } from './reading.js';
import { holesIn, knownOf } from './spent-time.js';

/** A piece of the time line of a model. */
export interface Piece extends Interval {
  readonly key: ModelKey;
}

/** ms unhealthy for the points with one reason, as the store has it. */
export interface ReasonTime {
  readonly reason: number | null;
  readonly ms: number;
}

function byBlame(found: readonly ReasonTime[]): DownTime {
  const down: Record<DownBlame, number> = { ...noDownTime };
  for (const { reason, ms } of found)
    down[downBlameOf(reason === null ? null : stateReasonCodes.toWord(reason))] += ms;
  return down;
}

/**
 * The unhealthy time of each window by blame, where `durations` has any: points are kept for as long as the sums of days. Pieces of
 * excluded time are asked for as well, and taken from that of their window. The store must tell the state that it told the durations of.
 */
export function* readSpent(
  windows: readonly ModelWindow[],
  durations: readonly StateDurations[],
  complete: Horizons,
  ask: (pieces: readonly Piece[]) => Reading<readonly (readonly ReasonTime[])[]>,
): Reading<TimeSpent[]> {
  const pieces: Piece[] = [];
  const counts = windows.map(({ key, without = [], ...window }, index) => {
    if ((durations[index]?.unhealthy ?? 0) === 0) return 0;
    const known = knownOf(window, complete);
    const own = [known, ...holesIn(known, without)];
    for (const { from, to } of own) pieces.push({ key, from, to });
    return own.length;
  });
  const told = (pieces.length === 0 ? [] : yield* ask(pieces)).values();
  return durations.map((each, index) => {
    let down = noDownTime;
    for (let piece = 0; piece < (counts[index] ?? 0); piece += 1)
      down = addDownTime(down, byBlame(told.next().value ?? []), piece === 0 ? 1 : -1);
    return { durations: each, down };
  });
}
