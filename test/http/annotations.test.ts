import { describe, expect, it } from '@jest/globals';
import type { Exclusion } from '../../src/domain/exclusion.js';
import type { Annotations } from '../../src/http/port.js';
import { noon, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer } from './running-server.js';

const hour = 3_600_000;
const time = 'must be an ISO 8601 time such as 2026-01-31T12:00:00Z, or Unix seconds, from 1970 to 2100';
const iso = (ms: number): string => new Date(ms).toISOString();
const exclusion: Exclusion = { id: 7, from: noon - hour, to: noon, reason: 'move', createdAt: noon };

function serve(changes: Partial<Annotations> = {}) {
  const annotations: Annotations = {
    note: () => Promise.resolve(null),
    exclude: (_model, { from, to, reason }) => Promise.resolve({ ...exclusion, from, to, reason }),
    include: (_model, id) => Promise.resolve(id === 7),
    ...changes,
  };
  const views = [sampleView('a', { exclusions: [exclusion] })];
  return startServer(createFakeBackend({ views }, { annotations }));
}

const sampleIncident = {
  model: 'a',
  openedAt: noon - hour,
  closedAt: null,
  reason: 'timeout',
  blame: 'provider',
  checksFailed: 3,
  lastDetail: null,
  acknowledged: null,
  exclusions: [],
} as const;
const post = (body: unknown): RequestInit => ({ method: 'POST', body: JSON.stringify(body) });

describe('incident notes', () => {
  it('are limited to 100 per incident', async () => {
    const notes = Array.from({ length: 100 }, () => ({ at: noon, author: null, text: 'again' }));
    const incident = { ...sampleIncident, id: 5, notes };
    const server = await startServer(createFakeBackend({ incidents: [incident] }));
    const { status, json } = await server.ask('/api/v1/incidents/5/notes', post({ text: 'one more' }));
    expect([status, json]).toEqual([
      409,
      { code: 'too_many_notes', message: 'an incident can have 100 notes' },
    ]);
  });
});

describe('exclusions', () => {
  it('accept times in all API formats', async () => {
    const { ask } = await serve();
    const made = await ask(
      '/api/v1/models/a/exclusions',
      post({ from: '2026-01-02T13:00:00+02:00', to: (noon + hour) / 1000, reason: ' move ' }),
    );
    expect([made.status, made.json]).toEqual([
      201,
      { id: 7, from: iso(noon - hour), to: iso(noon + hour), reason: 'move', created_at: iso(noon) },
    ]);
  });

  it('are listed and deleted', async () => {
    const { ask } = await serve();
    expect((await ask('/api/v1/models/a/exclusions')).json).toEqual({
      items: [{ id: 7, from: iso(noon - hour), to: iso(noon), reason: 'move', created_at: iso(noon) }],
    });
    const taken = await ask('/api/v1/models/a/exclusions/7', { method: 'DELETE' });
    expect([taken.status, taken.text]).toEqual([204, '']);
    expect((await ask('/api/v1/models/a/exclusions/8', { method: 'DELETE' })).status).toBe(404);
  });

  it.each([
    ['nothing', null, 'body: must be an object'],
    [
      'what is missing, all at once',
      {},
      `from: ${time}; to: ${time}; reason: must be text of 1 to 2000 characters`,
    ],
    [
      'what is no time',
      { from: true, to: 'noon', reason: 7 },
      `from: ${time}; to: ${time}; reason: must be text of 1 to 2000 characters`,
    ],
    ['a time below zero', { from: -1, to: 1, reason: 'x' }, `from: ${time}`],
    [
      'an unknown member',
      { from: 1, to: 2, reason: 'x', by: 'me' },
      'by: no such parameter; allowed are from, to, reason',
    ],
    ['an end before the beginning', { from: 2, to: 1, reason: 'x' }, 'from: must be before to'],
    [
      'too long a time',
      { from: 0, to: 367 * 86_400, reason: 'x' },
      'to: must be at most 366 days after from',
    ],
    ['an empty reason', { from: 1, to: 2, reason: '  ' }, 'reason: must be text of 1 to 2000 characters'],
  ])('are rejected for %s', async (_what, body, message) => {
    const { ask } = await serve();
    const { status, json } = await ask('/api/v1/models/a/exclusions', post(body));
    expect([status, json]).toEqual([400, { code: 'bad_query', message }]);
  });

  it('are rejected if the body is not JSON, and for unknown models', async () => {
    const { ask } = await serve();
    const broken = await ask('/api/v1/models/a/exclusions', { method: 'POST', body: '{' });
    expect([broken.status, broken.json]).toMatchObject([400, { code: 'bad_json' }]);
    const body = { from: 1, to: 2, reason: 'x' };
    expect((await ask('/api/v1/models/nobody/exclusions', post(body))).status).toBe(404);
  });
});

describe('annotations', () => {
  const writes = [
    ['POST', '/api/v1/models/a/exclusions'],
    ['DELETE', '/api/v1/models/a/exclusions/7'],
    ['POST', '/api/v1/incidents/5/notes'],
  ] as const;

  it.each(writes)('require the token: %s %s', async (method, path) => {
    const { ask } = await startServer(createFakeBackend(), {
      access: () => ({ token: 'secret', readTokens: [], publicBadges: false }),
    });
    expect((await ask(path, { method })).status).toBe(401);
  });

  it.each(writes)('are refused from a page of another origin: %s %s', async (method, path) => {
    const { ask } = await serve();
    const { status, json } = await ask(path, { method, headers: { 'sec-fetch-site': 'cross-site' } });
    expect([status, json]).toMatchObject([403, { code: 'other_origin' }]);
  });

  it('are limited in text length, and in the number of exclusions per model', async () => {
    const views = [
      sampleView('a', { exclusions: Array.from({ length: 1_000 }, (_, id) => ({ ...exclusion, id })) }),
    ];
    const { ask } = await startServer(createFakeBackend({ views }));
    const full = await ask('/api/v1/models/a/exclusions', post({ from: 1, to: 2, reason: 'x' }));
    expect([full.status, full.json]).toEqual([
      409,
      { code: 'too_many_exclusions', message: 'a model can have 1000 exclusions; take some back' },
    ]);
    const long = { text: 'x'.repeat(2_001), author: 'x'.repeat(201) };
    expect((await ask('/api/v1/incidents/5/notes', post(long))).json).toMatchObject({
      message: 'text: must be text of 1 to 2000 characters; author: must be text of 1 to 200 characters',
    });
    const fitting = { text: 'x'.repeat(2_000), author: 'x'.repeat(200) };
    expect((await ask('/api/v1/incidents/5/notes', post(fitting))).status).toBe(404);
  });
});

describe('incident notes', () => {
  it('are rejected for unknown incidents and invalid bodies', async () => {
    const { ask } = await serve();
    expect((await ask('/api/v1/incidents/5/notes', post({ text: 'x' }))).json).toMatchObject({
      code: 'unknown_incident',
    });
    expect((await ask('/api/v1/incidents/x/notes', post({ text: 'x' }))).status).toBe(400);
    const { json } = await ask('/api/v1/incidents/5/notes', post({ text: 'a\0b', author: '' }));
    expect(json).toEqual({
      code: 'bad_query',
      message: 'text: must be text of 1 to 2000 characters; author: must be text of 1 to 200 characters',
    });
  });

  it('return a retryable error if the store is unavailable', async () => {
    const { ask, reported } = await serve({ note: () => Promise.reject(new Error('disk is full')) });
    const { status, json } = await ask('/api/v1/incidents/5/notes', post({ text: 'x' }));
    expect([status, json]).toMatchObject([503, { code: 'not_stored' }]);
    expect(reported).toHaveLength(1);
  });
});
