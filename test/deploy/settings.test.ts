import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { capabilities } from '../../src/checker/ask/dialects.js';
import { loadConfig } from '../../src/config/read/load.js';
import { createFolder, start, startDaemon, type Running } from '../app/process.js';
import { composeFile, mountsOf, reachedAs } from './compose-file.js';
import { manifestOf } from './manifests.js';
import { inFull } from '../slow.js';

const folder = createFolder();
const running: Running[] = [];
afterEach(async () => {
  for (const { child } of running) child.kill('SIGTERM');
  await Promise.all(running.splice(0).map(({ ended }) => ended));
});
afterAll(() => folder.clean());

const token = join(folder.path, 'run/secrets/modelpulse_token');
const writeToken = (given?: string) =>
  execFileSync(process.execPath, ['deploy/compose/token.mjs', token], {
    env: given === undefined ? {} : { MODELPULSE_TOKEN: given },
  });
const compose = (name: string) => readFileSync(`deploy/compose/${name}.yaml`, 'utf8');
const moved = (text: string) => text.replaceAll('/run/secrets', `${folder.path}/run/secrets`);

describe('token of the services', () => {
  it('is generated once, is long, and can be set', () => {
    mkdirSync(dirname(token), { recursive: true });
    writeToken('');
    const first = readFileSync(token, 'utf8');
    expect(first).toMatch(/^[\w-]{32}$/);
    writeToken();
    expect(readFileSync(token, 'utf8')).toBe(first);
    writeToken('given-by-somebody');
    expect(readFileSync(token, 'utf8')).toBe('given-by-somebody');
    // Prometheus is another user.
    expect(statSync(token).mode & 0o444).toBe(0o444);
  });
});

describe('deployment configuration', () => {
  it.each(['modelpulse', 'demo'])('of the service is valid: deploy/compose/%s.yaml', async (name) => {
    mkdirSync(dirname(token), { recursive: true });
    writeToken('0123456789abcdef');
    const path = folder.write('modelpulse.yaml', moved(compose(name)));
    const { settings } = await loadConfig(path, {}, capabilities);
    expect(settings.models.length).toBeGreaterThan(0);
    expect(settings.storage.place).toMatchObject({ path: 'data/modelpulse.db' });
  });

  it.each([
    ['postgres', 'modelpulse-postgres', ''],
    ['fleet', 'modelpulse-fleet-1', '?search_path=fleet'],
  ])(
    'of the profile %s keeps the history in its database, and uses only variables that its service passes',
    async (profile, name, schema) => {
      mkdirSync(dirname(token), { recursive: true });
      writeToken('0123456789abcdef');
      const { environment } = composeFile.services[name]! as {
        environment: Record<string, string | null>;
      };
      // As Compose fills it in.
      const url = environment
        .DATABASE_URL!.replace('${DATABASE_URL:-', '')
        .replace('${POSTGRES_PASSWORD:-}', 'pw');
      const path = folder.write('postgres.yaml', moved(compose(profile)));
      const { settings } = await loadConfig(path, { DATABASE_URL: url.slice(0, -1) }, capabilities);
      expect(settings.storage.place).toEqual({
        kind: 'postgres',
        url: `postgres://modelpulse:pw@postgres/modelpulse${schema}`,
        preparedStatements: true,
        listenUrl: null,
      });
      const names = [...compose(profile).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
      expect(new Set(names)).toEqual(new Set(['DATABASE_URL', 'OPENAI_API_KEY']));
      expect(Object.keys(environment)).toEqual(expect.arrayContaining(names));
      expect(reachedAs(composeFile.services[name]!, 'postgres')).toEqual(['postgres']);
    },
  );

  it('of the service uses only variables that the service passes', () => {
    const { modelpulse } = composeFile.services;
    const names = [...compose('modelpulse').matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    expect(modelpulse!.environment).toEqual(['MODELPULSE_CONFIG=/etc/modelpulse/modelpulse.yaml', ...names]);
    expect(mountsOf(modelpulse!)).toContainEqual({
      source: './deploy/compose',
      target: '/etc/modelpulse',
      readOnly: true,
    });
  });

  it.each(['one', 'fleet'] as const)(
    'in the ConfigMap (%s) is valid with the Secret, and rejected with an empty one',
    async (way) => {
      const secrets = join(folder.path, 'run/secrets/modelpulse');
      mkdirSync(secrets, { recursive: true });
      const put = (values: Readonly<Record<string, string>>) => {
        for (const [name, value] of Object.entries(values)) writeFileSync(join(secrets, name), value);
      };
      const { stringData = {} } = manifestOf('Secret', way);
      const [[name, text]] = Object.entries(manifestOf('ConfigMap', way).data!) as [[string, string]];
      const path = folder.write(name, moved(text));
      put(stringData);
      const keys = way === 'fleet' ? ['server', 'storage'] : ['server'];
      for (const key of keys)
        await expect(loadConfig(path, stringData, capabilities)).rejects.toThrow(
          new RegExp(`${key}\\.(?:listen|bearer_token|url)`),
        );
      put(Object.fromEntries(Object.keys(stringData).map((key) => [key, '0123456789abcdef'])));
      const { settings } = await loadConfig(path, { DATABASE_URL: 'postgres://db/pulse' }, capabilities);
      expect(settings.storage.place.kind).toBe(way === 'fleet' ? 'postgres' : 'sqlite');
      expect(settings.models.map(({ id }) => id)).toEqual(['gpt']);
    },
  );
});

describe('demo', () => {
  inFull(
    'shows healthy, slow, unfunded, misspelt and unknown models',
    async () => {
      mkdirSync(dirname(token), { recursive: true });
      writeToken('0123456789abcdef');
      const simulator = start(['simulate', '--listen', '127.0.0.1:0'], {}, 'text');
      running.push(simulator);
      const { msg } = await simulator.line((line) => line.msg.includes('base_url'));
      const text = moved(compose('demo'))
        .replace('http://simulator:9465/v1', /base_url (\S+)/.exec(msg)![1]!)
        .replace('0.0.0.0:9464', '127.0.0.1:0');
      const path = folder.write('demo.yaml', `${text}\nstorage: { path: ${folder.path}/demo.db }\n`);
      const daemon = await startDaemon(path);
      running.push(daemon);
      const expected = {
        healthy: 'healthy',
        slow: 'degraded',
        'no-credit': 'unhealthy',
        misspelt: 'unhealthy',
      };
      for (const [model, state] of Object.entries(expected)) {
        await daemon.line(
          (line) => line.msg === 'state changed' && line.model === model && line.state === state,
        );
      }
      const answer = await fetch(`${daemon.url}/api/v1/models/keyless`, {
        headers: { authorization: 'Bearer 0123456789abcdef' },
      });
      expect(await answer.json()).toMatchObject({ state: 'unknown' });
    },
    60_000,
  );
});
