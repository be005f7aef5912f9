import { describe, expect, it } from '@jest/globals';
import { completion } from '../checker/server.js';
import { became, promptId, series, useSite } from './registry.js';
import { inFull } from '../slow.js';
import { fixedQuestion } from '../checker/model.js';

const site = useSite();
interface Told {
  state: string;
  reason: string | null;
  blame: string | null;
}

describe('unknown model', () => {
  inFull(
    'is paused from the reload that pauses it, over a restart, until the reload that resumes it',
    async () => {
      const { model, configure, daemon } = site();
      const hourly = { schedule: { every: '1h' } };
      const config = configure([model('healthy', hourly)]);
      let running = await daemon(config);
      await running.line(became('healthy', 'healthy'));
      const told = async () => (await running.get('/api/v1/models/healthy')).json() as Told;

      configure([model('healthy', { ...hourly, pause: true })]);
      expect((await running.post('/-/reload')).status).toBe(200);
      const paused = { state: 'unknown', reason: 'paused', blame: null };
      expect(await told()).toMatchObject(paused);
      expect(
        series(
          (await running.get('/metrics')).text,
          'modelpulse_model_unknown_info{model="healthy",reason="paused",blame=""}',
        ),
      ).toBe(1);
      expect(await running.line(became('healthy', 'unknown'))).toMatchObject({ reason: 'paused' });
      running.child.kill('SIGTERM');
      expect(await running.ended).toBe(0);

      running = await daemon(config);
      expect(await told()).toMatchObject(paused);
      configure([model('healthy', hourly)]);
      await running.post('/-/reload');
      await running.line(became('healthy', 'healthy'));
      const { items } = (await running.get('/api/v1/models/healthy/timeline')).json() as { items: Told[] };
      expect(items.map(({ state, reason }) => `${state} ${reason!}`)).toEqual([
        'unknown not_yet',
        'healthy ok',
        'unknown paused',
        'unknown not_watched',
        'healthy ok',
      ]);
    },
  );

  it('has the reason of a check that cannot be sent, in the API and in the log', async () => {
    const { model, configure, daemon } = site();
    const running = await daemon(configure([model('keyless', { api_key: '${NOBODY_SETS_THIS}' })]));
    const line = await running.line(
      ({ msg, reason }) => msg === 'state changed' && reason === 'secret_missing',
    );
    expect(line).toMatchObject({ model: 'keyless', state: 'unknown', blame: 'config' });
    expect((await running.get('/api/v1/models/keyless')).json()).toMatchObject({
      state: 'unknown',
      reason: 'secret_missing',
      blame: 'config',
    });
  });
});

describe('state change in the log', () => {
  inFull('has the reason and detail of one result, also if the failures differ', async () => {
    const { configure, daemon, model, serve } = site();
    let answers = 0;
    const provider = await serve((_request, response) => {
      answers += 1;
      if (answers === 1) return void response.end(completion('New Delhi'));
      response.statusCode = answers === 2 ? 500 : 401;
      response.end(JSON.stringify({ error: { message: answers === 2 ? 'first fault' : 'second fault' } }));
    });
    const running = await daemon(
      configure([
        {
          ...model(promptId),
          ...fixedQuestion,
          schedule: { every: '24h' },
          base_url: `http://127.0.0.1:${provider.port}/v1`,
        },
      ]),
    );
    await running.line(became(promptId, 'healthy'));
    await running.post(`/api/v1/models/${promptId}/check`);
    const line = await running.line(became(promptId, 'unhealthy'));
    expect(line).toMatchObject({ reason: 'server_error', detail: expect.stringContaining('first fault') });
    expect((await running.post(`/api/v1/models/${promptId}/pause`)).status).toBe(200);
    const paused = await running.line(became(promptId, 'unknown'));
    expect(paused).toMatchObject({ reason: 'paused' });
    expect(paused).not.toHaveProperty('detail');
  });
});
