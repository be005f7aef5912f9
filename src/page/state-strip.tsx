import type { VNode } from 'preact';
import { dayMs, hourMs, minuteMs } from '../domain/period.js';
import type { Interval, State } from '../domain/state.js';
import { clockTime, timeText } from './figures.js';
import { placeClass } from './time-axis.js';

/** States of one stretch of time, oldest first. */
type Told = readonly (Interval & { readonly state: State })[];

const width = 1_440;
const order = ['healthy', 'maintenance', 'degraded', 'unhealthy'] as const;
const letters = { healthy: 'h', maintenance: 'm', degraded: 'd', unhealthy: 'u' } as const;

/** One path a state; unknown is not painted: it is the ground. Unhealthy hangs below the line and is never narrower than 3. */
function pathOf(told: Told, state: State, { from, to }: Interval): string {
  const at = (time: number): number => Math.round(((time - from) / (to - from)) * width);
  const height = state === 'unhealthy' ? 28 : 24;
  return told
    .filter((one) => one.state === state)
    .map((one) => {
      const x = Math.min(at(one.from), width - 3);
      const least = state === 'unhealthy' ? 3 : 1;
      return `M${x} 0h${Math.max(least, at(one.to) - x)}v${height}H${x}z`;
    })
    .join('');
}

const mostSaid = 12;

/** `Healthy to 18:37, unhealthy to 19:22, healthy after` */
export function stripSentence(told: Told, now: number): string {
  const parts = told
    .slice(0, mostSaid)
    .map(({ state, to }, index) =>
      index === told.length - 1 ? `${state} after` : `${state} to ${timeText(to, now)}`,
    );
  if (told.length === 1) return `${told[0]?.state ?? ''} all the time`;
  return `${parts.join(', ')}${told.length > mostSaid ? `, and ${told.length - mostSaid} more changes` : ''}`;
}

const steps = [
  minuteMs,
  5 * minuteMs,
  10 * minuteMs,
  30 * minuteMs,
  hourMs,
  2 * hourMs,
  3 * hourMs,
  6 * hourMs,
  12 * hourMs,
  dayMs,
  2 * dayMs,
  7 * dayMs,
  30 * dayMs,
  90 * dayMs,
  365 * dayMs,
] as const;
const mostTicks = 7;

/** Round times within a window, at most seven. */
export function ticksOf({ from, to }: Interval): { readonly at: number; readonly text: string }[] {
  const step = steps.find((size) => (to - from) / size <= mostTicks) ?? 1_000 * dayMs;
  const ticks = [];
  // A text at the very end would be cut off.
  const end = to - (to - from) * 0.05;
  for (let at = Math.ceil(from / step) * step; at < end; at += step) {
    const { day, minute } = clockTime(at);
    ticks.push({ at, text: at % dayMs === 0 ? day : minute });
  }
  return ticks;
}

/** The states of a window along a time axis. */
export function StateStrip(props: {
  readonly told: Told;
  readonly window: Interval;
  readonly now: number;
}): VNode {
  const { told, window, now } = props;
  const sentence = stripSentence(told, now);
  return (
    <figure class="fig">
      <svg
        class="strip"
        viewBox={`0 0 ${width} 28`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`}
      >
        {order.map((state) => {
          const path = pathOf(told, state, window);
          return path === '' ? null : <path class={letters[state]} d={path} />;
        })}
      </svg>
      <svg class="axis" aria-hidden="true">
        {ticksOf(window).map(({ at, text }) => {
          const place = (at - window.from) / (window.to - window.from);
          return (
            <text class={placeClass(place)} x={`${(place * 100).toFixed(2)}%`} y="16">
              {text}
            </text>
          );
        })}
      </svg>
    </figure>
  );
}
