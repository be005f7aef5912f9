import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/read/load.js';
import { capabilities, directoryOf, load, loadModel, problemsOf } from './loading.js';

const query = (text: string) =>
  JSON.stringify({ models: [{ id: 'a', provider: 'openai', model: 'm', query: text }] });

describe('reference', () => {
  it.each([
    ['${NAME}', 'value'],
    ['<${NAME}|${NAME}>', '<value|value>'],
    ['${NAME:-other}', 'value'],
    ['${ABSENT:-other}', 'other'],
    ['${EMPTY:-other}', 'other'],
    ['${ABSENT:-a:-b}', 'a:-b'],
    ['$${NAME}', '${NAME}'],
    ['$NAME $ {x} $$', '$NAME $ {x} $$'],
    ['${DOLLARS}', '$& ${NAME} $1'],
  ])('in %s resolves to %s', async (written, meant) => {
    const env = { NAME: 'value', EMPTY: '', DOLLARS: '$& ${NAME} $1' };
    expect((await loadModel(query(written), env)).query).toBe(meant);
  });

  it('that is a whole scalar can be a number or a boolean', async () => {
    const { settings } = await load(
      'checker: { concurrency: "${N}", reuse_connections: "${FLAG:-true}" }\nmodels: [{ id: a, provider: openai, model: m, api_key: "${N}", max_tokens: "${N}" }]',
      { N: '12' },
    );
    expect(settings.checker).toMatchObject({ concurrency: 12, reuseConnections: true });
    expect(settings.models[0]).toMatchObject({ maxTokens: 12, endpoint: { apiKeys: ['12'] } });
  });

  it('to a file resolves to its content without the last newline, relative to the referring file', async () => {
    const directory = await directoryOf({
      'main.yaml': 'include: sub/*.yaml\nserver: { bearer_token: "${file:token}" }\n',
      token: 'main token\n',
      'sub/models.yaml': 'models: [{ id: a, provider: openai, model: m, api_key: "${file:token}" }]',
      'sub/token': 'sub token\r\n',
    });
    const { settings } = await loadConfig(join(directory, 'main.yaml'), {}, capabilities);
    expect(settings.server.bearerToken).toBe('main token');
    expect(settings.models[0]?.endpoint.apiKeys).toEqual(['sub token']);
  });

  it('to a file that is too large is rejected', async () => {
    const directory = await directoryOf({
      'main.yaml': 'server: { bearer_token: "${file:big}" }\nmodels: []',
      big: 'x'.repeat(65_537),
    });
    expect(await problemsOf(join(directory, 'main.yaml'), {}, directory)).toEqual([
      'main.yaml:1:25: server.bearer_token: file big: is larger than 64 KiB',
    ]);
  });
});

describe('missing variable', () => {
  const models = (first: string) =>
    `models:\n  - ${first}\n  - { id: other, provider: openai, model: m, api_key: k }\n`;

  it.each([
    ['{ id: a, provider: openai, model: m, api_key: "${KEY}" }'],
    ['{ id: a, provider: openai, model: m, api_keys: [x, "${KEY}"] }'],
    ['{ id: a, provider: openai, model: "${KEY}" }'],
    ['{ id: a, provider: "${KEY}", model: m }'],
    ['{ id: a, base_url: "https://${KEY}/v1", model: m }'],
    ['{ id: a, provider: openai, model: m, timeout: "${KEY}" }'],
    ['{ id: a, provider: openai, model: m, schedule: { every: "${KEY}" } }'],
    ['{ id: a, provider: openai, model: m, budget: { tokens_per_day: "${KEY}" } }'],
    ['{ id: a, provider: openai, model: m, custom_headers: [{ key: X, value: "${KEY}" }] }'],
    ['{ id: a, endpoint_configuration: { model_name: m, model_config: { endpoint: { host: "${KEY}" } } } }'],
  ])('makes only its own model unknown: %s', async (entry) => {
    const { settings, warnings } = await load(models(entry));
    expect(settings.models.map(({ missingSecret }) => missingSecret)).toEqual([
      'variable KEY is not set',
      null,
    ]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/:2:\d+: models\[0\]\S* variable KEY is not set: the model is unknown/);
    expect(() => new URL(settings.models[0]!.endpoint.baseUrl)).not.toThrow();
  });

  it.each([
    ['"${KEY}"', 'variable KEY is empty'],
    ['"${file:empty}"', 'file empty is empty'],
    ['"${file:dir:-empty}"', 'file dir:-empty is empty'],
  ])('that is empty is not a key: %s', async (written, problem) => {
    const entry = `{ id: a, provider: openai, model: m, api_key: ${written} }`;
    const files = { 'main.yaml': models(entry), empty: '\n', 'dir:-empty': '' };
    const directory = await directoryOf(files);
    const { settings } = await loadConfig(join(directory, 'main.yaml'), { KEY: '' }, capabilities);
    expect(settings.models[0]!.missingSecret).toBe(problem);
  });

  it.each(['apikey', 'model_api_key'])('that is empty is not a key in the seed form: %s', async (member) => {
    const config = `{ model_provider: openai, ${member}: "\${KEY}" }`;
    const entry = `{ id: a, endpoint_configuration: { model_name: m, model_config: ${config} } }`;
    expect((await load(models(entry), { KEY: '' })).settings.models[0]!.missingSecret).toBe(
      'variable KEY is empty',
    );
  });

  it.each(['${file:empty}', 'Bearer ${file:empty}'])(
    'that is an empty file is not a header value: %s',
    async (written) => {
      const entry = `{ id: a, provider: openai, model: m, custom_headers: [{ key: X, value: "${written}" }] }`;
      const directory = await directoryOf({ 'main.yaml': models(entry), empty: '' });
      const { settings } = await loadConfig(join(directory, 'main.yaml'), {}, capabilities);
      expect(settings.models[0]!.missingSecret).toBe('file empty is empty');
    },
  );

  it('that is empty is treated as no value with ${KEY:-}', async () => {
    const entry = '{ id: a, provider: openai, model: m, api_key: "${KEY:-}" }';
    expect((await load(models(entry), { KEY: '' })).settings.models[0]!.missingSecret).toBe(null);
  });

  it('that is a file is treated the same', async () => {
    const model = await loadModel(
      'models: [{ id: a, provider: openai, model: m, api_key: "${file:/absent/key}" }]',
    );
    expect(model.missingSecret).toBe('file /absent/key: no such file');
  });
});

describe('bearer token', () => {
  const main = (written: string) => `server: { bearer_token: "${written}" }\nmodels: []\n`;

  it.each([
    ['${TOKEN}', 'server.bearer_token: variable TOKEN is empty'],
    ['${file:empty}', 'server.bearer_token: file empty is empty'],
    ['${file:blank}', 'server.bearer_token: file blank is empty'],
  ])(
    'is rejected if its reference is empty, since no route would require one: %s',
    async (written, problem) => {
      const directory = await directoryOf({ 'main.yaml': main(written), empty: '', blank: '\n' });
      await expect(loadConfig(join(directory, 'main.yaml'), { TOKEN: '' }, capabilities)).rejects.toThrow(
        problem,
      );
    },
  );

  it('can be explicitly empty: ${TOKEN:-}', async () => {
    const { settings } = await load(main('${TOKEN:-}'), { TOKEN: '' });
    expect(settings.server.bearerToken).toBe(null);
  });
});

describe('variable or file with characters that are invalid in a header', () => {
  const other = '{ id: other, provider: openai, model: m, api_key: k }';
  const plain = (member: string) => `{ id: a, provider: openai, model: m, ${member} }`;
  const seed = (member: string) =>
    `{ id: a, endpoint_configuration: { model_name: m, model_config: { model_provider: openai, ${member} } } }`;
  const places = (written: string): string[] => [
    plain(`api_key: "${written}"`),
    plain(`api_keys: [x, "${written}"]`),
    plain(`custom_headers: [{ key: X-Key, value: "Token ${written}" }]`),
    seed(`apikey: "${written}"`),
    seed(`apikeys: ["${written}"]`),
    seed(`model_api_key: "${written}"`),
  ];
  const forms = [
    { written: '${KEY}', named: 'variable KEY' },
    { written: '${KEY:-none}', named: 'variable KEY' },
    { written: '${file:key}', named: 'file key' },
  ];
  const loaded = async (entry: string, secret: string) => {
    const directory = await directoryOf({
      'main.yaml': `models:\n  - ${entry}\n  - ${other}\n`,
      key: secret,
    });
    return loadConfig(join(directory, 'main.yaml'), { KEY: secret }, capabilities);
  };

  it.each(forms)(
    'disables only its own model, and is named in the warning: $written',
    async ({ written, named }) => {
      for (const entry of places(written)) {
        for (const unfit of ['sk-one\nsk-two', 'sk-one\r\n\r\n', 'sk-\u0007one', '\u201csk-one\u201d']) {
          const { settings, warnings } = await loaded(entry, unfit);
          const message = `${named} has a line break, a control character or one outside of Latin-1, which no header can hold`;
          expect(settings.models.map(({ missingSecret }) => missingSecret)).toEqual([message, null]);
          expect(warnings).toEqual([expect.stringContaining(`: ${message}: the model is unknown`)]);
          expect(warnings.join()).not.toContain('one\n');
          expect(warnings.join()).not.toContain('sk-');
        }
      }
    },
  );

  it.each(forms)('is trimmed by one line break at its end: $written', async ({ written }) => {
    for (const entry of places(written)) {
      for (const end of ['\n', '\r\n']) {
        const { settings, warnings } = await loaded(entry, `sk-one${end}`);
        expect(warnings).toEqual([]);
        expect(JSON.stringify(settings.models[0]!.endpoint)).toMatch(/(?:"|Token )sk-one"/);
      }
    }
  });

  it('can contain a line break outside headers', async () => {
    const { settings } = await loaded(plain('query: "${KEY}"'), 'one\ntwo');
    expect(settings.models[0]).toMatchObject({ query: 'one\ntwo', missingSecret: null });
  });

  it('is an error that names it, if the whole daemon needs it', async () => {
    const directory = await directoryOf({ 'main.yaml': 'server: { bearer_token: "${KEY}" }\nmodels: []\n' });
    const problems = await problemsOf(join(directory, 'main.yaml'), { KEY: 'a\nb' }, directory);
    expect(problems).toEqual([
      'main.yaml:1:25: server.bearer_token: variable KEY has a line break, a control character or one outside of Latin-1, which no header can hold',
    ]);
  });
});

describe('secrets', () => {
  const text = `
server: { listen: "0.0.0.0:0", bearer_token: token-one, read_tokens: [reader-one, other-one] }
health_api: { api_keys: [health-one] }
models:
  - { id: a, provider: openai, model: m, api_key: key-one, query: "say key-one", proxy: "http://u:proxy-one@h:1",
      custom_headers: [{ key: X-Key, value: header-one }], custom_payload: { key: payload-one } }
  - { id: b, provider: openai, model: m, api_key: "\${KEY}", labels: { from: "\${file:label}" } }
`;

  it('are masked everywhere in the effective configuration', async () => {
    const directory = await directoryOf({ 'main.yaml': text, label: 'label-one' });
    const loaded = await loadConfig(join(directory, 'main.yaml'), { KEY: 'env-one' }, capabilities);
    const shown = JSON.stringify(loaded.effective());
    expect(shown).not.toMatch(/\w+-one/);
    expect(shown).toContain('say ***');
    expect(shown).toContain('"apikeys":["***"]');
  });

  it('are masked in the query of an address, but not its other parameters', async () => {
    const loaded = await load(`models:
  - id: a
    endpoint_configuration:
      model_name: m
      model_config: { model_provider: openai, endpoint_url: "https://h/v1?api_key=secret-one&version=2&code=secret-two&sig=secret-three&api-version=2024-10-21" }`);
    const shown = JSON.stringify(loaded.effective());
    expect(shown).toContain('https://h/v1?api_key=***&version=2&code=***&sig=***&api-version=2024-10-21');
  });

  it.each([
    [
      'postgres://me:pass-one@db:5432/pulse?sslmode=require',
      'postgres://me:***@db:5432/pulse?sslmode=require',
    ],
    ['postgres://me:p@s-one@db/pulse', 'postgres://me:***@db/pulse'],
    ['postgres://me@/pulse?host=/run/pg&password=pass-one', 'postgres://me@/pulse?host=/run/pg&password=***'],
    ['postgres://db/pulse?search_path=a&options=-c%20x=one', 'postgres://db/pulse?search_path=a&options=***'],
  ])('are masked in the URL of a database, also beside it: %s', async (url, shown) => {
    const path = join(
      await directoryOf({ 'main.yaml': 'storage: { url: "${URL}", listen_url: "${URL}" }\nmodels: []' }),
      'main.yaml',
    );
    const loaded = await loadConfig(path, { URL: url }, capabilities);
    expect(loaded.effective()).toMatchObject({ storage: { url: shown, listen_url: shown } });
    expect(shown).not.toContain('one');
  });

  it('in the URL of a database are masked wherever else they stand', async () => {
    const { effective } = await load(
      'storage: { url: "postgres://me:pass%2Done@db/pulse", listen_url: "postgres://me:pass-two@db/pulse" }\nserver: { runbook_url: "https://h.test/pass-one/pass-two" }\nmodels: []',
    );
    expect(JSON.stringify(effective())).not.toMatch(/pass(?:-|%2D)(?:one|two)/);
  });

  it('do not change the location in a message', async () => {
    const directory = await directoryOf({
      'main.yaml': 'surprise: 1\nstorage: { path: "${DATA}/pulse.db" }\n',
    });
    const problems = await problemsOf(join(directory, 'main.yaml'), { DATA: directory }, directory);
    expect(problems[0]).toMatch(/^main.yaml:1:1: /);
  });

  it('change the fingerprint', async () => {
    const directory = await directoryOf({ 'main.yaml': text, label: 'label-one' });
    const read = () => loadConfig(join(directory, 'main.yaml'), { KEY: 'k' }, capabilities);
    const before = await read();
    expect(before.files).toEqual([join(directory, 'label'), join(directory, 'main.yaml')]);
    expect((await read()).fingerprint).toBe(before.fingerprint);
    await writeFile(join(directory, 'label'), 'label-two');
    expect((await read()).fingerprint).not.toBe(before.fingerprint);
  });
});

describe('missing variable that affects more than a secret', () => {
  it.each([
    ['"${KEY}"', ''],
    ['{ id: a, endpoint_configuration: "${KEY}" }', '.endpoint_configuration'],
    ['{ id: "${KEY}", provider: openai, model: m }', '.id'],
  ])('is an error: %s', async (entry, place) => {
    const directory = await directoryOf({ 'main.yaml': `models:\n  - ${entry}\n` });
    const problems = await problemsOf(join(directory, 'main.yaml'), {}, directory);
    expect(problems).toEqual([expect.stringContaining(`: models[0]${place}: variable KEY is not set`)]);
  });
});
