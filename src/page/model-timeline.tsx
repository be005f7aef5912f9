import type { VNode } from 'preact';
import type { Interval, State } from '../domain/state.js';
import { streams } from '../domain/view.js';
import { addDurations, noDurations } from '../domain/timeline.js';
import { At, clockTime, span, timeText } from './figures.js';
import { LatencyChart } from './latency-chart.js';
import { ModelIntervals } from './model-intervals.js';
import { stepOf, type ModelPast } from './model-past.js';
import { earlier, later, modelQueryAddress, windowLinks } from './model-query.js';
import type { ModelPageView } from './model-view.js';
import { runsOf, toldBySteps } from './state-runs.js';
import { Strip } from './state-strip.js';
import { placeClass, timeTicks } from './time-axis.js';

/** `24 h` for `24h`; `1 y` for `1y` */
const windowText = (name: string): string => name.replace(/^(\d+)/, '$1 ');

const longNames: Readonly<Record<string, string>> = {
  '1h': 'Last hour',
  '6h': 'Last 6 hours',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  '1y': 'Last year',
};

function headOf({ query, now }: ModelPageView): string {
  const { window, name } = query;
  if (name !== null) return longNames[name] ?? `Last ${span(window.to - window.from)}`;
  const [from, to] = [clockTime(window.from), clockTime(window.to)];
  const start = `${from.day}${from.year === clockTime(now).year ? '' : ` ${from.year}`} ${from.minute}`;
  const sameDay = from.day === to.day && from.year === to.year;
  return `${start} to ${sameDay ? to.minute : timeText(window.to, now)} UTC`;
}

function Zoom({ page }: { readonly page: ModelPageView }): VNode {
  const { query, view, now } = page;
  const { id } = view.model;
  const address = (window: Interval, name: string | null = null): string =>
    modelQueryAddress(id, { ...query, window, name }, 'tl');
  const [before, after] = [earlier(query.window, view.health.firstSeen), later(query.window, now)];
  const length = span(query.window.to - query.window.from);
  const arrow = (window: Interval | null, sign: string, text: string) =>
    window === null ? (
      <a class="off" role="link" aria-disabled="true">
        {sign}
        <span class="vh">{text}</span>
      </a>
    ) : (
      <a href={address(window)}>
        {sign}
        <span class="vh">{text}</span>
      </a>
    );
  return (
    <nav class="zoom" aria-label="Window of time">
      {arrow(before, '‹', ` ${length} earlier`)}
      {windowLinks.map((name) => (
        <a
          href={address(query.window, name)}
          {...(query.name === name ? { 'aria-current': 'true' as const } : {})}
        >
          {windowText(name)}
        </a>
      ))}
      {arrow(after, '›', ` ${length} later`)}
    </nav>
  );
}

/** `unhealthy 38 min, degraded 44 min, healthy 22 h 38 min` */
function durationsText({ steps }: ModelPast): string {
  const sum = steps.reduce((total, { durations }) => addDurations(total, durations), noDurations);
  const order = ['unhealthy', 'degraded', 'unknown', 'maintenance', 'healthy'] as const;
  const parts = order.filter((state) => sum[state] > 0).map((state) => `${state} ${span(sum[state])}`);
  return parts.length === 0 ? 'nothing is known' : parts.join(', ');
}

function Axis({ page, window }: { readonly page: ModelPageView; readonly window: Interval }): VNode {
  const { query, view } = page;
  const ticks = timeTicks(window);
  const first = ticks[0];
  const length = first === undefined ? '' : ` to ${span(first.to - first.from)}`;
  return (
    <nav aria-label={`Zoom in${length}`}>
      <svg class="axis">
        {ticks.map(({ from, to, label, place }) => (
          <a
            class={placeClass(place)}
            href={modelQueryAddress(view.model.id, { ...query, window: { from, to }, name: null }, 'tl')}
          >
            <text x={`${(place * 100).toFixed(2)}%`} y="16">
              {label}
            </text>
          </a>
        ))}
      </svg>
    </nav>
  );
}

function Key({ path, text }: { readonly path: string; readonly text: string }): VNode {
  return (
    <span class="key">
      <svg viewBox="0 0 20 8" aria-hidden="true">
        <path class={path} d={path === 'fail' ? 'M10 8V0' : 'M0 4h20'} />
      </svg>
      {text}
    </span>
  );
}

function Caption(props: {
  readonly page: ModelPageView;
  readonly past: ModelPast;
  readonly text: string;
}): VNode {
  const { page, past, text } = props;
  const { steps } = past;
  const { window } = page.query;
  const unit = `by ${span(stepOf(window))}, `;
  const has = (valueOf: (one: ModelPast['steps'][number]) => number | null): boolean =>
    steps.some((one) => (valueOf(one) ?? 0) > 0);
  return (
    <figcaption id="chart-text">
      <Key path="p95" text="p95" />
      <Key path="p50" text="p50" />
      {has(({ firstToken }) => firstToken) && <Key path="first" text="first token, p50" />}
      <Key path="fail" text="a check failed" />
      {has(({ p50 }) => p50)
        ? `Latency of right and degraded answers ${unit}on a log scale. `
        : 'No latency is stored of this time. '}
      {`In this window: ${text}.`}
      {past.window.from > window.from && (
        <>
          {' Nothing is stored before '}
          <At time={past.window.from} now={page.now} />.
        </>
      )}
    </figcaption>
  );
}

/** States and latencies of a window on one axis of time, and the same as a table. */
export function ModelTimeline({ page }: { readonly page: ModelPageView }): VNode {
  const { past, view } = page;
  const told: readonly { from: number; to: number; state: State }[] =
    past === null ? [] : (past.intervals ?? toldBySteps(past.steps));
  const { window } = page.query;
  const runs = runsOf(told, window);
  const text = past === null ? '' : durationsText(past);
  const { durationMs, firstTokenMs } = view.model.slow;
  const slow = { durationMs, firstTokenMs: streams(view.model) ? firstTokenMs : null };
  return (
    <section aria-labelledby="tl">
      <div class="bar-head">
        <h2 id="tl">{headOf(page)}</h2>
        <Zoom page={page} />
      </div>
      {past === null ? (
        <p class="mut">The history cannot be read now; load the page again in a moment.</p>
      ) : past.steps.length === 0 ? (
        <p class="mut">Nothing is stored of this time.</p>
      ) : (
        <>
          <figure class="fig" data-part="figure">
            <Strip runs={runs} text={`States, oldest left: ${text}`} />
            <LatencyChart steps={past.steps} window={window} runs={runs} slow={slow} />
            <Axis page={page} window={window} />
            <Caption page={page} past={past} text={text} />
          </figure>
          <ModelIntervals page={page} past={past} />
        </>
      )}
    </section>
  );
}
