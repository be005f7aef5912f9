import { describe, expect, it } from '@jest/globals';
import { hasOpenMetricsParser, parseOpenMetrics } from '../metrics/open-metrics.js';
import { fixedQuestion } from '../checker/model.js';
import { became, promptId, series, useSite } from './registry.js';
import { inFull } from '../slow.js';

const site = useSite();

/** A model whose own schedule is out of the way. */
const rare = { schedule: { every: '24h' }, timeout: '30s' };

describe('GET /probe', () => {
  it('checks the model and returns the metrics of this check alone, without recording it', async () => {
    const { model, configure, daemon } = site();
    const running = await daemon(configure([model('healthy'), model('bad-key', { id: promptId, ...rare })]));
    await running.line(became(promptId, 'unhealthy'));
    const recorded = (await running.get(`/api/v1/models/${promptId}/checks`)).text;
    const { status, text } = await running.get('/probe?target=healthy');
    expect(status).toBe(200);
    expect(series(text, 'probe_success')).toBe(1);
    expect(series(text, 'probe_duration_seconds')).toBeGreaterThan(0);
    expect(series(text, 'probe_result_info{outcome="healthy",reason="ok",blame=""}')).toBe(1);
    expect(series(text, 'probe_http_status_code')).toBe(200);
    expect(text).not.toContain('modelpulse_');

    const refused = await running.get(`/probe?target=${promptId}`);
    expect([refused.status, series(refused.text, 'probe_success')]).toEqual([200, 0]);
    expect(refused.text).toContain('reason="auth_failed",blame="account"');
    expect((await running.get(`/api/v1/models/${promptId}/checks`)).text).toBe(recorded);
  });

  inFull('ends within the timeout of the scrape', async () => {
    const { model, configure, daemon } = site();
    const running = await daemon(configure([model('hang', rare)]));
    const headers = { 'x-prometheus-scrape-timeout-seconds': '0.7' };
    const answer = await fetch(`${running.url}/probe?target=hang`, { headers });
    const text = await answer.text();
    expect([answer.status, series(text, 'probe_success')]).toEqual([200, 0]);
    // A machine so busy that the monitor stands still meanwhile is not the provider's fault.
    expect(text).toMatch(/reason="timeout",blame="provider"|reason="internal_error",blame="monitor"/);
  });

  inFull('counts toward the daily token budget, and sends nothing when it is used up', async () => {
    const { model, configure, daemon } = site();
    const budget = { budget: { tokens_per_day: 60 } };
    const health = { health_api: { enabled: true, api_keys: ['health-key-0123456789'] } };
    const running = await daemon(
      configure([model('healthy', { ...rare, ...budget, ...fixedQuestion })], health),
    );
    const probed = async () => /reason="(\w+)"/.exec((await running.get('/probe?target=healthy')).text)?.[1];
    const saved = async () => {
      const headers = { apikey: 'health-key-0123456789', 'x-enkrypt-model': 'healthy' };
      const response = await fetch(`${running.url}/redteam/model/model-health`, { method: 'POST', headers });
      return ((await response.json()) as { details: { reason: string } }).details.reason;
    };
    // Each uses some 24 tokens.
    const reasons: unknown[] = [];
    for (let turn = 0; turn < 4; turn += 1) reasons.push(await probed(), await saved());
    expect(reasons[0]).toBe('ok');
    expect(reasons.slice(3)).toEqual(Array.from({ length: 5 }, () => 'budget_spent'));
    await running.line(({ msg }) => msg === 'token budget is used up: no checks until 00:00 UTC');
    const { text } = await running.get('/metrics');
    expect(series(text, 'modelpulse_budget_tokens_used_ratio{model="healthy"}')).toBeGreaterThan(1);
  });

  inFull('counts toward the rate limit of the model', async () => {
    const { model, configure, daemon } = site();
    const running = await daemon(configure([model('healthy', { ...rare, rate_per_min: 2 })]));
    const reasons: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      const { text } = await running.get('/probe?target=healthy');
      reasons.push(/reason="(\w+)"/.exec(text)?.[1] ?? '');
    }
    expect(reasons.at(-1)).toBe('rate_budget');
  });

  inFull('returns 404 for an unknown model, 400 without a model and 409 for a paused one', async () => {
    const { model, configure, daemon } = site();
    const running = await daemon(configure([model('healthy', { pause: true })]));
    const answers = await Promise.all(
      ['/probe?target=nobody', '/probe', '/probe?target=healthy'].map((path) => running.get(path)),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 400, 409]);
  });
});

describe('GET /sd/prometheus', () => {
  it('lists each model that can be probed as a target on this server', async () => {
    const { model, configure, daemon } = site();
    const running = await daemon(
      configure([model('healthy', { labels: { team: 'search' } }), model('hang', { pause: true })]),
    );
    const { json } = await running.get('/sd/prometheus');
    const labels = {
      __metrics_path__: '/probe',
      __param_target: 'healthy',
      instance: 'healthy',
      model: 'healthy',
      provider: 'openai_compatible',
      label_team: 'search',
    };
    expect(json()).toEqual([{ targets: [new URL(running.url).host], labels }]);
  });
});

describe('GET /metrics', () => {
  (hasOpenMetricsParser ? inFull : it.skip)(
    'returns OpenMetrics to a Prometheus that accepts it',
    async () => {
      const { model, configure, daemon } = site();
      const running = await daemon(configure([model('healthy'), model('bad-key')]));
      await running.line(became('bad-key', 'unhealthy'));
      const accept = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5';
      const answer = await fetch(`${running.url}/metrics`, { headers: { accept } });
      expect(answer.headers.get('content-type')).toContain('application/openmetrics-text; version=1.0.0');
      expect(parseOpenMetrics(await answer.text())).toMatchObject({
        modelpulse_checks: ['counter', 2],
        modelpulse_model_up: ['gauge', expect.any(Number)],
      });
    },
  );
});
