import type { RecordedResult } from '../domain/result.js';
import type { ModelView } from '../domain/view.js';
import type { Store } from '../store/port.js';

/** What the routes read of the store. */
export type HistoryStore = Pick<Store, 'points' | 'durations' | 'counts' | 'results' | 'incidents'>;

/** The daemon as the routes see it. */
export interface Backend {
  views(): Iterable<ModelView>;
  view(id: string): ModelView | undefined;
  readonly store: HistoryStore;
  /** Checks a model of the registry now, or joins the check that is running; resolves when it is recorded. */
  checkNow(id: string): Promise<RecordedResult>;
  /** Reads the configuration again; with problems nothing has changed. */
  reload(): Promise<{ readonly problems: readonly string[] }>;
  /** The scheduler ticks. */
  live(): boolean;
  /** The configuration was loaded and the store opened once. */
  ready(): boolean;
  /** All metrics in Prometheus' text format. */
  exposition(): AsyncIterable<string>;
  /** Unix time in ms. */
  now(): number;
}

/** Told of every error that answers 500 or cuts an answer short; `where` is method and route. */
export type Report = (error: unknown, where: string) => void;

export interface RouteOptions {
  readonly backend: Backend;
  readonly report: Report;
}
