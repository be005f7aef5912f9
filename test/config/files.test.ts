import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { jsonSchema } from '../../src/config/schema/json-schema.js';
import { loadConfig } from '../../src/config/read/load.js';
import { modelMatcher } from '../../src/config/maintenance.js';
import { capabilities, directoryOf, load, problemsOf } from './loading.js';

const packaged = fileURLToPath(new URL('../../config', import.meta.url));
const openai = (id: string) => `{ id: ${id}, provider: openai, model: m, api_key: k }`;
const ids = async (path: string) =>
  (await loadConfig(path, {}, capabilities)).settings.models.map(({ id }) => id);

describe('included files', () => {
  it('are read once each, in order, and never include the main file', async () => {
    const directory = await directoryOf({
      'main.yaml': `include: ["*.yaml", "models.d/**/*.yaml", models.d/one.yaml, more.json]\nmodels: [${openai('main')}]`,
      'beside.yaml': `models: [${openai('beside')}]`,
      'more.json': '{\n\t"models": [\n\t\t{"id": "more", "provider": "openai", "model": "m"}\n\t]\n}',
      'models.d/two.yaml': `models: [${openai('two')}]`,
      'models.d/one.yaml': `models: [${openai('one')}]`,
      'models.d/deep/three.yaml': `models: [${openai('three')}]`,
    });
    const path = join(directory, 'main.yaml');
    expect(await ids(path)).toEqual(['main', 'beside', 'three', 'one', 'two', 'more']);
    const { files } = await loadConfig(path, {}, capabilities);
    expect(files).toEqual(
      expect.arrayContaining(
        ['', 'models.d', 'models.d/deep', 'more.json'].map((name) => join(directory, name)),
      ),
    );
  });

  it('change the fingerprint when they change, are added or are swapped by a symlink', async () => {
    const directory = await directoryOf({
      'main.yaml': 'include: models.d/*.yaml\n',
      'old/a.yaml': `models: [${openai('a')}]`,
      'models.d/b.yaml': `models: [${openai('b')}]`,
    });
    const path = join(directory, 'main.yaml');
    const fingerprint = async () => (await loadConfig(path, {}, capabilities)).fingerprint;
    const seen = new Set([await fingerprint()]);
    await symlink('../old/a.yaml', join(directory, 'models.d/a.yaml'));
    expect(await ids(path)).toEqual(['a', 'b']);
    seen.add(await fingerprint());
    await writeFile(join(directory, 'old/a.yaml'), `models: [${openai('c')}]`);
    seen.add(await fingerprint());
    expect(seen.size).toBe(3);
  });
});

describe('certificate file', () => {
  it('is resolved relative to the file that names it, and watched', async () => {
    const directory = await directoryOf({
      'main.yaml': `defaults: { tls: { ca_file: ca.pem } }\nmodels: [${openai('a')}]`,
      'ca.pem': 'certificate',
    });
    const { settings, files } = await loadConfig(join(directory, 'main.yaml'), {}, capabilities);
    expect(settings.models[0]?.endpoint.tls.caFile).toBe(join(directory, 'ca.pem'));
    expect(files).toContain(join(directory, 'ca.pem'));
  });
});

describe('YAML anchors', () => {
  it('can be merged, and errors have the location of the value', async () => {
    const directory = await directoryOf({
      'main.yaml': `models:\n  - &base { id: a, provider: openai, model: m, timeout: 5s }\n  - { <<: *base, id: b }\n`,
      'bad.yaml': `models:\n  - &base { id: a, provider: openai, model: m, timeout: 5 }\n  - { <<: *base, id: b }\n`,
    });
    expect(await ids(join(directory, 'main.yaml'))).toEqual(['a', 'b']);
    expect(await problemsOf(join(directory, 'bad.yaml'), {}, directory)).toEqual([
      expect.stringMatching(/^bad.yaml:2:57: models\[0\].timeout: /),
      expect.stringMatching(/^bad.yaml:2:57: models\[1\].timeout: /),
    ]);
  });
});

describe('configuration sections', () => {
  it('can all be omitted', async () => {
    const { settings, warnings } = await load('models: []');
    expect(warnings).toEqual([]);
    expect(settings).toEqual({
      generation: null,
      server: {
        host: '127.0.0.1',
        port: 9464,
        bearerToken: null,
        readTokens: [],
        publicBadges: false,
        insecurePublic: false,
        allowedHosts: [],
        publicUrl: null,
        grafanaUrl: null,
        runbookUrl: null,
        alertLabels: [],
        shutdownGraceMs: 5_000,
      },
      storage: {
        place: { kind: 'sqlite', path: 'data/modelpulse.db', onCorrupt: 'move' },
        retention: { checksMs: 2_592e6, failuresMs: 7_776e6, hoursMs: 34_560e6, daysMs: 157_680e6 },
      },
      checker: { mode: 'builtin', concurrency: 64, perHost: 16, reuseConnections: false },
      remote: null,
      healthApi: { enabled: false, apiKeys: [], allowHosts: [], allowPrivate: false, ratePerMin: 600 },
      connectivity: null,
      metrics: { windows: ['24h', '7d', '30d', '90d'], providerUptime: false, histograms: true },
      maintenance: [],
      mcp: { checkNow: false },
      otlp: null,
      statusPages: [],
      up: {
        isPublic: false,
        unknown: 'last',
        maintenance: 'down',
        paused: 'last',
        degradedWeight: 50,
        agent: null,
      },
      notifications: null,
      vendorStatus: null,
      models: [],
    });
  });

  it.each([
    ['127.9.9.9:0', '127.9.9.9', 0],
    ['localhost:80', 'localhost', 80],
    ['[::1]:9464', '::1', 9464],
  ])('can listen on %s without a token', async (listen, host, port) => {
    expect((await load(`server: { listen: "${listen}" }\nmodels: []`)).settings.server).toMatchObject({
      host,
      port,
    });
  });

  it.each(['bearer_token: t', 'insecure_public: true'])(
    'can listen on any address with %s',
    async (permit) => {
      const { settings } = await load(`server: { listen: ":9464", ${permit} }\nmodels: []`);
      expect(settings.server.host).toBe('0.0.0.0');
    },
  );

  it.each([
    ['read_tokens: [r]', 'read_tokens: needs "server.bearer_token": without it no route asks for a token'],
    [
      'bearer_token: t, read_tokens: [r, t]',
      'read_tokens[1]: is the "server.bearer_token", which may do everything',
    ],
  ])('reject %s', async (tokens, message) => {
    await expect(load(`server: { ${tokens} }\nmodels: []`)).rejects.toThrow(`server.${message}`);
  });

  it.each([
    ['agent: { listen: "9465" }', 'must be an address and a port, such as 127.0.0.1:9465 or [::1]:9465'],
    ['agent: { listen: "127.0.0.1:9464" }', 'is the address of "server.listen"'],
    [
      'agent: { listen: ":9465" }',
      '0.0.0.0 can be reached from outside, and the agent asks for no token: set "up.access: public"',
    ],
  ])('reject up: %s', async (up, message) => {
    await expect(load(`up: { ${up} }\nmodels: []`)).rejects.toThrow(`up.agent.listen: ${message}`);
    await expect(
      load('up: { access: public, agent: { listen: ":9465" } }\nmodels: []'),
    ).resolves.toBeDefined();
  });

  it('ignore empty read tokens', async () => {
    const { settings } = await load('server: { bearer_token: t, read_tokens: [r, ""] }\nmodels: []');
    expect(settings.server).toMatchObject({ readTokens: ['r'], publicBadges: false });
    await expect(load('server: { read_tokens: [""] }\nmodels: []')).resolves.toBeDefined();
  });

  it('set no links and labels of alerts by default', async () => {
    const none = { publicUrl: null, grafanaUrl: null, runbookUrl: null, alertLabels: [] };
    expect((await load('models: []')).settings.server).toMatchObject(none);
    const text = `server:
  public_url: https://pulse.example.com/below//
  grafana_url: https://grafana.example.com/d/modelpulse/
  runbook_url: https://wiki.example.com/alerts
  alert_labels: [team, env, team]
models: []`;
    const { settings, effective } = await load(text);
    expect((await load(JSON.stringify(effective()))).settings.server).toEqual(settings.server);
    expect(settings.server).toMatchObject({
      publicUrl: 'https://pulse.example.com/below',
      grafanaUrl: 'https://grafana.example.com/d/modelpulse',
      runbookUrl: 'https://wiki.example.com/alerts',
      alertLabels: ['team', 'env'],
    });
  });

  it('match models by patterns in maintenance, and warn if none matches', async () => {
    const rule = { models: ['gpt-*', 'exact'] };
    expect(['gpt-4.1', 'exact', 'my-gpt-4', 'exactly'].map((id) => modelMatcher(rule)(id))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(modelMatcher({ models: ['*'] })('.hidden:x@y')).toBe(true);
    const { warnings } = await load(
      `maintenance: [{ cron: "0 2 * * 0", duration: 2h, models: ["claude-*"] }]\nmodels: [${openai('gpt')}]`,
    );
    expect(warnings).toEqual([expect.stringMatching(/:1:\d+: maintenance\[0\]\.models: match no model$/)]);
  });

  it('accept one-time maintenance in the time zone of the time, or else of the rule', async () => {
    const of = async (rule: string) => {
      const text = `maintenance: [{ ${rule}, models: [gpt], reason: a move }]\nmodels: [${openai('gpt')}]`;
      const { settings, effective } = await load(text);
      const again = await load(JSON.stringify(effective()));
      expect(again.settings.maintenance).toEqual(settings.maintenance);
      const [window] = settings.maintenance;
      expect(window).toMatchObject({ kind: 'fixed', models: ['gpt'], reason: 'a move' });
      return window?.kind === 'fixed' ? [window.from, window.to].map((ms) => new Date(ms).toISOString()) : [];
    };
    const utc = ['2026-12-01T22:00:00.000Z', '2026-12-02T01:30:00.000Z'];
    expect(await of('from: 2026-12-01T22:00:00Z, to: 2026-12-02T03:30+02:00')).toEqual(utc);
    expect(await of('from: 2026-12-01T22:00, to: 2026-12-02T01:30')).toEqual(utc);
    const berlin = 'timezone: Europe/Berlin';
    expect(await of(`from: 2026-12-01T23:00, to: 2026-12-02T02:30:00, ${berlin}`)).toEqual(utc);
    // The clocks skip 02:00 to 03:00, and show 02:00 to 03:00 twice.
    expect(await of(`from: 2026-03-29T02:30, to: 2026-03-29T03:30, ${berlin}`)).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-29T01:30:00.000Z',
    ]);
    expect(await of(`from: 2026-10-25T02:30, to: 2026-10-25T03:30, ${berlin}`)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T02:30:00.000Z',
    ]);
  });
});

describe('packaged configurations', () => {
  const names = ['modelpulse.yaml', 'demo.yaml'];

  it.each(names)('%s loads without any variables', async (name) => {
    const { settings, effective } = await loadConfig(join(packaged, name), {}, capabilities);
    expect(settings.models.length).toBeGreaterThan(0);
    // Addresses of channels are masked as a whole.
    const again = await load(JSON.stringify({ ...(effective() as object), notifications: undefined }));
    expect(again.settings.models.map(({ id }) => id)).toEqual(settings.models.map(({ id }) => id));
  });

  it('contain the generated JSON Schema (npx modelpulse schema > config/modelpulse.schema.json)', async () => {
    const committed = await readFile(join(packaged, 'modelpulse.schema.json'), 'utf8');
    expect(committed).toBe(`${JSON.stringify(jsonSchema(), null, 2)}\n`);
  });

  it('and the seed request body match the schema, and invalid ones do not', async () => {
    const valid = new Ajv({ strict: false, unicodeRegExp: true }).compile(jsonSchema());
    for (const name of names) {
      expect(valid(parse(await readFile(join(packaged, name), 'utf8'), { merge: true }))).toBe(true);
    }
    const seed = await readFile(
      fileURLToPath(new URL('../fixtures/config/seed-request.json', import.meta.url)),
      'utf8',
    );
    expect(valid({ models: [{ id: 'a', ...(JSON.parse(seed) as object) }] })).toBe(true);
    expect(valid({ checker: { concurrency: '${N}' }, models: [] })).toBe(true);
    expect(valid({ models: [{ id: 'a', timeout: '30' }] })).toBe(false);
    expect(valid({ servr: {}, models: [] })).toBe(false);
    expect(valid({})).toBe(false);
  });
});
