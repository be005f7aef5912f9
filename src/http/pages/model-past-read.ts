import { exclude } from '../../domain/exclusion.js';
import { dayMs, hourMs } from '../../domain/period.js';
import type { RecordedResult } from '../../domain/result.js';
import type { Interval, StatePoint } from '../../domain/state.js';
import { intervalsOf, tail, type TimelineInterval } from '../../domain/timeline.js';
import { modelPastOf, pastWindows, readsFirstTokens, stepOf, type ModelPast } from '../../page/model-past.js';
import { clip, type Past } from '../../store/history.js';
import type { IncidentQuery, ModelKey, ResultQuery, StoredIncident } from '../../store/port.js';
import type { Series } from '../../store/series-buckets.js';

/** What the page of a model shows of its past, as JSON. */
export interface ModelPastQuestion {
  readonly kind: 'model_past';
  readonly past: Past;
  /** The window of the time line and the chart. */
  readonly window: Interval;
  readonly now: number;
  /** True where first tokens are measured. */
  readonly streams: boolean;
}

/** Data that the question reads, synchronously. */
export interface ModelPastSource {
  series(past: Past, window: Interval, stepMs: number): Series;
  results(key: ModelKey, query: ResultQuery): readonly RecordedResult[];
  points(key: ModelKey, from: number, to: number, most?: number): readonly StatePoint[];
  incidents(query: IncidentQuery): readonly StoredIncident[];
}

/** Changes of state that are told one by one; of more, only the steps are drawn. */
const mostPoints = 5_000;
/** A day of checks every 9 s. */
const mostResults = 10_000;
const mostIncidents = 1_000;
const mostAddedText = 1024 * 1024;

function timelineIn(source: ModelPastSource, past: Past, { from, to }: Interval): TimelineInterval[] | null {
  if (from >= to) return [];
  const points = source.points(past.key, from, to, mostPoints + 1);
  if (points.length > mostPoints) return null;
  return exclude(intervalsOf([...points, ...tail(past.stored, to)], { from, to }), past.exclusions);
}

/** Reads all of it; some 10 ms for a year of a model. */
export function readModelPast(source: ModelPastSource, question: ModelPastQuestion): ModelPast {
  const { past, now, streams } = question;
  const { key, stored } = past;
  const to = Math.min(question.window.to, now);
  const asked = clip(stored, { from: Math.min(question.window.from, to), to });
  const { days, latest } = pastWindows(now);
  const incidents = source.incidents({
    model: key,
    ...days,
    limit: mostIncidents + 1,
    mostText: mostAddedText,
  });
  const resultsIn = (window: Interval) => source.results(key, { ...window, limit: mostResults });
  const course = source.series(past, asked, stepOf(question.window));
  // Counts from before retention are gone, and so is the time line.
  const window = { from: course.from, to: course.to };
  return modelPastOf({
    now,
    window,
    course: course.buckets,
    intervals: timelineIn(source, past, window),
    days: source.series(past, days, dayMs).buckets,
    hours: source.series(past, latest, hourMs).buckets,
    incidents,
    allIncidents: incidents.length <= mostIncidents,
    streamed: streams
      ? {
          ofWindow: readsFirstTokens(window) && window.from < window.to ? resultsIn(window) : [],
          latest: resultsIn(latest),
        }
      : null,
  });
}
