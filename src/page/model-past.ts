import { mergedSpeed, speedQuantile } from '../domain/speed.js';
import { mergeInto, quantile, type Histogram } from '../domain/histogram.js';
import { countedMs, type Incident, type Note } from '../domain/incident.js';
import type { Exclusion } from '../domain/exclusion.js';
import { dayMs, hourMs, minuteMs } from '../domain/period.js';
import type { RecordedResult } from '../domain/result.js';
import type { Interval, StateDurations } from '../domain/state.js';
import { addDurations, noDurations, type TimelineInterval } from '../domain/timeline.js';

/** The middle and the 95th percentile in ms; null without measurements. */
export interface Quantiles {
  readonly p50: number | null;
  readonly p95: number | null;
}

/** One step of the chart. Latencies in ms, of answers that came. */
export interface CourseStep extends Interval, Quantiles {
  readonly durations: StateDurations;
  /** Results that were unhealthy. */
  readonly failed: number;
  /** The middle of the times to the first token; null where it is not read. */
  readonly firstToken: number | null;
}

/** A UTC day, clipped to the time in which the model is known. */
export interface PastDay extends Interval {
  readonly durations: StateDurations;
  readonly tokens: number;
  /** In billionths; null while it is not known. */
  readonly cost: number | null;
}

/** A UTC month, clipped likewise. */
export interface PastMonth extends Interval {
  readonly durations: StateDurations;
  /** Incidents with counted time; null where so many followed that they are not all read. */
  readonly incidents: number | null;
}

export interface PastIncident extends Incident {
  readonly id: number;
  readonly notes: readonly Note[];
  readonly exclusions: readonly Exclusion[];
}

/** What the page of a model shows of its past: plain data, read beside the loop. */
export interface ModelPast {
  /** What of the window has happened while the model was known; empty where nothing has. */
  readonly window: Interval;
  readonly steps: readonly CourseStep[];
  /** Oldest first; null where there are too many to tell apart. */
  readonly intervals: readonly TimelineInterval[] | null;
  /** Newest last, from the start of the oldest month. */
  readonly days: readonly PastDay[];
  /** Newest first. */
  readonly months: readonly PastMonth[];
  /** Newest first, some. */
  readonly incidents: readonly PastIncident[];
  /** Of the last 24 h. */
  readonly latency: Quantiles;
  /** The same to the first token; null without streaming. */
  readonly firstToken: Quantiles | null;
  /** Of the last 24 h; null where no throughput was measured. */
  readonly throughput: { readonly p5: number; readonly p50: number } | null;
  /** The 95th percentile in ms of the longest gap in an answer; null where none was measured. */
  readonly gapP95: number | null;
}

/** A bucket of a series, as far as the page needs it. */
interface Bucket extends Interval {
  readonly durations: StateDurations;
  readonly outcomes: { readonly unhealthy: number };
  readonly latency: Histogram;
  readonly speed: Histogram;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cost: number | null;
}

/** Few enough that a step holds several checks where the interval is a minute. */
const mostSteps = 150;
const stepLengths = [
  ...[5_000, 15_000, 30_000],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minuteMs),
  ...[1, 2, 3, 6, 12].map((count) => count * hourMs),
  ...[1, 2, 3, 7].map((count) => count * dayMs),
];

/** The first step that cuts the window into at most 150. */
export function stepOf({ from, to }: Interval): number {
  const found = stepLengths.find((ms) => Math.ceil(to / ms) - Math.floor(from / ms) <= mostSteps);
  return found ?? 28 * dayMs;
}

/** Whole months before this one. */
const monthsBefore = 12;

/** Starts of the months whose figures are shown, newest first. */
export function monthStarts(now: number): number[] {
  const date = new Date(now);
  return Array.from({ length: monthsBefore + 1 }, (_, index) =>
    Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - index, 1),
  );
}

/** The windows that are read beside the chosen one. */
export function pastWindows(now: number): { readonly days: Interval; readonly latest: Interval } {
  return {
    days: { from: monthStarts(now).at(-1) ?? now, to: now },
    latest: { from: now - dayMs, to: now },
  };
}

/** First tokens are read from results, up to a day of them. */
export const readsFirstTokens = ({ from, to }: Interval): boolean => to - from <= dayMs;

/** The q-quantile by nearest rank; null without values. */
function rank(sorted: readonly number[], q: number): number | null {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null;
}

const firstTokensOf = (results: readonly RecordedResult[]): number[] =>
  results
    .filter(({ outcome }) => outcome === 'healthy' || outcome === 'degraded')
    .flatMap(({ firstTokenMs }) => (firstTokenMs === null ? [] : [firstTokenMs]))
    .sort((a, b) => a - b);

function stepsOf(buckets: readonly Bucket[], results: readonly RecordedResult[]): CourseStep[] {
  // Both in the order of time: one pass over the results.
  const oldestFirst = [...results].reverse();
  let next = 0;
  return buckets.map(({ from, to, durations, outcomes, latency }) => {
    const own: RecordedResult[] = [];
    for (; (oldestFirst[next]?.slot ?? Infinity) < to; next += 1) {
      const result = oldestFirst[next];
      if (result !== undefined && result.slot >= from) own.push(result);
    }
    return {
      from,
      to,
      durations,
      failed: outcomes.unhealthy,
      p50: quantile(latency, 0.5),
      p95: quantile(latency, 0.95),
      firstToken: rank(firstTokensOf(own), 0.5),
    };
  });
}

function monthsOf(
  days: readonly Bucket[],
  incidents: readonly PastIncident[],
  { now, allIncidents }: { readonly now: number; readonly allIncidents: boolean },
): PastMonth[] {
  const known = allIncidents ? -Infinity : (incidents.at(-1)?.openedAt ?? -Infinity);
  return monthStarts(now).flatMap((start, index, starts) => {
    const end = starts[index - 1] ?? now;
    const own = days.filter(({ from }) => start <= from && from < end);
    const [first, last] = [own[0], own.at(-1)];
    if (first === undefined || last === undefined) return [];
    const month = { from: first.from, to: last.to };
    const durations = own.reduce((sum, day) => addDurations(sum, day.durations), noDurations);
    const count = incidents.filter((incident) => countedMs(incident, month) > 0).length;
    return [{ ...month, durations, incidents: start > known ? count : null }];
  });
}

/** Newest incidents that are shown. */
const shownIncidents = 5;

/** Puts together what was read. Incidents come newest first, and so do results. */
export function modelPastOf(parts: {
  readonly now: number;
  readonly window: Interval;
  readonly course: readonly Bucket[];
  readonly intervals: readonly TimelineInterval[] | null;
  readonly days: readonly Bucket[];
  readonly hours: readonly Bucket[];
  readonly incidents: readonly PastIncident[];
  readonly allIncidents: boolean;
  /** Of the window and of the last 24 h; null without streaming. */
  readonly streamed: {
    readonly ofWindow: readonly RecordedResult[];
    readonly latest: readonly RecordedResult[];
  } | null;
}): ModelPast {
  const { now, window, course, intervals, days, hours, incidents, allIncidents, streamed } = parts;
  const latency: Histogram = new Map();
  for (const hour of hours) mergeInto(latency, hour.latency);
  const speed = mergedSpeed(hours.map((hour) => hour.speed));
  const [p5, p50] = [speedQuantile(speed, 'throughput', 0.05), speedQuantile(speed, 'throughput', 0.5)];
  const tokens = firstTokensOf(streamed?.latest ?? []);
  return {
    window,
    steps: stepsOf(course, streamed?.ofWindow ?? []),
    intervals,
    days: days.map(({ from, to, durations, inputTokens, outputTokens, cost }) => ({
      from,
      to,
      durations,
      tokens: inputTokens + outputTokens,
      cost,
    })),
    months: monthsOf(days, incidents, { now, allIncidents }),
    incidents: incidents.slice(0, shownIncidents),
    latency: { p50: quantile(latency, 0.5), p95: quantile(latency, 0.95) },
    firstToken: streamed && { p50: rank(tokens, 0.5), p95: rank(tokens, 0.95) },
    throughput: p5 === null || p50 === null ? null : { p5, p50 },
    gapP95: speedQuantile(speed, 'gap', 0.95),
  };
}
