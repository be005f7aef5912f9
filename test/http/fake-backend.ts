import { downTimeOf } from '../../src/domain/down-time.js';
import { Readable } from 'node:stream';
import { emptyRollup } from '../../src/domain/rollup.js';
import type { RecordedResult } from '../../src/domain/result.js';
import type { Interval, StatePoint } from '../../src/domain/state.js';
import { subtract } from '../../src/domain/intervals.js';
import { addDurations, durationsOf, intervalsOf, noDurations } from '../../src/domain/timeline.js';
import type { ModelView } from '../../src/domain/view.js';
import { createEventFeed } from '../../src/http/event-feed.js';
import { answerLong, type LongSource } from '../../src/http/long-read.js';
import type { MonitorView } from '../../src/page/monitor-view.js';
import type { Backend, HistoryStore, Reading } from '../../src/http/port.js';
import type { IncidentQuery, ResultQuery, StoredIncident } from '../../src/store/port.js';
import { createSeriesBuckets } from '../../src/store/series-buckets.js';
import { noon } from '../metrics/sample-view.js';

/** A text whose reader is never given up. */
export function readingOf(chunks: AsyncIterable<string>, changes: Partial<Reading> = {}): Reading {
  return { chunks, givenUp: new AbortController().signal, leave: () => undefined, ...changes };
}

export interface FakeData {
  views: ModelView[];
  /** Newest first. */
  results: RecordedResult[];
  points: StatePoint[];
  /** Newest first. */
  incidents: StoredIncident[];
}

function resultsOf({ results }: FakeData, { from, to, outcome, limit, before = Infinity }: ResultQuery) {
  return results
    .filter(({ slot }) => from <= slot && slot < to && slot < before)
    .filter((result) => outcome === undefined || result.outcome === outcome)
    .slice(0, limit);
}

/** The time line and the results in steps. */
function createFakeSource(data: FakeData): LongSource {
  return {
    series(_past, window, stepMs) {
      const buckets = createSeriesBuckets(window, stepMs);
      for (const told of intervalsOf(data.points, window)) buckets.spend(told);
      buckets.countFrom(window.from);
      for (const { slot, outcome } of data.results) {
        if (window.from <= slot && slot < window.to) buckets.at(slot).outcomes[outcome] += 1;
      }
      return { ...window, stepMs, resolution: 'exact', buckets: buckets.all };
    },
    results: (_key, query) => resultsOf(data, query),
    points: (_key, from, to, most) => pointsOf(data, { from, to }, most),
    incidents: (query) => incidentsOf(data, query),
  };
}

function pointsOf({ points }: FakeData, { from, to }: Interval, most?: number): StatePoint[] {
  const first = points.findLastIndex((point) => point.from <= from);
  const after = points.slice(Math.max(0, first)).filter((point) => point.from < to);
  return after.slice(0, most);
}

function incidentsOf(
  { incidents, views }: FakeData,
  { named, models, blame, open, from = 0, to = Infinity, limit, before = Infinity, after }: IncidentQuery,
): StoredIncident[] {
  return incidents
    .filter(({ model }) => named === undefined || model === named)
    .filter((incident) => blame === undefined || incident.blame === blame)
    .filter(({ model }) => {
      const key = views.find((view) => view.model.id === model)?.key;
      return models === undefined || (key !== undefined && models.includes(key));
    })
    .filter(({ closedAt }) => open === undefined || open === (closedAt === null))
    .filter(({ id, openedAt, closedAt }) => id < before && openedAt < to && (closedAt ?? Infinity) > from)
    .filter(({ id, openedAt }) => {
      if (after === undefined) return true;
      return openedAt < after.openedAt || (openedAt === after.openedAt && id < after.id);
    })
    .slice(0, limit);
}

function createFakeStore(data: FakeData): HistoryStore {
  const { results, points, views } = data;
  const ofTime = (from: number, to: number): RecordedResult[] =>
    results.filter(({ slot }) => from <= slot && slot < to);
  return {
    points: (_key, from, to, most) => Promise.resolve(pointsOf(data, { from, to }, most)),
    durations: (windows) =>
      Promise.resolve(
        windows.map(({ without = [], ...window }) =>
          subtract(window, without).reduce(
            (sum, part) => addDurations(sum, durationsOf(intervalsOf(points, part))),
            noDurations,
          ),
        ),
      ),
    spent: (windows) =>
      Promise.resolve(
        windows.map(({ without = [], ...window }) => {
          const told = subtract(window, without).flatMap((part) => intervalsOf(points, part));
          return { durations: durationsOf(told), down: downTimeOf(told) };
        }),
      ),
    counts: (_key, from, to) => {
      const sum = emptyRollup();
      for (const { outcome } of ofTime(from, to)) sum.outcomes[outcome] += 1;
      sum.latency.set(90, 1);
      return Promise.resolve({ ...sum, resolution: 'hour' });
    },
    results: (_key, query) => Promise.resolve(resultsOf(data, query)),
    maintenance: () => Promise.resolve([]),
    secret: () => Promise.resolve('of the tests'),
    exclusions: (key) => {
      const { exclusions = [] } = data.views.find((view) => view.key === key) ?? {};
      return Promise.resolve(exclusions.map((each) => ({ ...each, reason: 'move' })));
    },
    incidents: (query) => Promise.resolve(incidentsOf(data, query)),
    names: (which) =>
      Promise.resolve(
        views
          .map(({ key, model }) => ({ key, id: model.id, retiredAt: null }))
          .filter(({ id, key }) => which.includes(id) || which.includes(key)),
      ),
  };
}

/** A monitor without a worry. */
const wellMonitor: MonitorView = {
  scheduler: { live: true, inFlight: 0, queued: 0, missed: 0 },
  store: { bytes: 1_000, waiting: 0, oldestWaitingMs: 0, failure: null },
  configuration: { inForceSince: noon, warnings: [], refused: [] },
  reaches: null,
};

export function createFakeBackend(data: Partial<FakeData> = {}, changes: Partial<Backend> = {}): Backend {
  const full = { views: [], results: [], points: [], incidents: [], ...data };
  return {
    views: () => full.views,
    view: (id) => full.views.find(({ model }) => model.id === id),
    store: createFakeStore(full),
    async readLong(question) {
      if (question.kind === 'report') throw new Error('no report was to be read');
      const { text, before } = await answerLong(createFakeSource(full), question);
      return { text: Buffer.from(text), before };
    },
    events: createEventFeed({ run: 'run', size: 16 }),
    health: {
      terms: () => ({ enabled: false, apiKeys: [], ratePerMin: 600 }),
      ask: () => Promise.reject(new Error('nothing was to be asked')),
      askSaved: () => Promise.resolve(null),
    },
    annotations: {
      note: () => Promise.resolve(null),
      exclude: () => Promise.resolve(null),
      include: () => Promise.resolve(false),
    },
    acknowledgements: {
      acknowledge: () => Promise.resolve(null),
      takeBack: () => Promise.resolve(null),
    },
    pauses: { pause: () => Promise.resolve(false), resume: () => Promise.resolve(false) },
    notifications: {
      list: () => Promise.resolve([]),
      kindOf: () => null,
      replay: () => Promise.resolve(null),
    },
    checkNow: () => Promise.reject(new Error('nothing was to be checked')),
    probe: () => Promise.resolve(null),
    reload: () => Promise.resolve({ problems: [], warnings: [], unapplied: false }),
    live: () => true,
    ready: () => true,
    exposition: () => readingOf(Readable.from(['up 1\n'])),
    monitor: () => Promise.resolve(wellMonitor),
    configurationOf: (id) => `id: ${id}\n`,
    now: () => noon,
    ...changes,
  };
}
