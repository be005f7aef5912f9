import { fileURLToPath } from 'node:url';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { superPassword, withServer } from '../store/postgres/server.js';
import { command, start } from './process.js';
import { useSite } from './registry.js';
import { inFull } from '../slow.js';

const file = (name: string): string =>
  fileURLToPath(new URL(`../checker/certificates/${name}`, import.meta.url));
const authority = file('authority.pem');

withServer(
  'the daemon on PostgreSQL over TLS',
  (server) => {
    const site = useSite();

    /** A configuration whose password is in a file, escaped as a URL needs it. */
    function configured(more: Readonly<Record<string, string>>, host = 'localhost'): string {
      const { configure, folder, model } = site();
      const secret = join(folder.path, 'password');
      writeFileSync(secret, `${encodeURIComponent(superPassword)}\n`);
      const parameters = new URLSearchParams({ sslmode: 'verify-full', ...more }).toString();
      const url = `postgres://postgres:\${file:${secret}}@${host}:${server().port!}/postgres?${parameters}`;
      return configure([model('healthy')], { storage: { url } });
    }
    const client = { sslcert: file('client.pem'), sslkey: file('client.key') };

    /** What a start that fails at once says. */
    async function refusal(config: string): Promise<string> {
      const running = start(['run', '--config', config]);
      expect(await running.ended).toBe(1);
      const said = running.errors();
      expect(said).toMatch(/^cannot use the database at postgres@localhost:\d+\/postgres: .+\n$/);
      for (const secret of [superPassword, encodeURIComponent(superPassword)])
        expect(said + JSON.stringify(running.lines)).not.toContain(secret);
      return said;
    }

    it('connects with the authority, a certificate of its own and a password from a file', async () => {
      const { daemon } = site();
      const config = configured({ sslrootcert: authority, ...client });
      const running = await daemon(config);
      expect((await running.get('/readyz')).status).toBe(200);
      const connections = `SELECT DISTINCT ssl, client_dn FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'modelpulse'`;
      expect(await server().sql('postgres', connections)).toBe('t|/CN=client\n');
      running.child.kill('SIGTERM');
      expect(await running.ended).toBe(0);
      const { out } = await command(['config', '--config', config]);
      expect(out).toContain('postgres://postgres:***@localhost');
      for (const secret of [superPassword, encodeURIComponent(superPassword)])
        expect(out + JSON.stringify(running.lines) + running.errors()).not.toContain(secret);
    }, 30_000);

    inFull(
      'ends at once, and says which part of the address is wrong',
      async () => {
        expect(await refusal(configured({ sslrootcert: file('until-2090.pem'), ...client }))).toContain(
          'no authority that is trusted has signed its certificate: sslrootcert in "storage.url" must name',
        );
        expect(await refusal(configured(client))).toContain('sslrootcert in "storage.url" must name');
        expect(await refusal(configured({ sslrootcert: '/nowhere/ca.pem', ...client }))).toMatch(
          /a file that sslrootcert, sslcert or sslkey in "storage.url" names cannot be read: ENOENT.*'\/nowhere\/ca.pem'/,
        );
        expect(
          await refusal(configured({ sslrootcert: authority, ...client, sslkey: file('valid.key') })),
        ).toContain('check sslcert and sslkey in "storage.url"');
        expect(await refusal(configured({ sslrootcert: authority }))).toContain('client certificate');
      },
      60_000,
    );
  },
  { tls: { cert: file('valid.pem'), key: file('valid.key'), authority } },
);
