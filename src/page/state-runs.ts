import type { Interval, State } from '../domain/state.js';
import { states } from '../domain/state.js';
import type { TimelineInterval } from '../domain/timeline.js';
import type { CourseStep } from './model-past.js';

/** Columns of the drawing: about one pixel each on a wide screen. */
export const columns = 1_440;

/** Columns next to each other in one state. */
export interface StateRun {
  readonly state: State;
  readonly from: number;
  readonly to: number;
}

/** What is painted later covers what was painted before; what is not painted is unknown. */
const layers = ['healthy', 'maintenance', 'degraded', 'unhealthy'] as const;
/** Least columns of a state, so that it can be seen. */
const least = { healthy: 0, maintenance: 3, degraded: 3, unhealthy: 4 } as const;

interface Told extends Interval {
  readonly state: State;
}

/** Without the single intervals, the states of a step come one after the other: their order within it is not known. */
export function toldBySteps(steps: readonly CourseStep[]): Told[] {
  return steps.flatMap(({ from, durations }) => {
    let at = from;
    return states.map((state) => {
      const told = { state, from: at, to: at + durations[state] };
      at = told.to;
      return told;
    });
  });
}

/** Paints the states of a window on the columns. */
export function runsOf(told: readonly (Told | TimelineInterval)[], window: Interval): StateRun[] {
  const length = window.to - window.from;
  if (length <= 0) return [];
  const painted = Array.from<State>({ length: columns }).fill('unknown');
  const place = (time: number): number => ((time - window.from) / length) * columns;
  for (const layer of layers) {
    for (const { state, from, to } of told) {
      if (state !== layer || from >= to) continue;
      const width = Math.max(least[layer], Math.round(place(to)) - Math.round(place(from)));
      const end = Math.min(columns, Math.round(place(from)) + width);
      painted.fill(layer, Math.max(0, Math.min(Math.round(place(from)), end - least[layer])), end);
    }
  }
  const runs: { state: State; from: number; to: number }[] = [];
  for (const [column, state] of painted.entries()) {
    const last = runs.at(-1);
    if (last?.state === state) last.to = column + 1;
    else runs.push({ state, from: column, to: column + 1 });
  }
  return runs;
}

/** The rectangles of a state as one path. */
export function pathOf(
  runs: readonly StateRun[],
  state: State,
  { top = 0, height }: { readonly top?: number; readonly height: number },
): string | null {
  const own = runs.filter((run) => run.state === state);
  if (own.length === 0) return null;
  return own.map(({ from, to }) => `M${from} ${top}H${to}v${height}H${from}z`).join('');
}
