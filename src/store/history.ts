import { setImmediate } from 'node:timers/promises';
import type { Health } from '../domain/health.js';
import { exclude } from '../domain/exclusion.js';
import { addDownTime, downTimeOf, noDownTime, type TimeSpent } from '../domain/down-time.js';
import { clipTo, merge, totalOf } from '../domain/intervals.js';
import type { Interval, StateDurations, StatePoint } from '../domain/state.js';
import {
  addDurations,
  append,
  durationsOf,
  intervalsOf,
  noDurations,
  tail,
  type TimelineInterval,
} from '../domain/timeline.js';
import type { ModelKey, StoreReader } from './port.js';

const pointsAtOnce = 10_002;

/** Data about a model that queries over its past need. */
export interface Past {
  readonly key: ModelKey;
  /** The newest stored memory, which has the states after the newest slot. */
  readonly stored: Health;
  readonly exclusions: readonly Interval[];
  /** Currency of its costs; null or absent while there are none. */
  readonly currency?: string | null;
}

/** The part of `window` in which the model existed; empty when it did not. */
export function clip(health: Health, window: Interval): Interval {
  const from = Math.max(window.from, health.firstSeen);
  return { from, to: Math.max(from, window.to) };
}

/** The time line from the newest slot to `to`. */
export function silenceAfter(health: Health, to: number): StatePoint[] {
  return [{ from: health.settled, state: health.state, reason: health.reason }, ...tail(health, to)];
}

/** State intervals over `window`, the first `most` of them; reads little beyond them. */
export async function timelineBetween(
  store: Pick<StoreReader, 'points'>,
  { key, stored, exclusions }: Past,
  window: Interval,
  most = Infinity,
): Promise<TimelineInterval[]> {
  const { from: begin, to } = clip(stored, window);
  // At least two, so that each page makes progress; intervals of one state are joined, so one page may be too few.
  const size = Math.min(most + 2, pointsAtOnce);
  const told: TimelineInterval[] = [];
  for (let from = begin; told.length <= most;) {
    const points = await store.points(key, from, to, size);
    const next = points.length < size ? to : (points.at(-1)?.from ?? to);
    const line = next < to ? points : [...points, ...tail(stored, to)];
    for (const interval of exclude(intervalsOf(line, { from, to: next }), exclusions)) append(told, interval);
    if (next === to) break;
    from = next;
    await setImmediate();
  }
  return told.slice(0, most);
}

/** A window of a model. */
export interface PastWindow extends Interval {
  readonly past: Past;
}

/** What of each window the store is asked for, and the intervals after the newest slot, which it does not have. */
function partsOf(windows: readonly PastWindow[]) {
  return windows.map(({ past: { key, stored, exclusions }, ...window }) => {
    const { from, to } = clip(stored, window);
    const holes = clipTo(merge(exclusions), { from, to });
    const settled = { from, to: Math.max(from, Math.min(to, stored.settled)) };
    const since = intervalsOf(silenceAfter(stored, to), { from: settled.to, to });
    const without = clipTo(holes, settled);
    return { asked: { key, ...settled, without }, silent: exclude(since, holes) };
  });
}

type Part = ReturnType<typeof partsOf>[number];

const isAsked = ({ asked: { from, to } }: Part): boolean => from < to;

/** Adds up what the store tells of a part and what follows; excluded time is maintenance. */
function wholeOf({ asked, silent }: Part, told: StateDurations): StateDurations {
  const sum = addDurations(told, durationsOf(silent));
  return { ...sum, maintenance: sum.maintenance + totalOf(asked.without) };
}

/** ms per state over each of the windows, exact; one call of the store. */
export async function durationsOfAll(
  store: Pick<StoreReader, 'durations'>,
  windows: readonly PastWindow[],
): Promise<StateDurations[]> {
  const parts = partsOf(windows);
  const asked = parts.filter(isAsked).map((part) => part.asked);
  const told = (asked.length === 0 ? [] : await store.durations(asked)).values();
  return parts.map((part) => wholeOf(part, isAsked(part) ? (told.next().value ?? noDurations) : noDurations));
}

const noTime: TimeSpent = { durations: noDurations, down: noDownTime };

/** ms per state and ms down by blame over each of the windows, exact; one call of the store. */
export async function spentOfAll(
  store: Pick<StoreReader, 'spent'>,
  windows: readonly PastWindow[],
): Promise<TimeSpent[]> {
  const parts = partsOf(windows);
  const asked = parts.filter(isAsked).map((part) => part.asked);
  const told = (asked.length === 0 ? [] : await store.spent(asked)).values();
  return parts.map((part) => {
    const { durations, down } = isAsked(part) ? (told.next().value ?? noTime) : noTime;
    return { durations: wholeOf(part, durations), down: addDownTime(down, downTimeOf(part.silent)) };
  });
}

/** ms per state over `window`, exact. */
export async function durationsBetween(
  store: Pick<StoreReader, 'durations'>,
  past: Past,
  window: Interval,
): Promise<StateDurations> {
  const [durations] = await durationsOfAll(store, [{ past, ...window }]);
  return durations ?? noDurations;
}

/** ms per state and ms down by blame over `window`, exact. */
export async function spentBetween(
  store: Pick<StoreReader, 'spent'>,
  past: Past,
  window: Interval,
): Promise<TimeSpent> {
  const [spent] = await spentOfAll(store, [{ past, ...window }]);
  return spent ?? noTime;
}
