import { describe, expect, it } from '@jest/globals';
import { slotOf } from '../../src/domain/time.js';
import type { Backend } from '../../src/http/port.js';
import type { MessageQuery, StoredMessage } from '../../src/store/outbox-port.js';
import type { StoredIncident } from '../../src/store/port.js';
import { excluded, noon, sampleModel, sampleResult, sampleView } from '../metrics/sample-view.js';
import { member, message } from '../notify/sample-message.js';
import { createFakeBackend, type FakeData } from './fake-backend.js';
import { startServer } from './running-server.js';

const minute = 60_000;
const hour = 60 * minute;
const opened = noon - 2 * hour;
const incident: StoredIncident = {
  id: 7,
  model: 'a',
  openedAt: opened,
  closedAt: opened + 10 * minute,
  reason: 'server_error',
  blame: 'provider',
  checksFailed: 10,
  lastDetail: '<img src=x onerror=alert(1)> \u202eoops',
  notes: [{ at: opened + 5 * minute, author: 'Ann <b>', text: 'They <i>know</i>' }],
  acknowledged: null,
  exclusions: [{ ...excluded(opened, opened + 4 * minute), reason: 'agreed <u>' }],
};
const failure = (slot: number, changes = {}) =>
  sampleResult({
    slot: slotOf(slot),
    outcome: 'unhealthy',
    reason: 'server_error',
    httpStatus: 500,
    ...changes,
  });
const results = [
  ...[12, 11, 10].map((at) => sampleResult({ slot: slotOf(opened + at * minute) })),
  ...[9, 8, 7].map((at) => failure(opened + at * minute, { reason: 'gateway_error', httpStatus: 502 })),
  ...[6, 5, 4, 3, 2, 1, 0].map((at) => failure(opened + at * minute)),
];
const data: Partial<FakeData> = {
  views: [
    sampleView('a', {
      exclusions: incident.exclusions,
      model: sampleModel('a', { labels: { team: 'x' }, slo: 0.9 }),
    }),
  ],
  incidents: [incident],
  results,
  points: [
    { from: noon - 24 * hour, state: 'healthy', reason: 'ok' },
    { from: opened, state: 'unhealthy', reason: 'server_error' },
    { from: opened + 10 * minute, state: 'healthy', reason: 'ok' },
  ],
};
const serve = (changes: Partial<FakeData> = {}, backend: Partial<Backend> = {}) =>
  startServer(createFakeBackend({ ...data, ...changes }, backend));
const page = async (path: string, changes: Partial<FakeData> = {}) =>
  (await (await serve(changes)).ask(path)).text;

describe('the page of incidents', () => {
  it('lists those of a month with what was noted and excluded', async () => {
    const text = await page('/incidents');
    expect(text).toContain('<h1 id="head" data-part="head">No incident is open.</h1>');
    expect(text).toContain('January 2026 <small>1 incident</small>');
    expect(text).toContain('href="/incidents/7"');
    expect(text).toContain('Provider error');
    expect(text).toContain('1 note');
    expect(text).toContain('4 min excluded');
    expect(text).toContain('10 min');
    expect(text).not.toContain('<img');
    expect(text).toContain('U+202E');
  });

  it('filters by model, blame, state and label', async () => {
    const shown = async (query: string) =>
      (await page(`/incidents?${query}`)).includes('href="/incidents/7"');
    for (const query of ['model=a', 'blame=provider', 'open=false', 'label=team:x'])
      expect([query, await shown(query)]).toEqual([query, true]);
    for (const query of ['model=b', 'blame=account', 'open=true', 'label=team:y', 'month=2025-12'])
      expect([query, await shown(query)]).toEqual([query, false]);
    expect(await page('/incidents?blame=account')).toContain('No incident of January 2026 matches Account.');
  });

  it('leads to the newest earlier month with an incident, and to the next', async () => {
    const old = { ...incident, id: 3, openedAt: Date.UTC(2025, 7, 9), closedAt: Date.UTC(2025, 7, 9, 1) };
    const incidents = [incident, old];
    expect(await page('/incidents', { incidents })).toContain(
      '<a href="/incidents?month=2025-08">Earlier: August 2025</a>',
    );
    const august = await page('/incidents?month=2025-08', { incidents });
    expect(august).toContain('href="/incidents/3"');
    expect(august).toContain('Later: September 2025');
    expect(august).not.toContain('Earlier:');
  });

  it('has pages of 100 within a month', async () => {
    const incidents = Array.from({ length: 150 }, (_, index) => ({
      ...incident,
      id: 150 - index,
      notes: [],
    }));
    const first = await page('/incidents', { incidents });
    expect(first).toContain('the newest 100');
    const next = `/incidents?after=${incident.openedAt}.51`;
    expect(first).toContain(`href="${next}"`);
    const second = await page(next, { incidents });
    expect(second).toContain('50 incidents on this page');
    expect(second).not.toContain('More of January 2026');
  });

  it('calls an incident of a model that left the registry ended, not open', async () => {
    const text = await page('/incidents', { incidents: [{ ...incident, model: 'gone', closedAt: null }] });
    expect(text).toContain('until it left the registry');
    expect(text).not.toContain('no end yet');
  });
});

describe('the page of one incident', () => {
  it('tells what opened it, how the reason changed, and what ended it', async () => {
    const text = await page('/incidents/7');
    expect(text).toContain('Incident 7: Provider error</h1>');
    expect(text).toContain(', HTTP 500: the first failure. The incident is dated back to it.');
    expect(text).toContain('by the next check, failure 2 in a row: incident 7 opens.');
    expect(text).toContain('<bdi>Gateway error</bdi></b>, HTTP 502, for 3 checks.');
    expect(text).toContain('incident 7 closes, dated back to the first success.');
    expect(text).toContain('Healthy to 10:00, maintenance to 10:04, unhealthy to 10:10, healthy after');
    expect(text).toContain('agreed &lt;u>');
    expect(text).toContain('They &lt;i>know&lt;/i>');
    expect(text).not.toMatch(/<img|<i>know/);
  });

  it('shows its figures: time, excluded time, checks and what it used of the budget', async () => {
    const text = await page('/incidents/7');
    expect(text).toContain('<dd>10 min</dd>');
    expect(text).toContain('<dd>6 min</dd><dd class="sub">4 min excluded</dd>');
    // 6 min of the tenth of 24 h.
    expect(text).toMatch(
      /Error budget used<\/dt><dd>4\.\d\d %<\/dd><dd class="sub">of \d+ h \d+ min in January 2026</,
    );
  });

  it('lists others of the same reason or provider at that time', async () => {
    const other = { ...incident, id: 6, model: 'b', exclusions: [], notes: [] };
    const later = { ...other, id: 8, openedAt: noon - hour, closedAt: null };
    const alike = await page('/incidents/7', { incidents: [later, incident, other] });
    expect(alike).toContain('At the same time <small>with the same reason or provider</small>');
    expect(alike).toContain('href="/incidents/6"');
    expect(alike).not.toContain('href="/incidents/8"');
    expect(
      await page('/incidents/7', { incidents: [incident, { ...other, reason: 'timeout' }] }),
    ).not.toContain('href="/incidents/6"');
  });

  it('says which channels were told of it, and how that ended', async () => {
    const told = (
      id: string,
      changes: Partial<StoredMessage> = {},
      about = member({ model: 'a', since: opened }),
    ) => {
      const times = { createdAt: opened, nextAt: opened, endedAt: opened + minute };
      const body = message({ kind: 'update', members: [member({ model: 'z' }), about] });
      const channel = { place: 1, id, channel: id, thread: 't', attempts: 1, lastError: 'secret' };
      return { ...channel, ...times, state: 'sent' as const, body, ...changes };
    };
    const all = [
      told('team'),
      told('mail', { state: 'pending', endedAt: null, attempts: 3 }),
      told('oncall', { state: 'dead', attempts: 10, endedAt: opened + 2 * minute }),
      told('another-time', {}, member({ model: 'a', since: opened - hour })),
      told('another-state', {}, member({ model: 'a', since: opened, what: 'degraded' })),
    ];
    const asked: unknown[] = [];
    const list = (query: MessageQuery) => {
      asked.push(query.about);
      return Promise.resolve(all);
    };
    const kindOf = (name: string) => (name === 'team' ? 'slack' : null);
    const backend = { notifications: { list, kindOf, replay: () => Promise.resolve(null) } };
    const { text } = await (await serve({}, backend)).ask('/incidents/7');
    const [, section = ''] = /Who was told<\/h2>(.*?)<\/section>/.exec(text) ?? [];
    const lines = [...section.matchAll(/<li>(.*?)<\/li>/g)].map(([, line = '']) =>
      line.replace(/<[^>]+>/g, ''),
    );
    expect(lines).toEqual([
      '10:00:00Still to tell mail: update, 3 attempts',
      '10:01:00Told team (slack): update',
      '10:02:00Gave up telling oncall: update, 10 attempts',
    ]);
    expect(text).not.toContain('secret');
    expect(asked).toEqual([opened, opened + 10 * minute].map((from) => ({ model: 'a', from })));
    expect(await page('/incidents/7')).not.toContain('Who was told');
  });

  it('has many checks in pages', async () => {
    const end = opened + 120 * minute;
    const many = Array.from({ length: 120 }, (_, index) => failure(end - (index + 1) * minute));
    const incidents = [{ ...incident, closedAt: null }];
    const text = await page('/incidents/7', { results: many, incidents });
    const [, before] = /\/incidents\/7\?before=(\d+)#checks/.exec(text)!;
    expect(Number(before)).toBe(end - 50 * minute);
    expect(await page(`/incidents/7?before=${before!}`, { results: many, incidents })).toContain(
      'Newest checks',
    );
  });

  it('of no incident is a page with 404', async () => {
    const { ask } = await serve();
    for (const id of ['8', 'x', '99999999999999999999', '%00']) {
      const { status, headers, text } = await ask(`/incidents/${id}`);
      expect([id, status, headers.get('content-type')]).toEqual([id, 404, 'text/html; charset=utf-8']);
      expect(text).toContain('There is no such incident.');
    }
  });
});
