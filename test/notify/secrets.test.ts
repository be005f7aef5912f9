import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { createDeliver } from '../../src/app/notify/deliver.js';
import { systemClock } from '../../src/domain/clock.js';
import type { Channel, ChannelTarget } from '../../src/domain/notify/channel.js';
import { message } from './sample-message.js';

const password = 'pass-w0rd/+secret';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const channelTo = (target: ChannelTarget): Channel => ({
  ...{ name: 'one', target, timezone: 'UTC', tls: { insecure: false }, proxy: null },
});

async function errorOf(channel: Channel): Promise<string> {
  const deliver = createDeliver({ clock: systemClock, version: '1', publicUrl: () => null });
  const outcome = await deliver.deliver(channel, message(), new AbortController().signal);
  deliver.close();
  return outcome.kind === 'failed' ? outcome.error : outcome.kind;
}

describe('an error', () => {
  it('of a mail server has no form of the password, whatever it repeats', async () => {
    // Repeats what it is sent, as servers do that do not understand a line.
    const server = createServer((socket) => {
      socket.write('220 ready\r\n');
      socket
        .on('error', () => undefined)
        .on('data', (chunk: Buffer) => {
          const line = chunk.toString().trim();
          if (line.startsWith('EHLO')) socket.write('250-there\r\n250 AUTH LOGIN PLAIN\r\n');
          else if (line === 'AUTH LOGIN') socket.write('334 VXNlcm5hbWU6\r\n');
          else {
            const heard = [
              line,
              base64(password),
              base64(`\0user\0${password}`),
              base64(`user:${password}`),
              password,
            ];
            socket.write(`535 not understood: ${heard.join(' and ')}\r\n`);
          }
        });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const smtp = `smtp://user:${encodeURIComponent(password)}@127.0.0.1:${port}`;
    const error = await errorOf(
      channelTo({ kind: 'email', smtp, from: 'a@example.com', to: ['b@example.com'] }),
    );
    server.close();
    expect(error).toContain('not understood');
    for (const secret of [
      password,
      base64(password),
      base64(`\0user\0${password}`),
      base64(`user:${password}`),
    ])
      expect(error).not.toContain(secret.replace(/=+$/, ''));
  });

  it('of a proxy has none of its password', async () => {
    const channel = channelTo({
      kind: 'slack',
      url: 'https://hooks.example.com/services/T0/B0/0123456789abcdef',
    });
    const proxy = `http://user:${encodeURIComponent(password)}@127.0.0.1:1`;
    const error = await errorOf({ ...channel, proxy });
    expect(error).toMatch(/proxy|refused/i);
    expect(error).not.toMatch(/pass-w0rd|0123456789abcdef/);
  });
});
