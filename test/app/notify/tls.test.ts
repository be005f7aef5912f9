import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { listenHttps, type Listening } from '../../checker/server.js';
import { command, createFolder } from '../process.js';
import { accept, createReceiver } from './receiver.js';

const certificates = join(import.meta.dirname, '../../checker/certificates');
const file = (name: string): string => join(certificates, name);
const folder = createFolder();
let listening: Listening | null = null;
afterEach(async () => {
  await listening?.close();
  folder.clean();
});

it('a channel trusts its authority, and shows its certificate to a receiver that asks for one', async () => {
  const receiver = createReceiver(accept);
  listening = await listenHttps(
    {
      key: readFileSync(file('valid.key')),
      cert: readFileSync(file('valid.pem')),
      ca: readFileSync(file('authority.pem')),
      requestCert: true,
      rejectUnauthorized: true,
    },
    receiver.listener,
  );
  const slack = { url: `https://localhost:${listening.port}/hook` };
  const identity = { cert_file: file('client.pem'), key_file: file('client.key') };
  const config = folder.write('config.yaml', {
    notifications: {
      channels: {
        both: { slack, tls: { ca_file: file('authority.pem'), ...identity } },
        nameless: { slack, tls: { ca_file: file('authority.pem') } },
        trustless: { slack, tls: identity },
      },
    },
    models: [],
  });
  const test = (channel: string) => command(['notify', 'test', channel, '--config', config]);
  expect(await test('both')).toEqual({ code: 0, out: 'both: sent\n', err: '' });
  expect(await test('nameless')).toMatchObject({ code: 1, err: expect.stringContaining('certificate') });
  expect(await test('trustless')).toMatchObject({ code: 1, err: expect.stringContaining('certificate') });
  expect(receiver.received).toHaveLength(1);
});
