import { diag, DiagLogLevel } from '@opentelemetry/api';
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { MetricData, PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { GenAiSeries } from '../gen-ai.js';
import { linesOf } from './exposed-lines.js';
import { genAiMetrics, metricsOf, type Begun } from './metric-data.js';

/** Start parameters of the thread that pushes. */
export interface PushStart {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly version: string;
  readonly instance: string;
  /** Version of the conventions for generative AI; null for none. */
  readonly genAi: string | null;
}

/** What is pushed. */
export interface Push {
  /** The exposition in the text format. */
  readonly parts: readonly Uint8Array[];
  /** Unix ms */
  readonly at: number;
  readonly begun: Begun;
  readonly genAi: readonly GenAiSeries[];
}

/** What became of a push; `failure` names a status or an error code, never what a receiver says. */
export type Pushed =
  | { readonly result: 'ok' | 'partial'; readonly points: number }
  | { readonly result: 'failed'; readonly failure: string };

/** Points in one request: some hundred KB before they are packed. */
const mostPoints = 2_000;

/** The conventions that the names follow, where they are named at all. */
const schemaOf = (version: string): string => `https://opentelemetry.io/schemas/${version}.0`;

function failureOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return 'no answer';
  const { code } = error;
  return typeof code === 'number'
    ? `HTTP ${code}`
    : typeof code === 'string'
      ? code.slice(0, 40)
      : 'no answer';
}

/** Pushes one after the other by the exporter of the SDK, which tries again what may pass within its time. */
export function createPusher(start: PushStart): (push: Push) => Promise<Pushed> {
  const refusals: true[] = [];
  // The only sign of a receiver that takes a part.
  const note = (text: string): void => {
    if (/partial success/i.test(text)) refusals.push(true);
  };
  const none = (): void => undefined;
  diag.setLogger(
    { error: none, warn: note, info: none, debug: none, verbose: none },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const options = {
    url: start.endpoint,
    headers: { ...start.headers },
    timeoutMillis: start.timeoutMs,
    compression: 'gzip' as never,
    userAgent: `modelpulse/${start.version}`,
  };
  const exporter: PushMetricExporter =
    start.protocol === 'http/json' ? new JsonExporter(options) : new ProtobufExporter(options);
  const resource = resourceFromAttributes({
    'service.name': 'modelpulse',
    'service.version': start.version,
    'service.instance.id': start.instance,
  });
  const scope = { name: 'modelpulse', version: start.version };
  const genAiScope = { ...scope, ...(start.genAi !== null && { schemaUrl: schemaOf(start.genAi) }) };

  const send = (metrics: MetricData[], of: typeof genAiScope): Promise<string | null> =>
    new Promise((resolve) => {
      exporter.export({ resource, scopeMetrics: [{ scope: of, metrics }] }, ({ error }) => {
        // Its code is of a package that the SDK has for itself; a failure has an error.
        resolve(error === undefined ? null : failureOf(error));
      });
    });

  return async ({ parts, at, begun, genAi }) => {
    refusals.length = 0;
    let points = 0;
    let waiting: MetricData[] = [];
    let inWaiting = 0;
    const flush = async (of: typeof genAiScope): Promise<string | null> => {
      const failure = waiting.length === 0 ? null : await send(waiting, of);
      points += inWaiting;
      waiting = [];
      inWaiting = 0;
      return failure;
    };
    for (const { data, points: more } of metricsOf(linesOf(parts), { at, begun, mostPoints })) {
      if (inWaiting + more > mostPoints) {
        const failure = await flush(scope);
        // The rest would fail alike, each part after its whole time.
        if (failure !== null) return { result: 'failed', failure };
      }
      waiting.push(data);
      inWaiting += more;
    }
    let failure = await flush(scope);
    if (failure === null && genAi.length > 0) {
      for (let at0 = 0; at0 < genAi.length && failure === null; at0 += mostPoints) {
        const some = genAiMetrics(genAi.slice(at0, at0 + mostPoints), at);
        waiting = some.map(({ data }) => data);
        inWaiting = some.reduce((all, one) => all + one.points, 0);
        failure = await flush(genAiScope);
      }
    }
    if (failure !== null) return { result: 'failed', failure };
    return { result: refusals.length > 0 ? 'partial' : 'ok', points };
  };
}
