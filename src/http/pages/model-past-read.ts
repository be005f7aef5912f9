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

/** At once from an open file, or promised by a server. */
type Read<Answer> = Answer | Promise<Answer>;

/** Data that the question reads. */
export interface ModelPastSource {
  series(past: Past, window: Interval, stepMs: number): Read<Series>;
  results(key: ModelKey, query: ResultQuery): Read<readonly RecordedResult[]>;
  points(key: ModelKey, from: number, to: number, most?: number): Read<readonly StatePoint[]>;
  incidents(query: IncidentQuery): Read<readonly StoredIncident[]>;
}

/** Changes of state that are told one by one; of more, only the steps are drawn. */
const mostPoints = 5_000;
/** A day of checks every 9 s. */
const mostResults = 10_000;
const mostIncidents = 1_000;
const mostAddedText = 1024 * 1024;

async function timelineIn(
  source: ModelPastSource,
  past: Past,
  { from, to }: Interval,
): Promise<TimelineInterval[] | null> {
  if (from >= to) return [];
  const points = await source.points(past.key, from, to, mostPoints + 1);
  if (points.length > mostPoints) return null;
  return exclude(intervalsOf([...points, ...tail(past.stored, to)], { from, to }), past.exclusions);
}

/** Reads all of it; some 10 ms for a year of a model. */
export async function readModelPast(
  source: ModelPastSource,
  question: ModelPastQuestion,
): Promise<ModelPast> {
  const { past, now, streams } = question;
  const { key, stored } = past;
  const to = Math.min(question.window.to, now);
  const asked = clip(stored, { from: Math.min(question.window.from, to), to });
  const { days, latest } = pastWindows(now);
  const resultsIn = (window: Interval) => source.results(key, { ...window, limit: mostResults });
  const [incidents, course, byDay, byHour] = await Promise.all([
    source.incidents({ model: key, ...days, limit: mostIncidents + 1, mostText: mostAddedText }),
    source.series(past, asked, stepOf(question.window)),
    source.series(past, days, dayMs),
    source.series(past, latest, hourMs),
  ]);
  // Counts from before retention are gone, and so is the time line.
  const window = { from: course.from, to: course.to };
  const told = readsFirstTokens(window) && window.from < window.to;
  return modelPastOf({
    now,
    window,
    course: course.buckets,
    intervals: await timelineIn(source, past, window),
    days: byDay.buckets,
    hours: byHour.buckets,
    incidents,
    allIncidents: incidents.length <= mostIncidents,
    streamed: streams
      ? { ofWindow: told ? await resultsIn(window) : [], latest: await resultsIn(latest) }
      : null,
  });
}
