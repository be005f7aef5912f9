import { ValueType, type Attributes, type HrTime } from '@opentelemetry/api';
import {
  AggregationTemporality,
  DataPointType,
  type DataPoint,
  type Histogram,
  type MetricData,
} from '@opentelemetry/sdk-metrics';
import type { Family } from '../catalogue.js';
import type { GenAiSeries } from '../gen-ai.js';
import { exposedLine, type ExposedLine } from './exposed-lines.js';

/** When what counters count began, in Unix ms. */
export interface Begun {
  /** Start of the process. */
  readonly process: number;
  /** When models were first seen, by id: counters that the store keeps count since then. */
  readonly models: ReadonlyMap<string, number>;
}

/** Counters of models that the store continues after a restart. */
const kept: ReadonlySet<string> = new Set(
  ['checks', 'check_failures', 'check_results', 'tokens', 'cost', 'model_version_changes'].map(
    (name) => `modelpulse_${name}_total`,
  ),
);
const keptOfAll = 'modelpulse_scheduler_checks_missed_total';

function timeOf(ms: number): HrTime {
  return [Math.floor(ms / 1_000), Math.round((ms % 1_000) * 1_000_000)];
}

/**
 * The unit of a family by its name, as Prometheus' receiver of OTLP writes it into the name. Of other units it would add words that
 * /metrics does not have, so that `tokens_per_second` has none.
 */
export function unitOf(name: string): string {
  const bare = name.replace(/_total$/, '');
  if (bare.endsWith('_bytes')) return 'By';
  if (bare.endsWith('_seconds') && !bare.endsWith('_per_second')) return 's';
  return bare.endsWith('_ratio') ? '1' : '';
}

/** A number of points of one metric. */
interface Collected {
  readonly data: MetricData;
  readonly points: number;
}

type Sample = Extract<ExposedLine, { kind: 'sample' }>;

const asLists = (counts: readonly number[], bounds: readonly number[]) => ({
  buckets: { counts: [...counts], boundaries: [...bounds] },
});

/** Metrics of an exposition, each with at most `mostPoints` points, so that a large one is sent in parts. */
export function* metricsOf(
  lines: Iterable<string>,
  { at, begun, mostPoints }: { readonly at: number; readonly begun: Begun; readonly mostPoints: number },
): Generator<Collected> {
  const now = timeOf(at);
  const sinceStart = timeOf(begun.process);
  let oldest = begun.process;
  for (const seen of begun.models.values()) oldest = Math.min(oldest, seen);
  let family: Family = { name: '', type: 'gauge', help: '', labels: [] };
  let numbers: DataPoint<number>[] = [];
  let histograms: DataPoint<Histogram>[] = [];
  let histogram: { key: string; labels: Attributes; bounds: number[]; counts: number[]; sum: number } | null =
    null;

  const startOf = (labels: Attributes): HrTime => {
    if (family.name === keptOfAll) return timeOf(oldest);
    const { model } = labels;
    const seen = kept.has(family.name) && typeof model === 'string' ? begun.models.get(model) : undefined;
    return seen === undefined ? sinceStart : timeOf(Math.min(seen, at));
  };

  function* flush(): Generator<Collected> {
    const { name, help: description, type } = family;
    const descriptor = { name, description, unit: unitOf(name), valueType: ValueType.DOUBLE };
    const common = { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE };
    if (numbers.length > 0) {
      const dataPoints = numbers;
      const data: MetricData =
        type === 'counter'
          ? { ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
          : { ...common, dataPointType: DataPointType.GAUGE, dataPoints };
      yield { data, points: dataPoints.length };
    }
    if (histograms.length > 0)
      yield {
        data: { ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints: histograms },
        points: histograms.length,
      };
    numbers = [];
    histograms = [];
  }

  /** Buckets come in order, then the sum, then the count. */
  const addPart = ({ name, labels: { le, ...labels }, value }: Sample): void => {
    const key = JSON.stringify(labels);
    if (histogram?.key !== key) histogram = { key, labels, bounds: [], counts: [], sum: 0 };
    if (name.endsWith('_sum')) histogram.sum = value;
    else if (name.endsWith('_bucket')) {
      histogram.counts.push(value);
      if (le !== '+Inf') histogram.bounds.push(Number(le));
    } else {
      const { counts, bounds, sum } = histogram;
      const own = counts.map((count, index) => count - (counts[index - 1] ?? 0));
      histograms.push({
        startTime: startOf(labels),
        endTime: now,
        attributes: labels,
        value: { ...asLists(own, bounds), sum, count: value },
      });
      histogram = null;
    }
  };

  for (const line of lines) {
    const read = exposedLine(line);
    if (read === null) continue;
    if (read.kind === 'help') {
      yield* flush();
      family = { name: read.name, type: 'gauge', help: read.help, labels: [] };
    } else if (read.kind === 'type') family = { ...family, type: read.type };
    else if (family.type === 'histogram') addPart(read);
    else if (!Number.isNaN(read.value))
      numbers.push({
        startTime: family.type === 'counter' ? startOf(read.labels) : now,
        endTime: now,
        attributes: read.labels,
        value: read.value,
      });
    if (numbers.length + histograms.length >= mostPoints) yield* flush();
  }
  yield* flush();
}

/** The same of what is told by the conventions for generative AI. */
export function genAiMetrics(series: readonly GenAiSeries[], at: number): Collected[] {
  const byName = new Map<string, GenAiSeries[]>();
  for (const one of series) byName.set(one.name, [...(byName.get(one.name) ?? []), one]);
  return [...byName].map(([name, some]) => ({
    points: some.length,
    data: {
      descriptor: {
        name,
        description: some[0]?.help ?? '',
        unit: some[0]?.unit ?? '',
        valueType: ValueType.DOUBLE,
      },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: some.map(({ attributes, bounds, counts, sum, since }) => ({
        startTime: timeOf(since),
        endTime: timeOf(at),
        attributes,
        value: { ...asLists(counts, bounds), sum, count: counts.reduce((all, count) => all + count, 0) },
      })),
    },
  }));
}
