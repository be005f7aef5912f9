import { describe, expect, it } from '@jest/globals';
import { createBuckets, durationBounds } from '../../src/domain/view.js';
import { notSent } from '../../src/domain/result.js';
import { catalogue } from '../../src/metrics/catalogue.js';
import { modelExposition } from '../../src/metrics/exposition.js';
import { formatFor } from '../../src/metrics/format.js';
import { createMonitorMetrics } from '../../src/metrics/monitor.js';
import { probeExposition } from '../../src/metrics/probe-exposition.js';
import { sampleGauges } from './sample-gauges.js';
import { hasOpenMetricsParser, parseOpenMetrics } from './open-metrics.js';
import {
  excluded,
  failing,
  noon,
  observedStream,
  sampleHealth,
  sampleModel,
  sampleResult,
  sampleView,
} from './sample-view.js';

describe('exposition format', () => {
  it.each([
    [undefined, 'text'],
    ['*/*', 'text'],
    ['text/html', 'text'],
    ['application/openmetrics-text', 'openmetrics'],
    ['application/openmetrics-text; version=1.0.0', 'openmetrics'],
    ['application/openmetrics-text; version=0.0.1', 'text'],
    ['application/openmetrics-text; version=1.0.0; q=0', 'text'],
    ['application/openmetrics-text;version=1.0.0;q=0.2,text/plain;version=0.0.4;q=0.3', 'text'],
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      'openmetrics',
    ],
  ])('for Accept %s is %s', (accept, format) => {
    expect(formatFor(accept)).toBe(format);
  });

  (hasOpenMetricsParser ? it : it.skip)('is accepted by the OpenMetrics reference parser', async () => {
    const view = sampleView('a "quoted" \\ model\n', {
      model: sampleModel('a "quoted" \\ model\n', {
        slo: 0.99,
        tokensPerDay: 10,
        usdPerMonth: 1,
        balance: { everyMs: 60_000, warnBelow: 5 },
        labels: { team: 'search' },
      }),
      durations: createBuckets(durationBounds),
      ...observedStream(),
      keys: [true, false],
      rateLimitRemaining: { requests: 1, tokens: 2 },
      headroom: { tokens: { limit: 4, remaining: 2, resetAt: null, until: noon + 60_000 } },
      ...{ cost: { currency: 'USD', nanos: 1 }, monthCost: { month: 24_322, nanos: 1 } },
      balances: [{ key: 1, amount: 2, currency: 'USD', at: noon, askedBy: 'a "quoted" \\ model\n' }],
      certificateExpiresAt: noon,
      announced: { deprecated: null, sunsetAt: noon },
      latestConclusive: { reason: 'slow' },
    });
    const unknown = sampleView('b', {
      health: sampleHealth({ validUntil: noon - 30_000 }),
    });
    const down = sampleView('c', {
      health: failing('HTTP 500: "no" \\ \n'),
      exclusions: [excluded(noon - 60_000, noon)],
    });
    const monitor = createMonitorMetrics({ version: '1.2.3', missed: new Map() });
    monitor.reloaded(true, noon);
    let text = '';
    for await (const chunk of modelExposition([view, unknown, down], noon, 'openmetrics')) text += chunk;
    text += await monitor.exposition(sampleGauges, 'openmetrics');

    const parsed = parseOpenMetrics(text);
    for (const { name, type } of catalogue()) {
      const family = type === 'counter' ? name.replace(/_total$/, '') : name;
      expect([family, parsed[family]?.[0]]).toEqual([family, type]);
    }
    expect(text.match(/le="[^"]*"/g)?.filter((bound) => /"\d+"/.test(bound))).toEqual([]);
    expect(text.endsWith('\n# EOF\n')).toBe(true);
  });

  (hasOpenMetricsParser ? it : it.skip)('of a probe is accepted by the OpenMetrics reference parser', () => {
    const text = probeExposition(sampleResult({ outcome: 'degraded', reason: 'slow' }), 'openmetrics');
    expect(parseOpenMetrics(text)).toMatchObject({
      probe_success: ['gauge', 1],
      probe_result_info: ['gauge', 1],
    });
  });
});

describe('probe metrics', () => {
  it('have no model label and omit unknown values', () => {
    const text = probeExposition(notSent(noon, 'rate_budget', 'unknown', null), 'text');
    expect(text.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
      'probe_success 0',
      'probe_duration_seconds 0',
      'probe_result_info{outcome="unknown",reason="rate_budget",blame="monitor"} 1',
      '',
    ]);
  });
});
