import { describe, expect, it } from '@jest/globals';
import { HttpError } from '../../src/http/http-error.js';
import type { Backend } from '../../src/http/port.js';
import type { ModelView } from '../../src/domain/view.js';
import type { StoredIncident } from '../../src/store/port.js';
import { slotOf } from '../../src/domain/time.js';
import { failing, noon, sampleModel, sampleResult, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend, type FakeData } from './fake-backend.js';
import { startServer } from './running-server.js';

const hour = 3_600_000;
const hostile = '<script>alert(1)</script>\u202e';

const incident: StoredIncident = {
  id: 214,
  model: 'a',
  openedAt: noon - 600_000,
  closedAt: null,
  reason: 'server_error',
  blame: 'provider',
  checksFailed: 10,
  lastDetail: 'HTTP 500',
  notes: [{ at: noon - 60_000, author: 'on-call', text: `Ticket ${hostile}` }],
  exclusions: [],
  acknowledged: null,
};

const points: FakeData['points'] = [
  { from: noon - 24 * hour, state: 'healthy', reason: 'ok' },
  { from: noon - 600_000, state: 'unhealthy', reason: 'server_error' },
];

function serve(view: Partial<ModelView> = {}, data: Partial<FakeData> = {}, changes: Partial<Backend> = {}) {
  return startServer(createFakeBackend({ views: [sampleView('a', view)], points, ...data }, changes));
}

const down: Partial<ModelView> = {
  health: failing('HTTP 500'),
  model: sampleModel('a', { slo: 0.99, labels: { team: 'search' } }),
  latest: sampleResult({ outcome: 'unhealthy', reason: 'server_error', detail: `HTTP 500 ${hostile}` }),
};

describe('page of a model', () => {
  it('says what is the matter, who has to act and what to do', async () => {
    const { ask } = await serve(down, { incidents: [incident] });
    const { status, text, headers } = await ask('/models/a');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toContain('<title>Unhealthy · a</title>');
    expect(text).toContain('Unhealthy for 10 min. OpenAI failed inside.');
    expect(text).toContain('<b>Send traffic elsewhere</b>');
    expect(text).toContain('<a href="/incidents/214">Incident 214</a> opened at ');
    expect(text).toContain('Next check in 1 s.');
    expect(text.match(/<h1/g)).toHaveLength(1);
  });

  it('shows text from outside as text, and nothing inline', async () => {
    const { ask } = await serve(down, {
      incidents: [incident],
      results: [sampleResult({ response: hostile })],
    });
    const { text, headers } = await ask('/models/a');
    expect(text).not.toContain('<script>alert');
    expect(text).not.toContain('\u202e');
    expect(text).toContain('<span class="ctl">U+202E</span>');
    expect(text).not.toMatch(/ style=| on[a-z]+=/);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('is one line where the model is well', async () => {
    const { ask } = await serve();
    const { text } = await ask('/models/a');
    expect(text).toContain('Healthy for 1 h.');
    expect(text).not.toContain('class="now');
  });

  it('has the figures of the API, with coverage', async () => {
    const { ask } = await serve(down);
    const { text } = await ask('/models/a');
    expect(text).toContain('<dd>99.90 %</dd><dd class="sub">100 % watched</dd>');
    expect(text).toContain('<dt>90 d</dt><dd>–</dd><dd class="sub">≈ 0.4 % watched</dd>');
    expect(text).toContain('at 99 %');
  });

  it('zooms by its address, and lists the states of the window', async () => {
    const { ask } = await serve(down);
    const { text } = await ask('/models/a?from=2026-01-02T11:00Z&to=2026-01-02T12:00Z');
    expect(text).toContain('2 Jan 11:00 to 12:00 UTC');
    expect(text).toContain('unhealthy 10 min, healthy 50 min');
    expect(text).toContain('href="/models/a?from=2026-01-02T11%3A50Z&amp;to=2026-01-02T12%3A00Z#tl"');
    expect(text).toContain('href="/models/a?window=7d#tl"');
  });

  it('pages through results, also those that are not healthy only', async () => {
    const results = Array.from({ length: 60 }, (_, index) => {
      const slot = slotOf(noon - index * 60_000);
      return index % 2 === 0
        ? sampleResult({ slot })
        : sampleResult({ slot, outcome: 'unknown', reason: 'internal_error' });
    });
    const { ask } = await serve({}, { results });
    const rows = (text: string) => text.match(/<td role="cell" class="t">/g)?.length;
    const first = (await ask('/models/a')).text;
    expect(rows(first)).toBe(25);
    expect(first).toContain(`before=${noon - 24 * 60_000}`);
    expect(rows((await ask(`/models/a?before=${noon - 49 * 60_000}`)).text)).toBe(10);
    const unwell = (await ask('/models/a?checks=not-healthy')).text;
    expect(rows(unwell)).toBe(25);
    expect(unwell).not.toContain('Right answer</td>');
    expect(unwell).toContain(`checks=not-healthy&amp;before=${noon - 49 * 60_000}`);
  });

  it('shows the state while the history cannot be read', async () => {
    const fails = () => Promise.reject(new HttpError(503, 'busy', 'try again soon'));
    const { ask } = await serve(down, {}, { readLong: fails });
    const { status, text } = await ask('/models/a');
    expect(status).toBe(200);
    expect(text).toContain('Unhealthy for 10 min.');
    expect(text).toContain('The history cannot be read now');
  });

  it('is 404 for an unknown model, with the name that may be meant', async () => {
    const views = ['gpt-4o', 'claude'].map((id) => sampleView(id));
    const { ask } = await startServer(createFakeBackend({ views }));
    const { status, text } = await ask('/models/gtp-4o');
    expect(status).toBe(404);
    expect(text).toContain('<a href="/models/gpt-4o"><bdi>gpt-4o</bdi></a> meant?');
    expect((await ask(`/models/${encodeURIComponent('<b>')}`)).text).not.toContain('<b>.');
  });

  it('needs the token', async () => {
    const backend = createFakeBackend({ views: [sampleView('a')] });
    const { ask } = await startServer(backend, {
      access: () => ({ token: 'secret-token', readTokens: [], publicBadges: false }),
    });
    expect((await ask('/models/a')).status).toBe(401);
  });
});
