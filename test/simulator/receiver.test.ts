import { afterEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { systemClock } from '../../src/domain/clock.js';
import { createReceiver, type ReceiverOptions } from '../../src/simulator/receiver/receiver.js';
import type { RunningSimulator } from '../../src/simulator/simulator.js';
import { hostile } from '../notify/sample-message.js';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const running: RunningSimulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});

async function start(options: ReceiverOptions = {}) {
  const receiver = await createReceiver(options)!.listen(0, '127.0.0.1');
  running.push(receiver);
  const { url } = receiver;
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {
    url,
    post,
    slack: (text: string) => post('/slack', { text }),
    control: (channel: string, order: object) => post(`/_control/${channel}`, order),
    page: async (query = '') => (await fetch(`${url}/${query}`)).text(),
    async received(channel: string) {
      const response = await fetch(`${url}/_received?channel=${channel}`);
      return ((await response.json()) as { items: Item[] }).items;
    },
  };
}

interface Item {
  readonly id: string;
  readonly arrivals: number;
  readonly taken: number;
  readonly signature: string | null;
  readonly answers: readonly { readonly play: string; readonly isTaken: boolean }[];
  readonly reading: { readonly lines: readonly (readonly { readonly text: string }[])[] } | null;
  readonly body: string;
  readonly size: number;
}

const textsOf = (items: readonly Item[]): string[] =>
  items.map(({ reading }) => reading!.lines.flat()[0]!.text);

describe('the receiver of the simulator', () => {
  it.each([
    ['slack', '/slack/T0/B0/key', { text: 'x' }, 200],
    ['teams', '/teams', { attachments: [{ content: { type: 'AdaptiveCard', body: [] } }] }, 202],
    ['discord', '/discord', { content: 'x' }, 204],
    ['telegram', '/telegram/bot1:a/sendMessage', { text: 'x' }, 200],
    ['ntfy', '/ntfy', { topic: 't', message: 'x' }, 200],
    ['pagerduty', '/pagerduty/v2/enqueue', { event_action: 'resolve', dedup_key: 'k' }, 202],
    ['apprise', '/apprise/notify/key', { body: 'x' }, 200],
    ['webhook', '/webhook', { type: 't', data: { title: 'x' } }, 204],
    ['alertmanager', '/alertmanager', { version: '4', status: 'firing', alerts: [] }, 200],
  ])('takes what %s takes, and refuses what that does not', async (channel, path, body, status) => {
    const { post, received } = await start();
    expect((await post(path, body)).status).toBe(status);
    expect((await post(path, { other: 1 })).status).toBe(400);
    expect((await post(path, 'no JSON')).status).toBe(400);
    expect((await received(channel)).map(({ taken }) => taken)).toEqual([0, 0, 1]);
  });

  it('shows the newest first, and a repetition as one message with another attempt', async () => {
    // All within one millisecond.
    const { slack, received, page, post } = await start({ clock: { ...systemClock, wall: () => 1 } });
    for (const text of ['one', 'two', 'one']) await slack(text);
    const items = await received('slack');
    expect(textsOf(items)).toEqual(['one', 'two']);
    expect(items.map(({ arrivals }) => arrivals)).toEqual([2, 1]);
    const html = await page('?channel=slack');
    expect(html).toContain('Arrived 2 times with the same body: taken, taken');
    expect(html).toMatch(/one[\s\S]*two/);
    const body = { type: 't', data: { title: 'x' } };
    for (const at of ['1', '2'])
      await post('/webhook', { ...body, at }, { 'webhook-id': 'msg-1', 'webhook-timestamp': at });
    expect(await received('webhook')).toMatchObject([{ id: 'msg-1', arrivals: 2 }]);
    expect(await page()).toContain('with the same id');
  });

  it('fails as often as it is told, then takes messages again', async () => {
    const { control, slack, received } = await start();
    const order = { play: 'rate-limited-7s', times: 2 };
    expect(await (await control('slack', order)).json()).toEqual({ channel: 'slack', ...order });
    const answers = [await slack('x'), await slack('x'), await slack('x')];
    expect(answers.map(({ status }) => status)).toEqual([429, 429, 200]);
    expect(answers[0]!.headers.get('retry-after')).toBe('7');
    expect(await received('slack')).toMatchObject([{ arrivals: 3, taken: 1 }]);
    await control('all', { play: 'gone' });
    expect((await slack('y')).status).toBe(410);
    await control('slack', { play: 'healthy' });
    expect((await slack('y')).status).toBe(200);
  });

  it.each([
    ['error-500', 500, {}],
    ['redirect', 302, { location: 'http://169.254.169.254/latest/meta-data/' }],
  ])('answers as %s', async (play, status, headers) => {
    const { control, slack } = await start();
    await control('slack', { play });
    const response = await slack('x');
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject(headers);
  });

  it.each(['hang', 'huge', 'drip'])('as %s never ends an answer, and closes nevertheless', async (play) => {
    const { control, url } = await start();
    await control('slack', { play });
    const leaving = new AbortController();
    const asked = fetch(`${url}/slack`, {
      method: 'POST',
      body: JSON.stringify({ text: play }),
      signal: leaving.signal,
    }).then((response) => response.body!.getReader());
    if (play !== 'hang') await (await asked).read();
    leaving.abort();
    if (play === 'hang') await expect(asked).rejects.toThrow('aborted');
  });

  it.each(['reset', 'garbage'])('as %s gives no answer, and takes nothing', async (play) => {
    const { control, slack, received } = await start();
    await control('slack', { play });
    await expect(slack('x')).rejects.toThrow();
    expect(await received('slack')).toMatchObject([{ taken: 0, answers: [{ play }] }]);
  });

  it('as lost has the message, of which the sender does not know', async () => {
    const { control, slack, received } = await start();
    await control('slack', { play: 'lost', times: 1 });
    await expect(slack('x')).rejects.toThrow();
    expect((await slack('x')).status).toBe(200);
    expect(await received('slack')).toMatchObject([{ arrivals: 2, taken: 2 }]);
  });

  it('says what it can be told', async () => {
    const { control, post } = await start();
    for (const order of [{}, { play: 'odd' }, { play: 'slow-odd' }])
      expect(await (await control('slack', order)).text()).toContain(
        'rate-limited-30s: 429 with Retry-After',
      );
    for (const times of [0, -1, 1.5, 'x', 1e9])
      expect((await control('slack', { play: 'hang', times })).status).toBe(400);
    expect((await control('other', { play: 'hang' })).status).toBe(404);
    const form = await post('/_control/slack', 'play=error-500&times=', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect([form.status, form.headers.get('location')]).toEqual([303, '/?channel=slack']);
  });

  it('says whether a signature holds', async () => {
    const { post, received } = await start({ secret });
    const body = JSON.stringify({ type: 't', data: { title: 'x' } });
    const now = new Date();
    const headers = (id: string, key: string) => ({
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': new Webhook(key).sign(id, now, body),
    });
    await post('/webhook', body, headers('a', secret));
    await post('/webhook', body, headers('b', 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'));
    await post('/webhook', body);
    expect((await received('webhook')).map(({ signature }) => signature)).toEqual([
      'missing',
      'fails',
      'holds',
    ]);
    expect(createReceiver({ secret: 'whsec_' })).toBe(null);
  });

  it('keeps the newest 200 messages of a channel, and 64 KiB of each', async () => {
    const { slack, received } = await start();
    for (let index = 0; index < 205; index += 1) await slack(String(index));
    const items = await received('slack');
    expect([items.length, textsOf(items)[0], textsOf(items).at(-1)]).toEqual([200, '204', '5']);
    await slack('x'.repeat(300_000));
    const [longest] = await received('slack');
    expect([longest!.body.length, longest!.size]).toEqual([65_536, 300_011]);
    expect(JSON.stringify(longest!.reading).length).toBeLessThan(20_000);
    expect((await slack('x'.repeat(2_000_000))).status).toBe(413);
  });

  it('keeps a bounded part of each channel, however its messages are made', async () => {
    const { post, received } = await start();
    const long = 'x'.repeat(100_000);
    for (let index = 0; index < 40; index += 1) {
      const data = { title: `${index}`, text: [long], thread: long, link: `https://a.example/${long}` };
      await post('/webhook', { type: long, data });
    }
    const items = await received('webhook');
    expect(JSON.stringify(items).length).toBeLessThan(2_000_000);
    expect(textsOf(items)[0]).toBe('39');
    expect(items.length).toBeGreaterThan(5);
    await post('/discord', { content: 'a**'.repeat(10_000) });
    const [message] = await received('discord');
    expect(message!.reading!.lines.flat().length).toBeLessThanOrEqual(1_000);
  });

  it('answers what is no usual message or address', async () => {
    const { post, url } = await start();
    const odd = { version: '4', status: 'firing', alerts: [], groupLabels: { a: { toString: 1 } } };
    expect((await post('/alertmanager', odd)).status).toBe(200);
    expect((await fetch(`${url}//`)).status).toBe(404);
  });
});

describe('the page of the receiver', () => {
  it('shows hostile text as text, links only to pages, and allows nothing from elsewhere', async () => {
    const { post, url, page } = await start();
    const text = `<script>alert(1)</script>${hostile}`;
    await post('/ntfy', {
      topic: text,
      title: text,
      message: text,
      click: 'javascript:alert(1)',
      tags: [text],
    });
    await post('/webhook', { type: text, data: { title: text, link: 'https://a.example/"><script>' } });
    await post('/slack', { blocks: [{ text: { type: 'mrkdwn', text: '<javascript:alert(1)|x>' } }] });
    const html = await page();
    expect(html).toContain('&lt;script>alert(1)');
    expect([...html.matchAll(/<script[^>]*>/g)].map(([tag]) => tag)).toEqual([
      expect.stringMatching(/^<script src="\/assets\/page\.\w+\.js" type="module">$/),
    ]);
    expect(html).not.toContain('href="javascript:');
    expect(html).toContain('href="https://a.example/&quot;>&lt;script>"');
    expect(html).not.toContain('\u202e');
    const { headers } = await fetch(url);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*script-src 'self'/);
  });

  it('answers 304 until something changes, and tells open pages of that', async () => {
    const { url, slack } = await start();
    const first = await fetch(url);
    const etag = first.headers.get('etag')!;
    const again = () => fetch(url, { headers: { 'if-none-match': etag } });
    expect((await again()).status).toBe(304);
    const events = await fetch(`${url}/api/v1/events?kind=state`);
    const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toContain(': open');
    await slack('x');
    expect((await reader.read()).value).toContain('event: state');
    expect((await again()).status).toBe(200);
    await reader.cancel();
    for (const [, path] of (await first.text()).matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g))
      expect((await fetch(`${url}${path}`)).status).toBe(200);
  });

  it('obeys no page of another site, and shows that nothing', async () => {
    const { control, post, url } = await start();
    const foreign = { 'sec-fetch-site': 'cross-site' };
    expect((await post('/_control/slack', { play: 'gone' }, foreign)).status).toBe(403);
    expect((await post('/_clear', '', foreign)).status).toBe(403);
    expect((await fetch(url, { headers: foreign })).status).toBe(403);
    // Over plain http a browser sends no Sec-Fetch-Site.
    for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1:1'])
      expect((await post('/_clear', '', { origin })).status).toBe(403);
    expect((await post('/_clear', '', { origin: url })).status).toBe(303);
    expect((await control('slack', { play: 'gone' })).status).toBe(200);
  });

  it('forgets what it is told to forget', async () => {
    const { slack, post, received } = await start();
    await slack('x');
    expect((await post('/_clear', '')).status).toBe(303);
    expect(await received('slack')).toEqual([]);
  });
});
