import { blameFor, blames, type Blame, type StateReason } from './reason.js';
import type { State, StateDurations } from './state.js';
import { tableOf } from './table.js';

/** Who time down is counted for; `none` where the time line has no reason, or one that blames nobody. */
export const downBlames = [...blames, 'none'] as const satisfies readonly (Blame | 'none')[];
export type DownBlame = (typeof downBlames)[number];

/** ms unhealthy by blame; together they are all of the unhealthy time. */
export type DownTime = Readonly<Record<DownBlame, number>>;

/** ms in each state, and the unhealthy ones by blame. */
export interface TimeSpent {
  readonly durations: StateDurations;
  readonly down: DownTime;
}

export const noDownTime: DownTime = tableOf(downBlames, () => 0);

/** The blame of a time line's reason. */
export const downBlameOf = (reason: StateReason | null): DownBlame =>
  (reason === null ? null : blameFor(reason)) ?? 'none';

/** The unhealthy time of intervals. */
export function downTimeOf(
  intervals: readonly {
    readonly from: number;
    readonly to: number;
    readonly state: State;
    readonly reason: StateReason | null;
  }[],
): DownTime {
  let down: Record<DownBlame, number> | null = null;
  for (const { from, to, state, reason } of intervals) {
    if (state !== 'unhealthy') continue;
    down ??= { ...noDownTime };
    down[downBlameOf(reason)] += to - from;
  }
  return down ?? noDownTime;
}

/** The sum of two, or with `sign` -1 the first without the second, which is part of it. */
export function addDownTime(a: DownTime, b: DownTime, sign: 1 | -1 = 1): DownTime {
  if (b === noDownTime) return a;
  return tableOf(downBlames, (blame) => a[blame] + sign * b[blame]);
}
