import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { mailOf } from '../../src/notify/mail.js';
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
