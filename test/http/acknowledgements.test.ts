import { describe, expect, it } from '@jest/globals';
import type { Acknowledgement } from '../../src/domain/incident.js';
import { HttpError } from '../../src/http/http-error.js';
import type { Acknowledgements } from '../../src/http/port.js';
import type { StoredIncident } from '../../src/store/port.js';
import { noon, sampleHealth, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer } from './running-server.js';

const hour = 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();
const incident: StoredIncident = {
  ...{ id: 7, model: 'a', openedAt: noon - hour, closedAt: null, reason: 'timeout', blame: 'provider' },
  ...{ checksFailed: 3, lastDetail: null, notes: [], exclusions: [], acknowledged: null },
};
const ann: Acknowledgement = { at: noon, by: 'Ann <b>', note: null, until: null };

/** A server with an open incident of `a`, and what was asked of it. */
async function serve(of: Partial<StoredIncident> = {}, changes: Partial<Acknowledgements> = {}) {
  const said: unknown[][] = [];
  const known = { ...incident, ...of };
  const acknowledgements: Acknowledgements = {
    acknowledge(id, acknowledgement, address) {
      said.push([id, acknowledgement, address]);
      return Promise.resolve(id === 7 ? { ...known, acknowledged: { at: noon, ...acknowledgement } } : null);
    },
    takeBack(id, by, address) {
      said.push([id, by, address]);
      return Promise.resolve(id === 7 ? { ...known, acknowledged: null } : null);
    },
    ...changes,
  };
  const health = {
    ...sampleHealth(),
    incident: { ...incident, closedAt: null },
    ...{ state: 'unhealthy' as const, reason: 'timeout' as const, since: noon - hour },
  };
  const acknowledged = known.acknowledged && {
    ...known.acknowledged,
    ...{ incident: 7, openedAt: incident.openedAt },
  };
  const views = [sampleView('a', { health, acknowledged })];
  const server = await startServer(createFakeBackend({ views, incidents: [known] }, { acknowledgements }));
  const ask = (method: string, body?: unknown, path = '7/acknowledge') =>
    server.ask(`/api/v1/incidents/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const form = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    server.ask(`/incidents/${path}`, {
      method: 'POST',
      body: new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      redirect: 'manual',
    });
  return { ...server, said, api: ask, form };
}

describe('acknowledging an incident', () => {
  it('takes a name, a note and an end as a duration or a time', async () => {
    const { api, said } = await serve();
    const { status, json } = await api('POST', { by: ' Ann ', note: 'on it', until: '4h' });
    expect([status, json]).toMatchObject([
      200,
      { id: 7, acknowledged: { at: iso(noon), by: 'Ann', note: 'on it', until: iso(noon + 4 * hour) } },
    ]);
    await api('POST', { by: 'Ann', until: iso(noon + hour) });
    await api('POST', { by: 'Ann', until: (noon + hour) / 1_000 });
    await api('POST', { by: 'Ann', until: null });
    const of = (until: number | null) => [7, { by: 'Ann', note: null, until }, '127.0.0.1'];
    expect(said.slice(1)).toEqual([of(noon + hour), of(noon + hour), of(null)]);
  });

  it.each([
    ['no name', {}, 'by: must be text of 1 to 200 characters'],
    ['an end that is none', { by: 'A', until: 'noon' }, /^until: must be a duration such as 4h/],
    ['an end that is past', { by: 'A', until: '2020-01-01T00:00:00Z' }, 'until: must be in the future'],
    ['no time', { by: 'A', until: '0s' }, 'until: must be in the future'],
    ['an end that is years ahead', { by: 'A', until: '2y' }, 'until: must be at most 366 days ahead'],
    ['an unknown member', { by: 'A', at: 1 }, /^at: no such parameter/],
  ])('refuses %s', async (_what, body, message) => {
    const { api, said } = await serve();
    const { status, json } = await api('POST', body);
    expect(status).toBe(400);
    expect((json as { message: string }).message).toEqual(
      message instanceof RegExp ? expect.stringMatching(message) : message,
    );
    expect(said).toEqual([]);
  });

  it('is taken back by whom that says, or by the address', async () => {
    const { api, said } = await serve({ acknowledged: ann });
    expect(await api('DELETE')).toMatchObject({ status: 200, json: { id: 7, acknowledged: null } });
    await api('DELETE', undefined, '7/acknowledge?by=Bob');
    expect(said).toEqual([
      [7, '127.0.0.1', '127.0.0.1'],
      [7, 'Bob', '127.0.0.1'],
    ]);
  });

  it('answers 404 for an unknown incident and 409 for a closed one', async () => {
    const closed = (): Promise<never> =>
      Promise.reject(new HttpError(409, 'incident_closed', 'the incident is closed'));
    const { api } = await serve();
    for (const [method, body] of [['POST', { by: 'A' }], ['DELETE']] as const)
      expect(await api(method, body, '8/acknowledge')).toMatchObject({
        status: 404,
        json: { code: 'unknown_incident' },
      });
    const late = await serve({}, { acknowledge: closed, takeBack: closed });
    for (const [method, body] of [['POST', { by: 'A' }], ['DELETE']] as const)
      expect(await late.api(method, body)).toMatchObject({
        status: 409,
        json: { code: 'incident_closed' },
      });
  });

  it('shows in the model while it is in force', async () => {
    const { ask } = await serve({ acknowledged: { ...ann, until: noon + hour } });
    expect((await ask('/api/v1/models/a')).json).toMatchObject({
      acknowledged: { by: 'Ann <b>', until: iso(noon + hour), incident: 7 },
    });
    const over = await serve({ acknowledged: { ...ann, until: noon - 1 } });
    expect((await over.ask('/api/v1/models/a')).json).toMatchObject({ acknowledged: null });
    expect((await over.ask('/api/v1/incidents/7')).json).toMatchObject({
      acknowledged: { until: iso(noon - 1) },
    });
  });
});

describe('the page of an incident', () => {
  it('has forms that acknowledge, snooze and take back, and lead back', async () => {
    const { form, said } = await serve();
    const done = await form('7/acknowledge', { by: 'נועה', note: ' ', until: '1h' });
    expect([done.status, done.headers.get('location')]).toEqual([303, '/incidents/7#care']);
    await form('7/acknowledge', { by: 'Ann', note: 'on it' });
    const back = await form('7/acknowledge/delete', {});
    expect([back.status, back.headers.get('location')]).toEqual([303, '/incidents/7#care']);
    expect(said).toEqual([
      [7, { by: 'נועה', note: null, until: noon + hour }, '127.0.0.1'],
      [7, { by: 'Ann', note: 'on it', until: null }, '127.0.0.1'],
      [7, '127.0.0.1', '127.0.0.1'],
    ]);
  });

  it('shows the form again with what was typed and what is wrong', async () => {
    const { form, said } = await serve();
    for (const [fields, problem] of [
      [{ by: ' ', note: 'Ann <b>' }, 'Your name: must be text of 1 to 200 characters.'],
      [{ by: 'A', note: 'Ann <b>', until: '2020-01-01T00:00:00Z' }, 'until: must be in the future.'],
    ] as const) {
      const { status, text } = await form('7/acknowledge', fields);
      expect(status).toBe(400);
      expect(text).toContain(problem);
      expect(text).toContain('value="Ann &lt;b>"');
    }
    expect(said).toEqual([]);
    expect((await form('8/acknowledge', { by: 'A' })).status).toBe(404);
  });

  it('says who cares for it and until when, as do the lists', async () => {
    const { ask } = await serve({ acknowledged: { ...ann, note: '<i>', until: noon + hour } });
    const page = (await ask('/incidents/7')).text;
    expect(page).toContain('Snoozed by');
    expect(page).toContain('Ann &lt;b>');
    expect(page).toContain('&lt;i>');
    expect(page).toContain('action="/incidents/7/acknowledge/delete"');
    for (const path of ['/', '/incidents', '/models/a'])
      expect([path, (await ask(path)).text.includes('acknowledged by ')]).toEqual([path, true]);
    const over = await serve({ acknowledged: { ...ann, until: noon - 1 } });
    expect((await over.ask('/incidents/7')).text).toContain('Was snoozed by');
    for (const path of ['/', '/incidents', '/models/a'])
      expect([path, (await over.ask(path)).text.includes('acknowledged by ')]).toEqual([path, false]);
  });

  it('has none of it for a closed incident but the story', async () => {
    const { ask } = await serve({ acknowledged: ann, closedAt: noon - 1_000 });
    const { text } = await ask('/incidents/7');
    expect(text).not.toContain('/acknowledge"');
    expect(text).toContain(' acknowledged it');
  });

  it('takes no form of another origin', async () => {
    const { form, said } = await serve();
    const foreign = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' };
    for (const path of ['7/acknowledge', '7/acknowledge/delete'])
      expect((await form(path, { by: 'A' }, foreign)).status).toBe(403);
    expect(said).toEqual([]);
  });
});
