import { dayMs, hourMs } from '../domain/period.js';
import type { Interval } from '../domain/state.js';
import { glanceOf, glanceWindows, type Glance } from '../page/glance.js';
import type { ReportAsk } from '../report/report-answer.js';
import type { Past } from '../store/history.js';
import type { ModelKey, ResultQuery } from '../store/port.js';
import { readModelPast, type ModelPastQuestion, type ModelPastSource } from './pages/model-past-read.js';

/** A query that takes long to read and to serialize: plain data, so that it can be sent to another thread. */
export type LongQuestion = HistoryQuestion | ReportQuestion;

/** A question that `answerLong` answers. */
export type HistoryQuestion = SeriesQuestion | RowsQuestion | GlancesQuestion | ModelPastQuestion;

/** A report of service levels, as text. */
interface ReportQuestion {
  readonly kind: 'report';
  readonly ask: ReportAsk;
}

/** A series: a window in steps, as JSON. */
interface SeriesQuestion {
  readonly kind: 'series';
  readonly model: string;
  readonly past: Past;
  readonly window: Interval;
  readonly stepMs: number;
}

/** One page of results, newest first, as CSV. */
export interface RowsQuestion {
  readonly kind: 'rows';
  readonly model: string;
  readonly key: ModelKey;
  readonly query: ResultQuery;
}

/** What rows of the overview show of the past of some models, as a JSON list in their order. */
interface GlancesQuestion {
  readonly kind: 'glances';
  readonly pasts: readonly Past[];
  /** Unix ms at which the windows end. */
  readonly now: number;
}

/** Serialized text; `before` is the cursor of the next page, if there is one. */
export interface LongAnswer<Text> {
  readonly text: Text;
  readonly before: number | null;
}

/** Data that long queries read. */
export type LongSource = ModelPastSource;

/** Answers, however long it takes; waits only for a source that promises. */
export async function answerLong(source: LongSource, question: HistoryQuestion): Promise<LongAnswer<string>> {
  if (question.kind === 'glances') {
    const { pasts, now } = question;
    const { days, hours } = glanceWindows(now);
    const glances: Glance[] = [];
    for (const past of pasts) {
      const [byDay, byHour] = await Promise.all([
        source.series(past, days, dayMs),
        source.series(past, hours, hourMs),
      ]);
      glances.push(glanceOf(byDay.buckets, byHour.buckets, now));
    }
    return { text: JSON.stringify(glances), before: null };
  }
  if (question.kind === 'model_past')
    return { text: JSON.stringify(await readModelPast(source, question)), before: null };
  const { model } = question;
  // Shapes have their schemas with them, which cost more memory than the rest of the thread: pages do without.
  if (question.kind === 'series') {
    const { seriesShape } = await import('./shapes/series-shape.js');
    const series = await source.series(question.past, question.window, question.stepMs);
    return { text: JSON.stringify(seriesShape(model, series, question.past.currency ?? null)), before: null };
  }
  const { csvRows } = await import('./shapes/result-csv.js');
  const results = await source.results(question.key, question.query);
  const full = results.length >= question.query.limit;
  return { text: csvRows(model, results), before: full ? (results.at(-1)?.slot ?? null) : null };
}
