import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createBuckets, durationBounds, observeIn } from '../../../src/domain/view.js';
import { catalogue } from '../../../src/metrics/catalogue.js';
import { createGenAiCounts } from '../../../src/metrics/gen-ai.js';
import { createMonitorMetrics } from '../../../src/metrics/monitor.js';
import { createPusher, type Push, type PushStart } from '../../../src/metrics/otlp/exporting.js';
import { exposedLine, linesOf } from '../../../src/metrics/otlp/exposed-lines.js';
import { metricsOf, unitOf } from '../../../src/metrics/otlp/metric-data.js';
import { exposed } from '../exposed.js';
import { noon, observedStream, sampleModel, sampleResult, sampleView } from '../sample-view.js';
import { nameAt, pushedSeries, scrapedSeries } from './prometheus.js';
import { attributesIn, metricsIn, startReceiver, type Metric, type Receiver } from './receiver.js';

const receivers: Receiver[] = [];
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close();
});
async function receive(): Promise<Receiver> {
  const receiver = await startReceiver();
  receivers.push(receiver);
  return receiver;
}

const startAt = (endpoint: string, more: Partial<PushStart> = {}): PushStart => ({
  ...{ endpoint, headers: { authorization: 'Bearer s3cret' }, timeoutMs: 2_000, protocol: 'http/protobuf' },
  ...{ version: '1.2.3', instance: 'here:9464', genAi: null, ...more },
});

const firstSeen = noon - 86_400_000;
const pushOf = (text: string, more: Partial<Push> = {}): Push => ({
  parts: [Buffer.from(text)],
  at: noon,
  begun: { process: noon - 60_000, models: new Map([['a', firstSeen]]) },
  genAi: [],
  ...more,
});

const model = sampleModel('a', { slo: 0.99, labels: { team: 'a "quoted" \\ word' }, probe: 'chat_stream' });
function sample() {
  const durations = createBuckets(durationBounds);
  for (const seconds of [0.01, 0.3, 2, 500]) observeIn(durations, seconds);
  return sampleView('a', { model, durations, ...observedStream(), latestConclusive: { reason: 'slow' } });
}
const gauges = {
  ...{ checksInFlight: 1, checksQueued: 0, pendingResults: 0, oldestPendingMs: 0, storeSizeBytes: 1 },
  ...{ connectivityUp: true, logDropped: 0, storeFilesLost: 0, clockDoubted: false },
  otlp: { ok: 3, partial: 0, failed: 1, skipped: 0 },
};
async function everything(): Promise<string> {
  const metrics = createMonitorMetrics({ version: '1.2.3', missed: new Map() });
  metrics.observeDelay(12);
  return (await exposed([sample(), sampleView('b')])) + (await metrics.exposition(gauges, 'text'));
}

describe('a push', () => {
  it.each(['http/protobuf', 'http/json'] as const)(
    'is to Prometheus what a scrape is: %s',
    async (protocol) => {
      const receiver = await receive();
      const text = await everything();
      const pushed = await createPusher(startAt(receiver.url, { protocol }))(pushOf(text));
      expect(pushed).toEqual({ result: 'ok', points: expect.any(Number) });
      const [first] = receiver.received;
      if (first === undefined) throw new Error('nothing came');
      expect(first.headers).toMatchObject({ authorization: 'Bearer s3cret' });
      expect(attributesIn(first.request.resourceMetrics[0]?.resource.attributes ?? [])).toEqual({
        ...{ 'service.name': 'modelpulse', 'service.version': '1.2.3', 'service.instance.id': 'here:9464' },
      });
      const [ours, theirs] = [pushedSeries(metricsIn(first)), scrapedSeries(text)];
      expect(ours.size).toBeGreaterThan(150);
      expect([...ours].sort()).toEqual([...theirs].sort());
    },
  );

  it('tells when counters began: those that the store keeps when the model was seen first', async () => {
    const receiver = await receive();
    await createPusher(startAt(receiver.url))(pushOf(await everything()));
    const metrics = receiver.received.flatMap(metricsIn);
    const startOf = (name: string): number[] => {
      const { sum, histogram } = metrics.find((one) => one.name === name) ?? ({} as Partial<Metric>);
      const points = (sum ?? histogram)?.dataPoints ?? [];
      return points.map(({ startTimeUnixNano }) => Number(BigInt(startTimeUnixNano) / 1_000_000n));
    };
    expect(startOf('modelpulse_checks_total')).toEqual([firstSeen, noon - 60_000]);
    expect(startOf('modelpulse_check_duration_seconds')).toEqual([noon - 60_000, noon - 60_000]);
    expect(startOf('modelpulse_store_errors_total')).toEqual([noon - 60_000]);
    expect(new Set(startOf('modelpulse_scheduler_checks_missed_total'))).toEqual(new Set([firstSeen]));
    for (const { sum, histogram } of metrics)
      expect((sum ?? histogram)?.aggregationTemporality ?? 'AGGREGATION_TEMPORALITY_CUMULATIVE').toBe(
        'AGGREGATION_TEMPORALITY_CUMULATIVE',
      );
  });

  it('sends a large exposition in parts', async () => {
    const receiver = await receive();
    const text = await exposed(Array.from({ length: 120 }, (_, index) => sampleView(`m${index}`)));
    const pushed = await createPusher(startAt(receiver.url))(pushOf(text));
    expect(receiver.received.length).toBeGreaterThan(1);
    const metrics = receiver.received.flatMap(metricsIn);
    expect([...pushedSeries(metrics)].sort()).toEqual([...scrapedSeries(text)].sort());
    expect(pushed.result).toBe('ok');
  });

  it('says what failed, and nothing of what the receiver says', async () => {
    const receiver = await receive();
    const push = createPusher(startAt(receiver.url, { timeoutMs: 1_000 }));
    receiver.answer = { status: 401, body: Buffer.from('your token s3cret is wrong') };
    expect(await push(pushOf('a 1\n'))).toEqual({ result: 'failed', failure: 'HTTP 401' });
    // partial_success { rejected_data_points: 1 }
    receiver.answer = { status: 200, body: Uint8Array.of(0x0a, 2, 8, 1) };
    expect(await push(pushOf('a 1\n'))).toMatchObject({ result: 'partial' });
    receiver.answer = 'nothing';
    expect(await push(pushOf('a 1\n'))).toMatchObject({ result: 'failed' });
    receiver.answer = { status: 200 };
    expect(await push(pushOf('a 1\n'))).toEqual({ result: 'ok', points: 1 });
    await receiver.close();
    receivers.length = 0;
    expect(await push(pushOf('a 1\n'))).toMatchObject({ failure: expect.stringMatching(/^ECONN/) });
  });

  it('has the names of the conventions for generative AI', async () => {
    const receiver = await receive();
    const counts = createGenAiCounts();
    counts.observe(
      'a',
      sampleResult({ durationMs: 300, firstTokenMs: 50, usage: { inputTokens: 9, outputTokens: 2 } }),
    );
    counts.observe(
      'a',
      sampleResult({ durationMs: 2_000, firstTokenMs: null, usage: null, reason: 'timeout' }),
    );
    counts.observe('gone', sampleResult());
    const genAi = counts.series((id) => (id === 'a' ? model : undefined));
    await createPusher(startAt(receiver.url, { genAi: '1.41' }))(pushOf('', { genAi }));
    const scope = receiver.received[0]?.request.resourceMetrics[0]?.scopeMetrics[0];
    expect(scope?.schemaUrl).toBe('https://opentelemetry.io/schemas/1.41.0');
    const common = {
      ...{ 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai' },
      ...{ 'gen_ai.request.model': 'gpt-4o-mini', 'server.address': 'api.openai.com', 'server.port': '443' },
      model: 'a',
    };
    const told = (scope?.metrics ?? []).map(({ name, unit, histogram }) => [
      name,
      unit,
      (histogram?.dataPoints ?? []).map(({ attributes, count, sum }) => {
        const all = attributesIn(attributes);
        expect(all).toMatchObject(common);
        return [all['error.type'] ?? all['gen_ai.token.type'] ?? '', Number(count), sum];
      }),
    ]);
    expect(told).toEqual([
      [
        'gen_ai.client.operation.duration',
        's',
        [
          ['', 1, 0.3],
          ['timeout', 1, 2],
        ],
      ],
      ['gen_ai.client.operation.time_to_first_chunk', 's', [['', 1, 0.05]]],
      [
        'gen_ai.client.token.usage',
        '{token}',
        [
          ['input', 1, 9],
          ['output', 1, 2],
        ],
      ],
    ]);
  });
});

describe('names', () => {
  it('of all families of the catalogue stay as they are at Prometheus', () => {
    for (const { name, type } of catalogue()) {
      const kind = {
        counter: { sum: { dataPoints: [], isMonotonic: true, aggregationTemporality: '' } },
        gauge: { gauge: { dataPoints: [] } },
        histogram: {},
      };
      expect(nameAt({ name, unit: unitOf(name), description: '', ...kind[type] })).toBe(name);
    }
    expect(unitOf('modelpulse_tokens_per_second')).toBe('');
  });
});

describe('lines of an exposition', () => {
  it('are read as they were written, however they are cut', () => {
    const word = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 20 })
      .filter((text) => !/[\r\ud800-\udfff]/.test(text));
    fc.assert(
      fc.property(word, fc.double({ noNaN: true }), fc.nat(60), (text, value, cut) => {
        const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
        const shown = value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value);
        const bytes = Buffer.from(`m{a="${escaped}",b="x} 1"} ${shown}\n`);
        const lines = [...linesOf([bytes.subarray(0, cut), bytes.subarray(cut)])].filter(
          (line) => line !== '',
        );
        expect(lines.map(exposedLine)).toEqual([
          {
            kind: 'sample',
            name: 'm',
            labels: { a: text, b: 'x} 1' },
            value: Number(shown.replace('+Inf', 'Infinity').replace('-Inf', '-Infinity')),
          },
        ]);
      }),
    );
  });

  it('leave out values that are no numbers, and labels without a value', () => {
    const lines = ['# HELP a b', '# TYPE a gauge', 'a{x="",y="1"} NaN', 'a{x="",y="2"} 3'];
    const begun = { process: noon, models: new Map<string, number>() };
    const [only] = [...metricsOf(lines, { at: noon, begun, mostPoints: 10 })];
    expect(only?.data.dataPoints).toMatchObject([{ attributes: { y: '2' }, value: 3 }]);
    expect(Object.keys(only?.data.dataPoints[0]?.attributes ?? {})).toEqual(['y']);
  });
});
