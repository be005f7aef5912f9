import { describe, expect, it } from '@jest/globals';
import { became, promptId, series, useSite } from './registry.js';
import { inFull } from '../slow.js';

const site = useSite();

describe('the daemon', () => {
  it('tells healthy from unhealthy models and reports who is to blame', async () => {
    const { model, configure, daemon } = site();
    const running = await daemon(configure([model('healthy'), model('bad-key'), model('reasoning')]));
    const line = await running.line(became('bad-key', 'unhealthy'));
    expect(line).toMatchObject({ reason: 'auth_failed', blame: 'account', was: 'unknown' });
    await running.line(became('healthy', 'healthy'));
    await running.line(became('reasoning', 'healthy'));

    const { text } = await running.get('/metrics');
    expect(series(text, 'modelpulse_model_up{model="healthy"}')).toBe(1);
    expect(series(text, 'modelpulse_model_up{model="bad-key"}')).toBe(0);
    expect(text).toContain(
      'modelpulse_model_status_info{model="bad-key",reason="auth_failed",blame="account"} 1',
    );
    expect(text).toContain('modelpulse_model_status_info{model="reasoning",reason="output_truncated"');

    const { items } = (await running.get('/api/v1/models?state=unhealthy')).json() as { items: object[] };
    expect(items).toMatchObject([
      { id: 'bad-key', state: 'unhealthy', reason: 'auth_failed', blame: 'account' },
    ]);
    const incidents = (await running.get('/api/v1/incidents')).json() as { items: object[] };
    expect(incidents.items).toMatchObject([{ model: 'bad-key', closed_at: null, reason: 'auth_failed' }]);
  });

  inFull(
    'confirms a failure by a recheck before the next slot and dates the state back to the failure',
    async () => {
      const { model, configure, daemon } = site();
      const running = await daemon(configure([model('quota', { id: promptId, schedule: { every: '24h' } })]));
      await running.line(became(promptId, 'unhealthy'));
      const { items } = (await running.get(`/api/v1/models/${promptId}/checks`)).json() as {
        items: { slot: string; recheck: boolean }[];
      };
      expect(items.map(({ recheck }) => recheck)).toEqual([true, false]);
      const timeline = (await running.get(`/api/v1/models/${promptId}/timeline`)).json() as {
        items: { from: string }[];
      };
      expect(timeline.items.at(-1)).toMatchObject({ from: items[1]!.slot, to: null, state: 'unhealthy' });
    },
  );

  it('checks on request and answers with the recorded result', async () => {
    const { model, configure, daemon } = site();
    const running = await daemon(configure([model('healthy', { schedule: { every: '24h' } })]));
    const { status, json } = await running.post('/api/v1/models/healthy/check');
    expect(status).toBe(200);
    expect(json()).toMatchObject({ model: 'healthy', outcome: 'healthy', reason: 'ok', http_status: 200 });
    const checks = (await running.get('/api/v1/models/healthy/checks')).json() as {
      items: { slot: string }[];
    };
    expect(checks.items).toContainEqual(expect.objectContaining({ slot: (json() as { slot: string }).slot }));
  });

  inFull('logs JSON lines, one per state change, and none per routine check', async () => {
    const { model, configure, daemon } = site();
    const running = await daemon(configure([model('healthy')]));
    await running.line(became('healthy', 'healthy'));
    await running.post('/api/v1/models/healthy/check');
    await running.post('/api/v1/models/healthy/check');
    // A busy machine may hold the monitor up, which it says.
    const lines = running.lines.filter(({ msg }) => !msg.startsWith('the monitor was stalled'));
    expect(lines.map(({ msg }) => msg)).toEqual(['started', 'state changed']);
    expect(lines[0]).toMatchObject({ models: 1, mode: 'builtin' });
  });

  inFull('never writes its keys to any output', async () => {
    const { model, configure, daemon, folder } = site();
    const running = await daemon(configure([model('bad-key'), model('healthy')]));
    await running.line(became('bad-key', 'unhealthy'));
    const pages = ['/metrics', '/api/v1/models', '/api/v1/models/bad-key/checks', '/api/v1/incidents'];
    const texts = await Promise.all(pages.map(async (path) => (await running.get(path)).text));
    const { readFile } = await import('node:fs/promises');
    for (const name of ['pulse.db', 'pulse.db-wal'])
      texts.push(await readFile(`${folder.path}/${name}`, 'latin1'));
    const cmdline = await readFile(`/proc/${running.child.pid}/cmdline`, 'utf8').catch(() => '');
    for (const text of [...texts, JSON.stringify(running.lines), running.errors(), cmdline]) {
      expect(text).not.toContain('0123456789abcdef');
    }
  });

  inFull('checks through a remote health API in remote mode', async () => {
    const { configure, daemon, serve } = site();
    const asked: unknown[] = [];
    const { port } = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        asked.push({ url: request.url, key: request.headers.apikey, body: JSON.parse(body) as unknown });
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({
            status: 'healthy',
            message: 'Model health check completed successfully',
            data: { query: 'What is the capital of India?', response: 'The capital of India is New Delhi.' },
            error: 'Error while checking model health',
          }),
        );
      });
    });
    const seed = {
      testing_for: 'foundationModels',
      model_name: 'mistralai/Mixtral-8x7B-Instruct-v0.1',
      model_config: { model_provider: 'together', apikeys: ['xxxxx'] },
    };
    const running = await daemon(
      configure([{ id: 'mixtral', endpoint_configuration: seed }], {
        defaults: { schedule: { every: '1s' } },
        checker: { mode: 'remote' },
        remote: { url: `http://127.0.0.1:${port}`, api_key: 'remote-key' },
      }),
    );
    await running.line(became('mixtral', 'healthy'));
    expect(asked[0]).toMatchObject({
      url: '/redteam/v3/model-health',
      key: 'remote-key',
      body: { endpoint_configuration: { model_name: 'mistralai/Mixtral-8x7B-Instruct-v0.1' } },
    });
  });
});
