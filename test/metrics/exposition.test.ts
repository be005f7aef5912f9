import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Deadline } from '../../src/domain/deadline.js';
import type { Uptime } from '../../src/domain/uptime.js';
import {
  createBuckets,
  durationBounds,
  firstTokenBounds,
  observeIn,
  streamBuckets,
  type ModelView,
} from '../../src/domain/view.js';
import { modelExposition } from '../../src/metrics/exposition.js';
import { usualSeries, type ShownSeries } from '../../src/metrics/shown-series.js';
import { exposed, seriesOf } from './exposed.js';
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

async function series(
  changes: Parameters<typeof sampleView>[1] = {},
  now = noon,
): Promise<Map<string, string>> {
  return seriesOf(await exposed([sampleView('a', changes)], now));
}

const on = (name: string, labels = ''): string => `modelpulse_${name}{model="a"${labels}}`;

describe('per-model exposition', () => {
  it('shows exactly one state and whether the model is up', async () => {
    const text = await series();
    expect(text.get(on('model_up'))).toBe('1');
    expect(text.get(on('model_state', ',state="healthy"'))).toBe('1');
    expect([...text.keys()].filter((key) => key.includes('_model_state'))).toHaveLength(5);
    expect(text.get(on('state_since_timestamp_seconds'))).toBe(String((noon - 3_600_000) / 1000));
  });

  it('reports unknown, without model_up, once the last result is no longer valid', async () => {
    const text = await series({}, noon + 60_000);
    expect(text.has(on('model_up'))).toBe(false);
    expect(text.get(on('model_state', ',state="unknown"'))).toBe('1');
    expect(text.get(on('model_state', ',state="healthy"'))).toBe('0');
    expect(text.get(on('state_since_timestamp_seconds'))).toBe(String((noon + 60_000) / 1000));
  });

  it('omits model_up in a maintenance window', async () => {
    const health = sampleHealth({ windows: [{ from: noon - 1_000, to: noon + 1_000 }] });
    const text = await series({ health });
    expect(text.has(on('model_up'))).toBe(false);
    expect(text.get(on('model_state', ',state="maintenance"'))).toBe('1');
  });

  it('has model_up 0 while unhealthy, with reason, blame and consecutive failures', async () => {
    const run = {
      kind: 'failure',
      count: 3,
      from: noon,
      reason: 'auth_failed',
      validUntil: noon,
      points: [],
      said: [],
    } as const;
    const health = sampleHealth({ belief: 'down', state: 'unhealthy', reason: 'auth_failed', run });
    const text = await series({ health, latestConclusive: { reason: 'auth_failed' } });
    expect(text.get(on('model_up'))).toBe('0');
    expect(text.get(on('consecutive_failures'))).toBe('3');
    expect(text.get(on('model_status_info', ',reason="auth_failed",blame="account"'))).toBe('1');
  });

  it('has the start of an open incident, also in maintenance, and its first detail only while unhealthy', async () => {
    const health = failing('HTTP 500: "no"');
    const text = await series({ health });
    const start = on('incident_start_timestamp_seconds');
    expect(text.get(start)).toBe(String((noon - 600_000) / 1000));
    expect(text.get(on('incident_detail_info', ',detail="HTTP 500: \\"no\\""'))).toBe('1');
    const inWindow = await series({
      health: { ...health, windows: [{ from: noon - 1_000, to: noon + 1_000 }] },
    });
    expect(inWindow.get(start)).toBe(text.get(start));
    for (const other of [inWindow, await series({ health: failing(null) }), await series()])
      expect([...other.keys()].filter((key) => key.includes('incident_detail'))).toEqual([]);
    expect((await series()).has(start)).toBe(false);
  });

  it('cuts a failure detail to 160 characters without splitting one', async () => {
    for (const letter of ['x', '\u{1f600}']) {
      const text = await series({ health: failing(letter.repeat(500)) });
      expect(text.get(on('incident_detail_info', `,detail="${letter.repeat(160)}"`))).toBe('1');
    }
  });

  it('has the latest end of the active exclusions', async () => {
    const exclusions = [
      excluded(noon - 9_000, noon - 1_000),
      excluded(noon - 8_000, noon - 2_000),
      excluded(noon + 1_000, noon + 9_000),
    ];
    const end = on('exclusion_end_timestamp_seconds');
    expect((await series({ exclusions })).get(end)).toBe(String((noon - 1_000) / 1000));
    expect((await series({ exclusions: exclusions.slice(2) })).has(end)).toBe(false);
  });

  it('has the reason for an unknown state, and only for that state', async () => {
    const health = sampleHealth({ validUntil: noon - 30_000 });
    const text = await series({ health });
    expect(text.get(on('model_unknown_info', ',reason="not_watched",blame="monitor"'))).toBe('1');
    expect([...(await series({})).keys()].filter((key) => key.includes('unknown_info'))).toEqual([]);
  });

  it('omits unknown values', async () => {
    const text = await series({
      latest: null,
      latestConclusive: null,
      lastSuccess: null,
      nextDue: () => null,
    });
    const absent = [
      'model_status_info',
      'last_check',
      'last_success',
      'next_check',
      'check_phase',
      'slo_',
      'budget_',
    ];
    for (const name of [...absent, 'ratelimit', 'api_key', 'tls_certificate', 'time_to_first_token']) {
      expect([...text.keys()].filter((key) => key.startsWith(`modelpulse_${name}`))).toEqual([]);
    }
    for (const value of text.values()) expect(value).toMatch(/^\d+(\.\d+)?$/);
  });

  it('omits an unknown uptime but keeps its coverage', async () => {
    const text = await series();
    expect(text.get(on('uptime_ratio', ',window="24h"'))).toBe('0.999');
    expect(text.has(on('uptime_ratio', ',window="90d"'))).toBe(false);
    expect(text.get(on('coverage_ratio', ',window="90d"'))).toBe('0.004');
  });

  it('has counters from zero on, including failures', async () => {
    const empty = await series({ results: [] });
    expect(empty.get(on('checks_total'))).toBe('0');
    expect(empty.get(on('check_failures_total'))).toBe('0');
    const results = [
      { outcome: 'healthy', reason: 'ok', count: 5 },
      { outcome: 'unhealthy', reason: 'timeout', count: 2 },
      { outcome: 'unhealthy', reason: 'rate_limited', count: 1 },
    ] as const;
    const text = await series({ results });
    expect(text.get(on('checks_total'))).toBe('8');
    expect(text.get(on('check_failures_total'))).toBe('3');
    expect(text.get(on('check_results_total', ',outcome="unhealthy",reason="timeout"'))).toBe('2');
  });

  it('writes cumulative histograms with inclusive bounds', async () => {
    const durations = createBuckets(durationBounds);
    for (const seconds of [0.05, 0.3, 1, 500]) observeIn(durations, seconds);
    const text = await series({ durations, firstTokens: createBuckets(firstTokenBounds) });
    expect(text.get(on('check_duration_seconds_bucket', ',le="0.05"'))).toBe('1');
    expect(text.get(on('check_duration_seconds_bucket', ',le="1.0"'))).toBe('3');
    expect(text.get(on('check_duration_seconds_bucket', ',le="120.0"'))).toBe('3');
    expect(text.get(on('check_duration_seconds_bucket', ',le="+Inf"'))).toBe('4');
    expect(text.get(on('check_duration_seconds_count'))).toBe('4');
    expect(Number(text.get(on('check_duration_seconds_sum')))).toBeCloseTo(501.35);
    expect(text.get(on('time_to_first_token_seconds_count'))).toBe('0');
  });

  it('counts tokens and costs of probes for their model, and the budget of which most is used', async () => {
    const priced = (more: Partial<ModelView>): ModelView =>
      sampleView('a', { inputTokens: 10, outputTokens: 1, cost: { currency: 'USD', nanos: 5e8 }, ...more });
    const spent = { tokensToday: { day: Math.floor(noon / 86_400_000), tokens: 90 } };
    const probe = priced({ ...spent, model: { ...priced({}).model, tokensPerDay: 100 } });
    const text = seriesOf(await exposed([priced({ probes: [{ name: 'calls', view: probe }] })], noon));
    expect(text.get('modelpulse_tokens_total{model="a",type="input"}')).toBe('20');
    expect(text.get('modelpulse_cost_total{model="a",currency="USD"}')).toBe('1');
    expect(text.get('modelpulse_budget_tokens_used_ratio{model="a"}')).toBe('0.9');
  });

  it('leaves out histograms where they are switched off, and a throughput that was never measured', async () => {
    const namesIn = async (changes: Partial<ModelView>, options: Partial<ShownSeries> = {}) => {
      let text = '';
      const shown = { ...usualSeries, ...options };
      for await (const part of modelExposition([sampleView('a', changes)], noon, 'text', shown)) text += part;
      return [...text.matchAll(/^# TYPE modelpulse_(\w+) histogram$/gm)].map(([, name]) => name);
    };
    const all = [
      'check_duration_seconds',
      'time_to_first_token_seconds',
      'tokens_per_second',
      'stream_gap_seconds',
    ];
    expect(await namesIn(observedStream())).toEqual(all);
    expect(await namesIn(streamBuckets(sampleModel('a', { probe: 'chat_stream' })))).toEqual(
      all.filter((name) => name !== 'tokens_per_second'),
    );
    expect(await namesIn(observedStream(), { histograms: false })).toEqual([]);
  });

  it('includes budgets, keys, limits and certificates if there are any', async () => {
    const model = sampleModel('a', { slo: 0.99, tokensPerDay: 1000 });
    const rateLimitRemaining = { tokens: 7 };
    const known = { model, keys: [true, null, false], rateLimitRemaining, certificateExpiresAt: noon };
    const text = await series(known);
    expect(text.get(on('slo_objective_ratio'))).toBe('0.99');
    expect(text.get(on('budget_tokens_used_ratio'))).toBe('0.5');
    expect((await series(known, noon + 86_400_000)).get(on('budget_tokens_used_ratio'))).toBe('0');
    expect(text.get(on('api_key_healthy', ',key="1"'))).toBe('1');
    expect(text.has(on('api_key_healthy', ',key="2"'))).toBe(false);
    expect(text.get(on('api_key_healthy', ',key="3"'))).toBe('0');
    expect(text.get(on('ratelimit_remaining', ',kind="tokens"'))).toBe('7');
    expect(text.get(on('tls_certificate_expiry_timestamp_seconds'))).toBe(String(noon / 1000));
    expect(text.get(on('check_phase_seconds', ',phase="dns"'))).toBe('0.0015');
  });

  it('escapes label values', async () => {
    const model = sampleModel('a "b" \\ c', { labels: { team: 'x\ny' } });
    const text = await exposed([sampleView('', { model })]);
    expect(text).toContain('modelpulse_model_up{model="a \\"b\\" \\\\ c"} 1\n');
    expect(text).toContain('label_team="x\\ny"');
  });

  it('never contains a secret, an address or a text of the model', async () => {
    const latest = sampleResult({ detail: 'told you so', response: 'New Delhi' });
    const text = await exposed([sampleView('a', { latest })]);
    for (const word of ['sk-secret', 'api.openai.com', 'capital', 'told you', 'Delhi'])
      expect(text).not.toContain(word);
  });

  it('is empty without models', async () => {
    expect(await exposed([])).toBe('');
  });

  it('yields to other work while it writes 2,000 models', async () => {
    const views = Array.from({ length: 2_000 }, (_, index) => sampleView(`model-${index}`));
    let turns = 0;
    let done = false;
    const count = async (): Promise<void> => {
      for (; !done; turns += 1) await setImmediate();
    };
    const counting = count();
    let chunks = 0;
    const started = performance.now();
    for await (const chunk of modelExposition(views, noon, 'text')) {
      chunks += 1;
      expect(chunk.length).toBeLessThan(80_000);
    }
    const elapsed = performance.now() - started;
    done = true;
    await counting;
    expect(chunks).toBeGreaterThan(10);
    expect(turns).toBeGreaterThan(Math.min(3, elapsed / 50));
  });

  it('has the soonest end of each kind, without the certificate of the endpoint, which has its own', async () => {
    const ends = (kind: Deadline['kind'], at: number): Deadline => ({
      ...{ kind, at, source: 'configuration', key: null, url: null },
    });
    const deadlines = [ends('key', noon + 2_000), ends('key', noon + 1_000), ends('retirement', noon)];
    const text = await series({
      model: sampleModel('a', { deadlines }),
      certificateExpiresAt: noon,
      announced: { deprecated: null, sunsetAt: noon + 5_000 },
    });
    const found = [...text].filter(([name]) => name.startsWith('modelpulse_expiry_'));
    expect(new Map(found)).toEqual(
      new Map([
        [on('expiry_timestamp_seconds', ',kind="retirement"'), String(noon / 1_000)],
        [on('expiry_timestamp_seconds', ',kind="key"'), String(noon / 1_000 + 1)],
        [on('expiry_timestamp_seconds', ',kind="sunset"'), String(noon / 1_000 + 5)],
      ]),
    );
  });

  it('tells the provider apart only where it is asked for, and has the windows that are', async () => {
    const usual = { uptime: 0.9, coverage: 1 };
    const own = { uptime: 1, coverage: 0.9 };
    const every = (figures: Uptime) => ({ '24h': figures, '7d': figures, '30d': figures, '90d': figures });
    const view = sampleView('a', { uptime: every(usual), providerUptime: every(own) });
    const ratios = async (shown?: ShownSeries): Promise<string[]> => {
      let text = '';
      for await (const chunk of modelExposition([view], noon, 'text', shown)) text += chunk;
      return text.split('\n').filter((line) => /^modelpulse_(?:uptime|coverage)_ratio/.test(line));
    };
    expect((await ratios()).slice(0, 1)).toEqual(['modelpulse_uptime_ratio{model="a",window="24h"} 0.9']);
    expect(await ratios()).toHaveLength(8);
    expect(await ratios({ windows: ['30d'], providerUptime: true, histograms: true })).toEqual([
      'modelpulse_uptime_ratio{model="a",window="30d",scope="all"} 0.9',
      'modelpulse_uptime_ratio{model="a",window="30d",scope="provider"} 1',
      'modelpulse_coverage_ratio{model="a",window="30d",scope="all"} 1',
      'modelpulse_coverage_ratio{model="a",window="30d",scope="provider"} 0.9',
    ]);
    expect(await ratios({ windows: [], providerUptime: true, histograms: true })).toEqual([]);
  });
});
