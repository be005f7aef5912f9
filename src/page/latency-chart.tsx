import type { VNode } from 'preact';
import { tookText } from '../domain/duration.js';
import type { Interval } from '../domain/state.js';
import { latencyScale, roundText, type LatencyScale } from './latency-scale.js';
import type { CourseStep } from './model-past.js';
import { columns, pathOf, type StateRun } from './state-runs.js';

const height = 200;

/** Latencies from which an answer counts as slow, in ms. */
export interface SlowLimits {
  readonly durationMs: number | null;
  readonly firstTokenMs: number | null;
}

export interface ChartParts {
  readonly steps: readonly CourseStep[];
  readonly window: Interval;
  readonly runs: readonly StateRun[];
  readonly slow: SlowLimits;
}

/** Places in the drawing, with one decimal. */
const at = (value: number): number => Math.round(value * 10) / 10;

/** True where no answer was to be expected, so that a line ends. */
const isSilent = ({ durations }: CourseStep): boolean =>
  durations.unhealthy + durations.unknown + durations.maintenance > 0;

/** A line through the known values. A step without a check does not break it, one without answers does. */
export function linePath(
  steps: readonly CourseStep[],
  valueOf: (step: CourseStep) => number | null,
  { window, scale }: { readonly window: Interval; readonly scale: LatencyScale },
): string {
  const length = window.to - window.from;
  let path = '';
  let drawn = false;
  let single = false;
  for (const step of steps) {
    const value = valueOf(step);
    if (value === null) {
      if (!isSilent(step)) continue;
      // A point alone is drawn by its round ends.
      if (single) path += 'h.1';
      [drawn, single] = [false, false];
      continue;
    }
    const x = (((step.from + step.to) / 2 - window.from) / length) * columns;
    path += `${drawn ? 'L' : 'M'}${at(x)} ${at(scale.place(value) * height)}`;
    single = !drawn;
    drawn = true;
  }
  return single ? `${path}h.1` : path;
}

/** A mark for each step in which a check failed. */
export function failedPath(steps: readonly CourseStep[], window: Interval): string {
  const length = window.to - window.from;
  const places = steps
    .filter(({ failed }) => failed > 0)
    .map(({ from, to }) => at((((from + to) / 2 - window.from) / length) * columns));
  return places.map((x) => `M${x} 8v-9`).join('');
}

function Limit(props: {
  readonly text: string;
  readonly ms: number | null;
  readonly scale: LatencyScale;
  /** At the end of the line, so that two labels do not cover each other. */
  readonly atEnd?: boolean;
}): VNode | null {
  if (props.ms === null) return null;
  const y = `${at(props.scale.place(props.ms) * 100)}%`;
  return (
    <>
      <line class="limit" x1="0" x2="100%" y1={y} y2={y} />
      <text
        {...(props.atEnd === true ? { x: '100%', class: 'end' } : { x: '70' })}
        y={y}
        dy="-4"
      >{`${props.text} ${tookText(props.ms)}`}</text>
    </>
  );
}

/** The scale of a chart: all values and limits lie on it. */
export function scaleOf({ steps, slow }: Pick<ChartParts, 'steps' | 'slow'>): LatencyScale {
  const values = steps.flatMap(({ p50, p95, firstToken }) => [p50, p95, firstToken]);
  return latencyScale([...values, slow.durationMs, slow.firstTokenMs].filter((value) => value !== null));
}

/** Latencies over time on a scale of logarithms, with failed checks, states behind them, and limits. */
export function LatencyChart({ steps, window, runs, slow }: ChartParts): VNode {
  const scale = scaleOf({ steps, slow });
  const parts = { window, scale };
  const lines = [
    ['p95', linePath(steps, ({ p95 }) => p95, parts)],
    ['p50', linePath(steps, ({ p50 }) => p50, parts)],
    ['first', linePath(steps, ({ firstToken }) => firstToken, parts)],
    ['fail', failedPath(steps, window)],
  ] as const;
  const shades = [
    ['u', pathOf(runs, 'unhealthy', { height })],
    ['d', pathOf(runs, 'degraded', { height })],
    ['q', pathOf(runs, 'unknown', { height })],
    ['m', pathOf(runs, 'maintenance', { height })],
  ] as const;
  return (
    <svg class="chart" role="img" aria-labelledby="chart-text">
      {scale.ticks.map((tick) => {
        const y = `${at(scale.place(tick) * 100)}%`;
        return <line class="grid" x1="0" x2="100%" y1={y} y2={y} />;
      })}
      <svg
        viewBox={`0 0 ${columns} ${height}`}
        preserveAspectRatio="none"
        width="100%"
        height="100%"
        overflow="visible"
      >
        {shades.map(([letter, path]) => path !== null && <path class={`sh ${letter}`} d={path} />)}
        {lines.map(([name, path]) => path !== '' && <path class={name} d={path} />)}
      </svg>
      <Limit text="slow from" ms={slow.durationMs} scale={scale} />
      <Limit text="slow: first token from" ms={slow.firstTokenMs} scale={scale} atEnd />
      {scale.ticks.slice(1, -1).map((tick) => (
        <text x="4" y={`${at(scale.place(tick) * 100)}%`} dy="-4">
          {roundText(tick)}
        </text>
      ))}
    </svg>
  );
}
