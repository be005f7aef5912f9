import { expect, it } from '@jest/globals';
import { became, series, useSite } from './registry.js';

const site = useSite();
const hour = 3_600_000;
const second = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

interface Interval {
  readonly state: string;
}

it('a one-time maintenance window applies only to its models, and ends with a reload that removes it', async () => {
  const { model, configure, daemon } = site();
  const models = [model('planned', { model: 'bad-key' }), model('bad-key')];
  const now = Date.now();
  const window = {
    from: second(now - hour),
    to: second(now + hour),
    models: ['plan*'],
    reason: 'they move',
  };
  const config = configure(models, { maintenance: [window] });
  const running = await daemon(config);
  await running.line(became('bad-key', 'unhealthy'));
  while (
    ((await running.get('/api/v1/models/planned/checks')).json() as { items: unknown[] }).items.length < 3
  );
  const { text } = await running.get('/metrics');
  expect(series(text, 'modelpulse_model_state{model="planned",state="maintenance"}')).toBe(1);
  const { items } = (await running.get('/api/v1/models/planned/timeline?window=5m')).json() as {
    items: Interval[];
  };
  expect(items.map(({ state }) => state)).toEqual(expect.arrayContaining(['maintenance']));
  expect(items.map(({ state }) => state)).not.toContain('unhealthy');

  configure(models);
  expect((await running.post('/-/reload')).status).toBe(200);
  await running.line(became('planned', 'unhealthy'));
});
