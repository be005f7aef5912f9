import { expect, it } from '@jest/globals';
import { command } from './process.js';
import { became, promptId, series, useSite } from './registry.js';

const site = useSite();
const day = 86_400_000;

it('tells what ends and what is odd wherever a model is shown, and changes no state for it', async () => {
  const { model, configure, daemon } = site();
  const inDays = (count: number): string => new Date(Date.now() + count * day + 3_600_000).toISOString();
  const config = configure(
    [
      model('sunset', {
        id: promptId,
        expires_at: inDays(6),
        retires_at: inDays(60),
      }),
    ],
    { metrics: { windows: ['24h'], provider_uptime: true } },
  );
  const running = await daemon(config);
  await running.line(became(promptId, 'healthy'));

  const shown = (await running.get(`/api/v1/models/${promptId}`)).json();
  expect(shown).toMatchObject({
    state: 'healthy',
    deadlines: [
      {
        kind: 'key',
        source: 'configuration',
        text: expect.stringMatching(/^the API key expires in 6 days, on /),
      },
      { kind: 'sunset', source: 'reply', text: expect.stringContaining('shuts the address down in 19 days') },
      { kind: 'retirement', source: 'configuration' },
    ],
    notes: [{ kind: 'deprecated', text: expect.stringMatching(/deprecated as of \d{4}-/) }],
  });
  const metrics = (await running.get('/metrics')).text;
  for (const kind of ['key', 'sunset', 'retirement'])
    expect(
      series(metrics, `modelpulse_expiry_timestamp_seconds{model="${promptId}",kind="${kind}"}`),
    ).toBeGreaterThan(Date.now() / 1_000);
  expect(metrics.match(/^modelpulse_coverage_ratio.*$/gm)?.map((line) => line.split('} ')[0])).toEqual([
    `modelpulse_coverage_ratio{model="${promptId}",window="24h",scope="all"`,
    `modelpulse_coverage_ratio{model="${promptId}",window="24h",scope="provider"`,
  ]);
  const page = (await running.get(`/models/${promptId}`)).text;
  expect(page).toContain('The API key expires in 6 days');
  expect(page).toMatch(/>Notes<.*marks the model or its address as deprecated/s);
  expect((await running.get('/')).text).toContain('The API key expires in 6 days');
  expect((await running.get('/report')).text).toContain('the API key expires in 6 days');

  const { out, err } = await command(['validate', '--config', config]);
  expect(out).toContain('is valid');
  expect(err).toMatch(new RegExp(`^warning: ${promptId}: the API key expires in 6 days, on \\S+\n$`));
  const status = await command(['status', '--json', '--config', config]);
  expect(JSON.parse(status.out)).toMatchObject([
    {
      deadlines: [{ kind: 'key' }, { kind: 'sunset' }, { kind: 'retirement' }],
      uptime: { '24h': { provider_uptime: 1 } },
    },
  ]);
  const report = await command(['report', '--window', '1d', '--config', config]);
  expect(report.out).toMatch(/^## What ends\n\n- mini: the API key expires in 6 days, /m);
});
