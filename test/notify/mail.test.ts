import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { mailOf, sendMail } from '../../src/notify/mail.js';
import { command, createFolder } from '../app/process.js';
import { context, message, worst } from './sample-message.js';

const certificates = join(import.meta.dirname, '../checker/certificates');
const read = (name: string): string => readFileSync(join(certificates, name), 'utf8');
const folder = createFolder();
let server: SMTPServer | null = null;
afterEach(() => {
  server?.close();
  folder.clean();
});

it('is taken by a mail server with STARTTLS and a login, and says what it is', async () => {
  const mails: ParsedMail[] = [];
  const logins: (string | undefined)[] = [];
  server = new SMTPServer({
    key: read('valid.key'),
    cert: read('valid.pem'),
    authOptional: false,
    onAuth({ username, password }, session, done) {
      logins.push(`${username ?? ''} ${password ?? ''} ${String(session.secure)}`);
      done(null, { user: username });
    },
    onData(stream, _session, done) {
      void simpleParser(stream).then((mail) => {
        mails.push(mail);
        done();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  const config = folder.write('config.yaml', {
    notifications: {
      channels: {
        mail: {
          email: {
            smtp: `smtp://user:se%2Fcret@localhost:${port}`,
            from: 'a@example.com',
            to: ['b@example.com'],
          },
        },
        own: {
          email: {
            smtp: `smtp://user:se%2Fcret@localhost:${port}`,
            from: 'a@example.com',
            to: ['b@example.com'],
          },
          tls: { ca_file: join(certificates, 'authority.pem') },
        },
      },
    },
    models: [],
  });
  const environment = { NODE_EXTRA_CA_CERTS: join(certificates, 'authority.pem') };
  const done = await command(['notify', 'test', 'mail', '--config', config], environment);
  expect(done).toEqual({ code: 0, out: 'mail: sent\n', err: '' });
  expect(logins).toEqual(['user se/cret true']);
  expect(mails[0]?.subject).toBe('ℹ️ Test message of modelpulse: this channel works');
  expect(mails[0]?.from?.text).toBe('a@example.com');

  // Without the authority the server is not known, and nothing is sent in clear.
  const refused = await command(['notify', 'test', 'mail', '--config', config]);
  expect(refused.code).toBe(1);
  expect(refused.err).not.toContain('cret');
  expect(mails).toHaveLength(1);

  // Or with one of its own.
  expect(await command(['notify', 'test', 'own', '--config', config])).toEqual({
    ...{ code: 0, out: 'own: sent\n', err: '' },
  });
});

it('has no line of the header that comes from outside, and one thread for a group', () => {
  const target = { kind: 'email', smtp: 'smtp://x', from: 'a@example.com', to: ['b@example.com'] } as const;
  const mail = mailOf(worst, target, context);
  expect(mail.subject).not.toMatch(/[\r\n]/);
  expect(mail.subject.length).toBeLessThanOrEqual(200);
  expect(mailOf(message(), target, context)).toMatchObject({
    messageId: '<seed-1@example.com>',
    references: ['<seed-g1@example.com>'],
  });
});

const mailTo = (port: number, ...to: string[]) =>
  ({ kind: 'email', smtp: `smtp://127.0.0.1:${port}`, from: 'a@example.com', to }) as const;
const never = new AbortController().signal;

it('that is taken for some of the receivers is sent, so that these do not get it again', async () => {
  server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo({ address }, _session, done) {
      done(address.startsWith('gone') ? new Error('no such user') : null);
    },
    onData(stream, _session, done) {
      stream.resume().on('end', () => done());
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  const send = (...to: string[]) =>
    sendMail(message(), mailTo(port, ...to), context, { timeoutMs: 10_000, signal: never, tls: {} });
  expect(await send('b@example.com', 'gone@example.com')).toBe('the server refuses 1 of the 2 receivers');
  expect(await send('b@example.com')).toBeNull();
  await expect(send('gone@example.com')).rejects.toThrow('no such user');
});

it('has its time, however often the server sends a line', async () => {
  const slow = createServer((socket) => {
    socket.write('220 ready\r\n');
    const more = setInterval(() => socket.write('250-wait\r\n'), 20);
    socket.on('error', () => undefined).on('close', () => clearInterval(more));
  });
  slow.listen(0, '127.0.0.1');
  await once(slow, 'listening');
  const { port } = slow.address() as AddressInfo;
  const sending = sendMail(message(), mailTo(port, 'b@example.com'), context, {
    timeoutMs: 500,
    signal: never,
    tls: {},
  });
  await expect(sending).rejects.toThrow(/./);
  slow.close();
  await once(slow, 'close');
});
