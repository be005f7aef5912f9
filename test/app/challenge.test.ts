import { expect, it } from '@jest/globals';
import { promptId, useSite } from './registry.js';

const site = useSite();

it('a model behind a cache is degraded, and a caller of the health API gets the constant question', async () => {
  const { configure, daemon, model } = site();
  const hourly = { schedule: { every: '24h' } };
  const config = configure([model('cached', hourly), model('healthy', { ...hourly, id: promptId })], {
    health_api: { enabled: true, api_keys: ['caller'] },
  });
  const running = await daemon(config);
  const checkNow = async (id: string) =>
    (await running.post(`/api/v1/models/${id}/check`)).json() as Record<string, unknown>;
  expect(await checkNow('cached')).toMatchObject({
    reason: 'ok',
    usage: { input_tokens: expect.any(Number) },
  });
  expect(await checkNow('cached')).toMatchObject({
    outcome: 'degraded',
    reason: 'cached_answer',
    blame: 'config',
    detail: expect.stringMatching(/^the answer to an earlier question, ".+"$/),
  });
  const { json } = await running.get('/api/v1/models/cached');
  expect(json()).toMatchObject({ state: 'degraded', reason: 'cached_answer' });
  const { text } = await running.get('/metrics');
  expect(text).toContain(
    'modelpulse_model_status_info{model="cached",reason="cached_answer",blame="config"} 1',
  );

  expect(await checkNow(promptId)).toMatchObject({ reason: 'ok', outcome: 'healthy' });
  const asked = await fetch(`${running.url}/redteam/v3/model/model-health`, {
    method: 'POST',
    headers: { apikey: 'caller', 'x-enkrypt-model': promptId },
  });
  expect(await asked.json()).toMatchObject({
    status: 'healthy',
    data: { query: 'What is the capital of India?', response: 'The capital of India is New Delhi.' },
  });
});
