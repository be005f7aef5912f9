import type { VNode } from 'preact';
import { wholeSecondsUp } from '../domain/duration.js';
import { dayMs } from '../domain/period.js';
import type { State, StateDurations } from '../domain/state.js';
import { totalMs } from '../domain/timeline.js';
import { clockTime, lastedSpan } from './figures.js';

/** ms per state of one UTC day; its sum is what has passed of the day. */
export interface Day {
  /** Unix ms of its start. */
  readonly from: number;
  readonly durations: StateDurations;
}

/** What a bar says, as numbers, for a sentence in another language. */
export interface BarTally {
  /** Days on which the state occurs. */
  readonly days: Readonly<Record<'degraded' | 'unhealthy' | 'unknown' | 'maintenance', number>>;
  /** The last day with time unhealthy, and how long in ms, rounded up to a second; null without one. */
  readonly lastDown: { readonly from: number; readonly ms: number } | null;
}

/** A bar as it is cached: the path of each state that occurs, and the sentence that says the same. */
export interface BarDrawing {
  /** Number of days, oldest left. */
  readonly days: number;
  readonly paths: Readonly<Partial<Record<State, string>>>;
  readonly sentence: string;
  readonly tally: BarTally;
}

/** Width of a day and height of what hangs below the line, in units of the drawing. */
const width = 4;
const steps = 24;
const below = 4;
/** Least steps of a state that occurs at all, and from which share on; unknown is what is left over. */
const least = { unhealthy: 4, degraded: 3, maintenance: 3, unknown: 3 } as const;
const leastUnknownShare = 0.02;

/** Steps of each state in one day: its share, but never less than can be seen. */
export function stepsOf(durations: StateDurations): Record<State, number> {
  const total = totalMs(durations);
  const result = { healthy: 0, degraded: 0, unhealthy: 0, unknown: 0, maintenance: 0 };
  if (total <= 0) return { ...result, unknown: steps };
  let left = steps;
  // In the order of weight: what comes last yields.
  for (const state of ['unhealthy', 'degraded', 'maintenance', 'unknown'] as const) {
    const share = durations[state] / total;
    if (share <= 0 || (state === 'unknown' && share < leastUnknownShare)) continue;
    result[state] = Math.min(left, Math.max(least[state], Math.round(share * steps)));
    left -= result[state];
  }
  if (durations.healthy > 0) result.healthy = left;
  else if (result.unknown > 0) result.unknown += left;
  else {
    const most = (['unhealthy', 'degraded', 'maintenance'] as const).find((state) => result[state] > 0);
    if (most !== undefined) result[most] += left;
  }
  return result;
}

interface Run {
  readonly x: number;
  readonly y: number;
  readonly height: number;
  days: number;
}

/** Joins equal neighbours, so that a long run of like days is one rectangle. */
function pathOf(runs: readonly Run[]): string {
  return runs.map(({ x, y, height, days }) => `M${x} ${y}h${days * width}v${height}H${x}z`).join('');
}

/**
 * Healthy reaches down to the floor and is painted first; unhealthy stands on the floor and hangs below the line, above it
 * degraded, then maintenance. Unknown is not painted: it is the ground.
 */
export function drawBar(days: readonly Day[]): BarDrawing {
  const runs: Record<Exclude<State, 'unknown'>, Run[]> = {
    healthy: [],
    degraded: [],
    unhealthy: [],
    maintenance: [],
  };
  const add = (state: keyof typeof runs, index: number, y: number, height: number): void => {
    const last = runs[state].at(-1);
    const x = index * width;
    if (last?.y === y && last.height === height && last.x + last.days * width === x) last.days += 1;
    else runs[state].push({ x, y, height, days: 1 });
  };
  for (const [index, { durations }] of days.entries()) {
    const heights = stepsOf(durations);
    const { unhealthy, degraded, maintenance, unknown } = heights;
    if (heights.healthy > 0) add('healthy', index, unknown, steps - unknown);
    let floor = steps;
    if (unhealthy > 0) add('unhealthy', index, floor - unhealthy, unhealthy + below);
    floor -= unhealthy;
    if (degraded > 0) add('degraded', index, floor - degraded, degraded);
    floor -= degraded;
    if (maintenance > 0) add('maintenance', index, floor - maintenance, maintenance);
  }
  const paths: Partial<Record<State, string>> = {};
  for (const state of ['healthy', 'maintenance', 'degraded', 'unhealthy'] as const) {
    if (runs[state].length > 0) paths[state] = pathOf(runs[state]);
  }
  return { days: days.length, paths, sentence: sentenceOf(days), tally: tallyOf(days) };
}

const counted = (count: number): string => `${count} ${count === 1 ? 'day' : 'days'}`;

/** The days on which a state occurs; unknown from the share on that can be seen. */
function daysWith(days: readonly Day[], state: State): readonly Day[] {
  const share = state === 'unknown' ? leastUnknownShare : 0;
  return days.filter(({ durations }) => durations[state] > share * totalMs(durations));
}

function tallyOf(days: readonly Day[]): BarTally {
  const count = (state: State): number => daysWith(days, state).length;
  const last = daysWith(days, 'unhealthy').at(-1);
  return {
    days: {
      degraded: count('degraded'),
      unhealthy: count('unhealthy'),
      unknown: count('unknown'),
      maintenance: count('maintenance'),
    },
    lastDown: last === undefined ? null : { from: last.from, ms: wholeSecondsUp(last.durations.unhealthy) },
  };
}

/** `90 days: down on 3 days, last 27 Nov 2 h 14 min; degraded on 1; unknown on 5`. */
export function sentenceOf(days: readonly Day[]): string {
  const having = (state: State) => daysWith(days, state);
  const down = having('unhealthy');
  const last = down.at(-1);
  const parts = [
    last === undefined
      ? null
      : `down on ${counted(down.length)}, last ${clockTime(last.from).day} ${lastedSpan(last.durations.unhealthy)}`,
    ...(['degraded', 'unknown', 'maintenance'] as const).map((state) => {
      const some = having(state);
      return some.length === 0 ? null : `${state} on ${some.length}`;
    }),
  ].filter((part) => part !== null);
  return `${counted(days.length)}: ${parts.length === 0 ? 'healthy' : parts.join('; ')}`;
}

const order = ['healthy', 'maintenance', 'degraded', 'unhealthy'] as const;
const letters = { healthy: 'h', maintenance: 'm', degraded: 'd', unhealthy: 'u' } as const;

/** A bar in a place for `of` days; days before the model was first seen do not exist, so it may be narrower. */
export function Bar({ drawing, of = 90 }: { readonly drawing: BarDrawing; readonly of?: number }): VNode {
  const { days, paths, sentence } = drawing;
  const share = days < of ? { width: `${Number(((days / of) * 100).toFixed(4))}%` } : {};
  return (
    <svg
      class="b"
      {...share}
      viewBox={`0 0 ${days * width} ${steps + below}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={sentence}
    >
      {order.map((state) =>
        paths[state] === undefined ? null : <path class={letters[state]} d={paths[state]} />,
      )}
    </svg>
  );
}

/** The UTC days that touch [from, to). */
export function daysOf(from: number, to: number): number[] {
  const days: number[] = [];
  for (let day = Math.floor(from / dayMs) * dayMs; day < to; day += dayMs) days.push(day);
  return days;
}
