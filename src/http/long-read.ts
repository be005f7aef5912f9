import type { RecordedResult } from '../domain/result.js';
import type { Interval } from '../domain/state.js';
import type { Past } from '../store/history.js';
import type { ModelKey, ResultQuery } from '../store/port.js';
import type { Series } from '../store/series-buckets.js';
import { csvRows } from './shapes/result-csv.js';
import { seriesShape } from './shapes/series-shape.js';

/** A question whose answer takes long to read and to write: plain data, so that another thread can be asked. */
export type LongQuestion = SeriesQuestion | RowsQuestion;

/** A window in steps, as JSON. */
interface SeriesQuestion {
  readonly kind: 'series';
  readonly model: string;
  readonly past: Past;
  readonly window: Interval;
  readonly stepMs: number;
}

/** One page of results, newest first, as CSV. */
interface RowsQuestion {
  readonly kind: 'rows';
  readonly model: string;
  readonly key: ModelKey;
  readonly query: ResultQuery;
}

/** Text that is ready to be sent; `before` leads to the next page, where there is one. */
export interface LongAnswer<Text> {
  readonly text: Text;
  readonly before: number | null;
}

/** Where a long question is answered from. */
export interface LongSource {
  series(past: Past, window: Interval, stepMs: number): Series;
  results(key: ModelKey, query: ResultQuery): readonly RecordedResult[];
}

/** Answers at once, however long it takes. */
export function answerLong(source: LongSource, question: LongQuestion): LongAnswer<string> {
  const { model } = question;
  if (question.kind === 'series') {
    const series = source.series(question.past, question.window, question.stepMs);
    return { text: JSON.stringify(seriesShape(model, series)), before: null };
  }
  const results = source.results(question.key, question.query);
  const full = results.length >= question.query.limit;
  return { text: csvRows(model, results), before: full ? (results.at(-1)?.slot ?? null) : null };
}
