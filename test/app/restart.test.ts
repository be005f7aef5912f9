import { describe, expect, it } from '@jest/globals';
import { createUptimeRefresh } from '../../src/app/uptime-refresh.js';
import { start, workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';
import { became, promptId, useSite } from './registry.js';
import { inFull } from '../slow.js';

const site = useSite();
const place = workplace();
const createParts = useParts();
const minute = 60_000;

describe('after a restart', () => {
  inFull('checks a model soon if its last result was ended by a missed slot', async () => {
    const { model, configure, daemon, folder } = site();
    const every = (id: string): object => model(id, { schedule: { every: '24h' }, model: 'healthy' });
    // Ten, because one could be due soon by its phase alone.
    const ids = Array.from({ length: 10 }, (_, index) => `gpt-${index}`);
    const config = configure(ids.map(every));
    const store = place.open(`${folder.path}/pulse.db`);
    const parts = createParts(store);
    const then = Date.now() - 70 * minute;
    parts.clock.now = then - minute;
    const schedule = { kind: 'every', everyMs: 60 * minute } as const;
    await parts.roster.replace(
      ids.map((id) => modelNamed(id, { schedule })),
      parts.clock.now,
    );
    for (const id of ids) await parts.record(id, then);
    await store.close();
    const running = await daemon(config);
    const { items } = (await running.get('/api/v1/models')).json() as {
      items: { next_check: string; last_check: { slot: string } }[];
    };
    for (const { next_check, last_check } of items) {
      const checked = Date.parse(last_check.slot) > then;
      expect(checked || Date.parse(next_check) <= Date.now() + 10_000).toBe(true);
    }
  });

  inFull('confirms within moments that a model which was down is healthy after unknown time', async () => {
    const { model, configure, daemon } = site();
    const every = (name: string): object => model(promptId, { schedule: { every: '24h' }, model: name });
    const running = await daemon(configure([every('bad-key')]));
    await running.line(became(promptId, 'unhealthy'));
    expect((await running.post(`/api/v1/models/${promptId}/pause`)).status).toBe(200);
    await running.line(became(promptId, 'unknown'));
    configure([every('healthy')]);
    expect((await running.post('/-/reload')).status).toBe(200);
    expect((await running.post(`/api/v1/models/${promptId}/resume`)).status).toBe(200);
    await running.line(became(promptId, 'healthy'));
    const shown = running.lines
      .filter(({ msg, model: of }) => msg === 'state changed' && of === promptId)
      .map(({ state }) => state);
    // Unknown for two reasons: paused, then not watched.
    expect(shown).toEqual(['unhealthy', 'unknown', 'unknown', 'healthy']);
    const { items } = (await running.get(`/api/v1/models/${promptId}/timeline`)).json() as {
      items: { state: string }[];
    };
    expect(items.slice(-4).map(({ state }) => state)).toEqual(['unhealthy', 'unknown', 'unknown', 'healthy']);
  });

  it('reads the uptime of many models in the background, without waiting for their slots', async () => {
    const parts = createParts(place.fresh());
    const ids = Array.from({ length: 130 }, (_, index) => `gpt-${index}`);
    await parts.roster.replace(
      ids.map((id) => modelNamed(id)),
      start,
    );
    for (const id of ids) await parts.record(id, start + 1);
    parts.clock.now = start + minute;
    const store = place.fresh();
    const refresh = createUptimeRefresh(store, parts.clock);
    for (const tracked of parts.roster.all()) refresh.soon(tracked);
    const shown = (): number =>
      [...parts.roster.all()].filter(({ view }) => view.uptime['24h'].coverage !== null).length;
    expect(shown()).toBe(0);
    while (shown() < ids.length) await new Promise(setImmediate);
    refresh.stop();
  });

  inFull('does not answer an aborted check with the previous result', async () => {
    const { model, configure, daemon } = site();
    const config = configure([model('swaying', { model: 'healthy', schedule: { every: '24h' } })], {
      server: { listen: '127.0.0.1:0', shutdown_grace: '300ms' },
    });
    const running = await daemon(config);
    expect((await running.post('/api/v1/models/swaying/check')).status).toBe(200);
    configure([model('swaying', { model: 'hang', schedule: { every: '24h' }, timeout: '60s' })], {
      server: { listen: '127.0.0.1:0', shutdown_grace: '300ms' },
    });
    await running.post('/-/reload');
    const answer = running.post('/api/v1/models/swaying/check').then(
      ({ status }) => status,
      () => 503,
    );
    for (let text = ''; !/^modelpulse_checks_in_flight [1-9]/m.test(text);)
      ({ text } = await running.get('/metrics'));
    running.child.kill('SIGTERM');
    expect(await answer).toBe(503);
    expect(await running.ended).toBe(0);
  });

  inFull('completes a running check unchanged when the checker settings change', async () => {
    const { model, configure, daemon } = site();
    const models = [model('slow-800ms', { schedule: { every: '24h' } })];
    const running = await daemon(configure(models));
    const answer = running.post('/api/v1/models/slow-800ms/check');
    for (let text = ''; !/^modelpulse_checks_in_flight [1-9]/m.test(text);)
      ({ text } = await running.get('/metrics'));
    configure(models, { checker: { reuse_connections: true } });
    expect((await running.post('/-/reload')).status).toBe(200);
    expect((await answer).json()).toMatchObject({ outcome: 'healthy' });
    await running.line(became('slow-800ms', 'healthy'));
  });
});
