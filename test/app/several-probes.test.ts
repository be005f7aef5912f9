import { expect, it } from '@jest/globals';
import { command } from './process.js';
import { became, series, useSite } from './registry.js';

const site = useSite();

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly state_probe: string | null;
  readonly probes: readonly { readonly id: string; readonly state: string; readonly reason: string }[];
}

it('a model whose server ignores tools is degraded by its probe, everywhere', async () => {
  const { model, configure, daemon } = site();
  const gpt = model('gpt', { model: 'ability-ignored' });
  const probes = [
    { name: 'calls', probe: 'tools', confirm: { failures: 1 } },
    { name: 'vision', probe: 'vision' },
  ];
  const several = { ...gpt, probes };
  const config = configure([several]);
  const running = await daemon(config);
  await running.line(became('gpt#vision', 'healthy'));
  const line = await running.line(became('gpt', 'degraded'));
  expect(line).toMatchObject({
    reason: 'capability_ignored',
    probe: 'calls',
    detail: 'text instead of a tool call',
  });

  const { items } = (await running.get('/api/v1/models')).json() as { items: Shown[] };
  expect(items.map(({ id }) => id)).toEqual(['gpt']);
  const [shown] = items;
  expect(shown).toMatchObject({
    ...{ state: 'degraded', reason: 'capability_ignored', state_probe: 'calls' },
    probes: [
      { name: 'calls', id: 'gpt#calls', state: 'degraded', reason: 'capability_ignored' },
      { name: 'vision', id: 'gpt#vision', state: 'healthy', reason: 'ok' },
    ],
  });
  expect((await running.get('/api/v1/models?state=healthy')).json()).toMatchObject({ items: [] });
  expect((await running.get('/api/v1/models/gpt%23calls/checks?limit=1')).json()).toMatchObject({
    items: [{ reason: 'capability_ignored', response: 'The capital of India is New Delhi.' }],
  });

  const { text: metrics } = await running.get('/metrics');
  expect(metrics).toContain('modelpulse_model_state{model="gpt",state="degraded"} 1');
  expect(metrics).toContain('modelpulse_model_status_info{model="gpt",reason="capability_ignored"');
  expect(metrics).not.toContain('gpt#');
  expect((await running.get('/api/v1/models/gpt/badge.svg?show=state')).text).toContain('degraded');
  expect((await running.get('/')).text).toContain('Probe calls: ');
  expect((await running.get('/models/gpt')).text).toContain('/models/gpt%23calls');
  expect((await running.get('/models/gpt%23calls')).text).toContain('The probe calls of ');

  const status = JSON.parse((await command(['status', '--json', '--config', config])).out) as object[];
  expect(status).toMatchObject([{ model: 'gpt', state: 'degraded', state_probe: 'calls' }]);
  const report = (await command(['report', '--window', '1h', '--config', config])).out;
  expect(report).not.toContain('gpt#');
  const checked = await command(['check', 'gpt', '--json', '--config', config]);
  expect((JSON.parse(checked.out) as { model: string }[]).map((one) => one.model)).toEqual([
    'gpt',
    'gpt#calls',
    'gpt#vision',
  ]);
  const one = await command(['check', '--probe', 'calls', '--json', '--config', config]);
  expect(JSON.parse(one.out)).toMatchObject([{ model: 'gpt#calls', reason: 'capability_ignored' }]);

  configure([gpt]);
  running.child.kill('SIGHUP');
  await running.line(({ msg }) => msg === 'configuration reloaded');
  expect((await running.get('/api/v1/models/gpt')).json()).toMatchObject({
    ...{ state: 'healthy', state_probe: null, probes: [] },
  });
  expect((await running.get('/api/v1/models/gpt%23calls')).status).toBe(404);
  running.child.kill('SIGTERM');
  await running.ended;
  expect((await command(['rebuild', '--check', '--config', config])).code).toBe(0);
});

it('the report of a model has what its probes cost, as its metrics, also of a probe that it no longer has', async () => {
  const { model, configure, daemon } = site();
  const price = { input_per_million: 1_000_000, output_per_million: 500_000, per_request: 0.5 };
  const gpt = model('gpt', { model: 'ability-ignored', schedule: { every: '24h' }, price });
  const config = configure([{ ...gpt, probes: [{ name: 'vision', probe: 'vision' }] }]);
  const running = await daemon(config);
  await running.line(became('gpt', 'healthy'));
  await running.line(became('gpt#vision', 'healthy'));
  const labels = '{model="gpt",currency="USD"}';
  const all = series((await running.get('/metrics')).text, `modelpulse_cost_total${labels}`)!;
  const own = (await running.get('/api/v1/models/gpt')).json() as { last_check: { cost: number } };
  expect(all).toBeGreaterThan(own.last_check.cost);

  const costInCsv = (text: string): number => {
    const [head = '', row = ''] = text.split('\r\n');
    return Number(row.split(',')[head.split(',').indexOf('cost')]);
  };
  const report = async (...more: string[]): Promise<string> =>
    (await command(['report', '--window', '1h', '--config', config, ...more])).out;
  const spent = `$${all.toFixed(2)}`;
  expect(costInCsv(await report('--format', 'csv'))).toBe(all);
  expect(await report()).toContain(spent);
  expect((await running.get('/report')).text).toContain(spent);
  expect(costInCsv(await report('--format', 'csv', 'gpt#vision'))).toBe(all - own.last_check.cost);

  configure([gpt]);
  running.child.kill('SIGHUP');
  await running.line(({ msg }) => msg === 'configuration reloaded');
  expect(costInCsv(await report('--format', 'csv'))).toBe(all);
});
