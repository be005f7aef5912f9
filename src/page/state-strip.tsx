import type { VNode } from 'preact';
import type { Interval, State } from '../domain/state.js';
import { timeText } from './figures.js';
import { columns, pathOf, runsOf, type StateRun } from './state-runs.js';
import { placeClass, timeTicks } from './time-axis.js';

/** States of one stretch of time, oldest first. */
type Told = readonly (Interval & { readonly state: State })[];

const layers = [
  ['healthy', 'h', 24],
  ['maintenance', 'm', 24],
  ['degraded', 'd', 24],
  ['unhealthy', 'u', 28],
] as const;

/** Runs as a strip: unhealthy hangs below the line, unknown is the ground. */
export function Strip({ runs, text }: { readonly runs: readonly StateRun[]; readonly text: string }): VNode {
  return (
    <svg class="strip" viewBox={`0 0 ${columns} 28`} preserveAspectRatio="none" role="img" aria-label={text}>
      {layers.map(([state, letter, height]) => {
        const path = pathOf(runs, state, { height });
        return path !== null && <path class={letter} d={path} />;
      })}
    </svg>
  );
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
      <Strip runs={runsOf(told, window)} text={`${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`} />
      <svg class="axis" aria-hidden="true">
        {timeTicks(window).map(({ place, label }) => (
          <text class={placeClass(place)} x={`${(place * 100).toFixed(2)}%`} y="16">
            {label}
          </text>
        ))}
      </svg>
    </figure>
  );
}
