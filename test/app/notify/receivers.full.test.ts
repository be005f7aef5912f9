import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { promptId, series, useSite } from '../registry.js';
import { accept, createReceiver } from './receiver.js';

const site = useSite();

describe('a receiver', () => {
  it('that hangs, sends without an end, redirects or is gone holds up neither checks nor other channels', async () => {
    let isGone = true;
    let read = 0;
    const receiver = createReceiver((response, { path }) => {
      switch (path) {
        case '/hangs':
          return;
        case '/endless': {
          response.writeHead(500);
          const { socket } = response;
          const more = setInterval(() => response.write(Buffer.alloc(65_536)), 1);
          response.on('close', () => {
            clearInterval(more);
            read = socket?.bytesWritten ?? 0;
          });
          return;
        }
        case '/drips': {
          response.writeHead(200);
          const more = setInterval(() => response.write('.'), 50);
          response.on('close', () => clearInterval(more));
          return;
        }
        case '/headers': {
          const { socket } = response;
          socket?.write('HTTP/1.1 200 OK\r\n');
          const more = setInterval(() => socket?.write(`x-more: ${'x'.repeat(1_000)}\r\n`), 1);
          socket?.on('error', () => undefined).on('close', () => clearInterval(more));
          return;
        }
        case '/redirects':
          response.writeHead(302, { location: '/stolen' }).end();
          return;
        case '/metadata':
          response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
          return;
        case '/gone':
          response.writeHead(isGone ? 410 : 200).end();
          return;
        case '/fails':
          response.writeHead(500).end('x'.repeat(1_000_000));
          return;
        case '/busy':
          response.writeHead(429, { 'retry-after': '3600' }).end();
          return;
        default:
          accept(response);
      }
    });
    const { port } = await site().serve(receiver.listener);
    const hostile = [
      'hangs',
      'endless',
      'drips',
      'headers',
      'redirects',
      'metadata',
      'gone',
      'busy',
      'fails',
    ];
    const names = [...hostile, 'good'];
    const channels = Object.fromEntries(
      names.map((name) => [name, { webhook: { url: `http://127.0.0.1:${port}/${name}` } }]),
    );
    const notifications = { channels, group: { wait: '0s' } };
    const config = site().configure([site().model('bad-key', { id: promptId })], { notifications });
    const daemon = await site().daemon(config);
    for (const name of names) await receiver.until(({ path }) => path === `/${name}`);
    await daemon.line(({ channel, reason }) => channel === 'redirects' && reason === 'HTTP 302');
    await daemon.line(({ channel, reason }) => channel === 'metadata' && reason === 'HTTP 307');
    await daemon.line(({ channel, reason }) => channel === 'endless' && reason === 'HTTP 500');
    // The reply is read up to its bound of 2 MiB; the rest is what the system holds of a connection.
    while (read === 0) await pause(20);
    expect(read).toBeLessThan(20 * 2 ** 20);
    await daemon.line(({ channel, reason }) => channel === 'headers' && reason !== undefined);
    await daemon.line(({ channel, reason }) => channel === 'fails' && reason === 'HTTP 500');
    await daemon.line(({ msg }) => msg.startsWith('receiver answers 410'));
    await daemon.line(({ channel, reason }) => channel === 'busy' && reason === 'HTTP 429');
    const { items } = (await daemon.get('/api/v1/notifications?channel=busy')).json() as {
      items: { next_attempt_at: string; created_at: string }[];
    };
    const waits = Date.parse(items[0]!.next_attempt_at) - Date.parse(items[0]!.created_at);
    expect(waits).toBeGreaterThanOrEqual(3_600_000);
    const { text } = await daemon.get('/metrics');
    expect(series(text, 'modelpulse_notifications_sent_total{channel="good"}')).toBe(1);
    expect(series(text, 'modelpulse_notifications_pending{channel="hangs"}')).toBe(1);
    expect(series(text, 'process_resident_memory_bytes')).toBeLessThan(400 * 2 ** 20);
    const late = /modelpulse_scheduler_delay_seconds_bucket\{le="0.5"\} (\d+)/.exec(text)?.[1];
    expect(late).toBe(/modelpulse_scheduler_delay_seconds_count (\d+)/.exec(text)?.[1]);

    // A reload lets the one that was gone be tried again.
    isGone = false;
    const before = receiver.received.filter(({ path }) => path === '/gone').length;
    expect((await daemon.post('/-/reload')).status).toBe(200);
    await receiver.until(
      ({ path }) =>
        path === '/gone' && receiver.received.filter((one) => one.path === '/gone').length > before,
    );
    expect(receiver.received.map(({ path }) => path)).not.toContain('/stolen');
  });
});
