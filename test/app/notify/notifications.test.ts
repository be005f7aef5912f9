import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { command } from '../process.js';
import { promptId, series, useSite } from '../registry.js';
import { accept, createReceiver, type Received } from './receiver.js';
import { inFull } from '../../slow.js';

const site = useSite();
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const other = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

/** Everything at once, to these channels. */
const prompt = (channels: object, more: object = {}): object => ({
  notifications: { channels, group: { wait: '0s', update_every: '1s' }, ...more },
});

const isKind = (kind: string) => (request: { json: () => { data: { kind: string } } }) =>
  request.json().data.kind === kind;

describe('a daemon with notifications', () => {
  it('tells an incident and its end, signed with both secrets, and lists what it sent', async () => {
    const receiver = createReceiver(accept);
    const url = `http://127.0.0.1:${(await site().serve(receiver.listener)).port}`;
    const config = (play: string): string =>
      site().configure(
        [site().model(play, { id: promptId, labels: { tier: 'gold' } })],
        prompt({ hook: { webhook: { url: `${url}/secretpath`, secret: [secret, other] } } }),
      );
    const daemon = await site().daemon(config('bad-key'));
    const problem = await receiver.until(isKind('problem'));
    for (const key of [secret, other])
      expect(new Webhook(key).verify(problem.text, problem.headers as Record<string, string>)).toEqual(
        problem.json(),
      );
    expect(problem.json().data).toMatchObject({
      title: expect.stringMatching(/^mini is unhealthy since .* UTC: auth_failed \(account\)$/),
      members: [{ model: promptId, state: 'unhealthy', reason: 'auth_failed', labels: { tier: 'gold' } }],
    });
    config('healthy');
    expect((await daemon.post('/-/reload')).status).toBe(200);
    const resolved = await receiver.until(isKind('resolved'));
    expect(resolved.json().data.thread).toBe(problem.json().data.thread);

    const sent = async () =>
      (await daemon.get('/api/v1/notifications?state=sent')).json() as {
        items: { id: string; kind: string }[];
      };
    while ((await sent()).items.length < 2) await pause(50);
    expect((await sent()).items.map(({ kind }) => kind)).toEqual(['resolved', 'problem']);
    const incident = (await daemon.get('/incidents/1')).text;
    for (const kind of ['problem', 'resolved'])
      expect(incident).toContain(`Told <b>hook</b> (webhook): ${kind}`);
    const metrics = (await daemon.get('/metrics')).text;
    expect(series(metrics, 'modelpulse_notifications_sent_total{channel="hook"}')).toBe(2);
    expect(series(metrics, 'modelpulse_notifications_pending{channel="hook"}')).toBe(0);

    const { id } = problem.json().data;
    expect((await daemon.post(`/api/v1/notifications/${id}/replay`)).status).toBe(200);
    const again = (request: Received): boolean => request.headers['webhook-id'] === id && request !== problem;
    expect((await receiver.until(again)).json().data).toMatchObject({
      ...{ thread: problem.json().data.thread, kind: 'passed', open: 0, ended: 1 },
      title: expect.stringMatching(/^Sent again: mini was unhealthy for .*: auth_failed \(account\), until /),
    });
    const shown = JSON.stringify(daemon.lines) + (await daemon.get('/api/v1/notifications')).text;
    expect(shown).not.toMatch(/secretpath|whsec_/);
    for (const file of ['pulse.db', 'pulse.db-wal'])
      expect(readFileSync(`${site().folder.path}/${file}`, 'latin1')).not.toMatch(/secretpath|whsec_/);
  });

  inFull('goes on under the new id of a model that is renamed while it is down', async () => {
    const receiver = createReceiver(accept);
    const url = `http://127.0.0.1:${(await site().serve(receiver.listener)).port}`;
    const config = (play: string, model: object): string =>
      site().configure([site().model(play, model)], prompt({ hook: { webhook: { url } } }));
    const daemon = await site().daemon(config('bad-key', { id: promptId }));
    await receiver.until(isKind('problem'));
    config('bad-key', { id: 'large', rename_from: promptId });
    expect((await daemon.post('/-/reload')).status).toBe(200);
    expect((await receiver.until(isKind('update'))).json().data.title).toMatch(/^large is unhealthy since /);
    config('healthy', { id: 'large', rename_from: promptId });
    expect((await daemon.post('/-/reload')).status).toBe(200);
    expect((await receiver.until(isKind('resolved'))).json().data.title).toMatch(/^large is no longer /);
  });

  inFull('tells the end that came while there was no section', async () => {
    const receiver = createReceiver(accept);
    const url = `http://127.0.0.1:${(await site().serve(receiver.listener)).port}`;
    const config = (play: string, more: object): string =>
      site().configure([site().model(play, { id: promptId })], more);
    const section = prompt({ hook: { webhook: { url } } });
    const daemon = await site().daemon(config('bad-key', section));
    const problem = await receiver.until(isKind('problem'));
    config('healthy', {});
    expect((await daemon.post('/-/reload')).status).toBe(200);
    await daemon.line(({ msg, state }) => msg === 'state changed' && state === 'healthy');
    config('healthy', section);
    expect((await daemon.post('/-/reload')).status).toBe(200);
    const resolved = await receiver.until(isKind('resolved'));
    expect(resolved.json().data.thread).toBe(problem.json().data.thread);
  });

  it('loads nothing of it without the section', async () => {
    const daemon = await site().daemon(site().configure([site().model('bad-key', { id: promptId })]));
    await daemon.line(({ msg }) => msg === 'state changed');
    expect((await daemon.get('/api/v1/notifications')).json()).toEqual({ items: [], next_cursor: null });
    expect((await daemon.get('/metrics')).text).not.toContain('modelpulse_notifications');
  });
});

describe('modelpulse notify', () => {
  it('sends a sample, and says why it cannot without a secret', async () => {
    const receiver = createReceiver((response, { path }) => {
      response.writeHead(path === '/good' ? 200 : 500).end('secretanswer');
    });
    const url = `http://127.0.0.1:${(await site().serve(receiver.listener)).port}`;
    const config = site().configure(
      [],
      prompt({ good: { slack: { url: `${url}/good` } }, bad: { slack: { url: `${url}/secretpath` } } }),
    );
    const test = (channel: string) => command(['notify', 'test', channel, '--config', config]);
    expect(await test('good')).toEqual({ code: 0, out: 'good: sent\n', err: '' });
    expect(JSON.parse(receiver.received[0]!.text)).toMatchObject({
      text: 'Test message of modelpulse: this channel works',
    });
    expect(await test('bad')).toEqual({ code: 1, out: '', err: 'bad: HTTP 500\n' });
    expect(await test('none')).toMatchObject({ code: 2, err: expect.stringContaining('there is good, bad') });
  });

  it('resolves the incident at PagerDuty that its sample opens', async () => {
    const receiver = createReceiver(accept);
    const url = `http://127.0.0.1:${(await site().serve(receiver.listener)).port}`;
    const pagerduty = { routing_key: 'secretrouting', api_url: url };
    const config = site().configure([], prompt({ oncall: { pagerduty } }));
    expect(await command(['notify', 'test', 'oncall', '--config', config])).toEqual({
      ...{ code: 0, out: 'oncall: sent, as an incident that is resolved at once\n', err: '' },
    });
    const events = receiver.received.map(({ text }) => JSON.parse(text) as Record<string, unknown>);
    expect(events.map((event) => event.event_action)).toEqual(['trigger', 'resolve']);
    expect(new Set(events.map((event) => event.dedup_key)).size).toBe(1);
  });

  inFull('lists what failed, page by page', async () => {
    const receiver = createReceiver((response) => void response.writeHead(500).end());
    const url = `http://127.0.0.1:${(await site().serve(receiver.listener)).port}`;
    const config = site().configure(
      [site().model('bad-key', { id: promptId })],
      prompt({ one: { slack: { url: `${url}/1` } }, two: { slack: { url: `${url}/2` } } }),
    );
    const daemon = await site().daemon(config);
    for (const name of ['one', 'two'])
      await daemon.line(({ channel, msg }) => channel === name && msg.startsWith('notification failed'));
    const page = async (query: string) =>
      (await daemon.get(`/api/v1/notifications?failed=true&limit=1${query}`)).json() as {
        items: { channel: string }[];
        next_cursor: string | null;
      };
    while ((await page('')).next_cursor === null) await pause(50);
    const first = await page('');
    const second = await page(`&cursor=${first.next_cursor}`);
    expect([...first.items, ...second.items].map(({ channel }) => channel).toSorted()).toEqual([
      'one',
      'two',
    ]);
    expect(second.next_cursor).toBeNull();
  });

  it('previews what the policy would have sent for the stored history', async () => {
    const config = site().configure(
      [site().model('bad-key', { id: promptId })],
      prompt({ team: { slack: { url: 'http://127.0.0.1:1/' } } }),
    );
    const daemon = await site().daemon(config);
    await daemon.line(({ msg }) => msg === 'state changed');
    const { code, out } = await command(['notify', 'preview', '--since', '1h', '--json', '--config', config]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([
      { channel: 'team', messages: [{ kind: 'problem', title: expect.stringContaining('auth_failed') }] },
    ]);
  });
});
