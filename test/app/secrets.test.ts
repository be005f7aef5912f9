import { readFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { echoPath, forms, replies, startEchoProvider } from './echo-provider.js';
import { command, createFolder, start, type Running } from './process.js';
import { inFull, some } from '../slow.js';

/** Each with what another writing changes. */
const secrets = {
  key: 'sk-live-"Zq8/W+x\\y=&41Kd9Lm2',
  otherKey: 'other-key-7Hs/3+Vb=&"Qw5Er8',
  header: 'hdr/9f+3A=&"kLmN0p/QrStUv',
  jwtHeader: 'jwt-hdr/5g+7B=&"wXyZ1aBcDeFg',
  jwtPassword: 'jwt-pass/2h+8C=&hIjK3lMnOp',
  jwtQuery: 'jwtquery4j9DqRsTuVwX',
  token: 'tok-6k/1E+yZ=&aBcDeFgHiJkL',
  payload: 'payload/8m+2F=&mNoPqRsTuVwX',
  options: 'options/3j+9K=&rStUvWxYzAbC',
  proxyPassword: 'proxy-7n3G-yZaBcDeFgHiJ',
  envProxyPassword: 'envproxy-5k2R-cDeFgHiJkLmN',
  path: 'path-4t8Q-eFgHiJkLmNoP',
  pin: 'pin-6r1W-gHiJkLmNoPqR',
  option: 'option-8s5E-iJkLmNoPqRsT',
  bearer: 'bearer-9p4H-kLmNoPqRsTuVw',
  healthKey: 'health-1q5J-xYzAbCdEfGhIj',
};

const folder = createFolder();
let provider: Awaited<ReturnType<typeof startEchoProvider>>;
let running: Running | null = null;
let config = '';

/** One model for each reply and form, asked with keys and a header, with a token, or in a payload of its own. */
function models(): object[] {
  const asked = Object.keys(replies).flatMap((reply) =>
    Object.keys(forms).map((form) => ({ reply, form, id: `${reply}-${form}` })),
  );
  const withKeys = asked.map(({ reply, form, id }) => ({
    id,
    provider: 'openai_compatible',
    model: 'm',
    base_url: provider.url + echoPath(reply, form),
    api_keys: ['${KEY}', '${OTHER_KEY}'],
    custom_headers: [{ key: 'X-Api-Secret', value: '${HEADER}' }],
  }));
  const withToken = asked.map(({ reply, form, id }) => ({
    id: `jwt-${id}`,
    provider: 'openai_compatible',
    model: 'm',
    base_url: provider.url + echoPath(reply, form),
    model_auth_type: 'jwt',
    model_jwt_config: {
      jwt_url: `${provider.url}/token/x?client=${secrets.jwtQuery}`,
      jwt_headers: [{ key: 'X-Api-Secret', value: secrets.jwtHeader }],
      jwt_body: JSON.stringify({ user: 'me', password: secrets.jwtPassword }),
    },
    default_request_options: { api_token: secrets.options },
  }));
  const custom = asked.map(({ reply, form, id }) => ({
    id: `custom-${id}`,
    endpoint_configuration: {
      model_config: {
        model_provider: 'custom',
        endpoint_url: provider.url + echoPath(reply, form),
        custom_payload: { question: '{prompt}', nested: [{ access_token: secrets.payload }] },
      },
    },
  }));
  const behind = {
    id: 'proxied',
    provider: 'openai_compatible',
    model: 'm',
    base_url: 'https://model.test/v1',
    api_key: secrets.key,
    proxy: provider.url.replace('//', `//me:${secrets.proxyPassword}@`),
  };
  // Secrets that only their coming by reference tells.
  const referring = asked.map(({ reply, form, id }) => ({
    id: `ref-${id}`,
    provider: 'custom',
    base_url: `${provider.url}${echoPath(reply, form)}/\${PATH_SECRET}/v1`,
    custom_payload: { question: '{prompt}', auth_code: '${PIN}', nested: [{ pin: '${PIN}' }] },
  }));
  const behindVariables = asked.map(({ reply, form, id }) => ({
    id: `env-${id}`,
    provider: 'openai_compatible',
    model: 'm',
    base_url: `http://model.test${echoPath(reply, form)}`,
    api_key: '${KEY}',
    default_request_options: { extra: '${OPTION}' },
  }));
  return [...withKeys, ...withToken, ...custom, ...referring, ...behindVariables, behind];
}

const environment = {
  KEY: secrets.key,
  OTHER_KEY: secrets.otherKey,
  HEADER: secrets.header,
  PATH_SECRET: secrets.path,
  PIN: secrets.pin,
  OPTION: secrets.option,
  NO_PROXY: '127.0.0.1',
  http_proxy: '',
};
const headers = { authorization: `Bearer ${secrets.bearer}` };
const get = async (url: string): Promise<string> => (await fetch(url, { headers })).text();

beforeAll(async () => {
  provider = await startEchoProvider(secrets.token);
  environment.http_proxy = provider.url.replace('//', `//me:${secrets.envProxyPassword}@`);
  config = folder.write('config.yaml', {
    server: { listen: '127.0.0.1:0', bearer_token: secrets.bearer },
    health_api: { enabled: true, api_keys: [secrets.healthKey], allow_private: true },
    storage: { path: `${folder.path}/pulse.db` },
    defaults: { schedule: { every: '2s' }, timeout: '2s', confirm: { recheck_after: '100ms' } },
    models: models(),
  });
});

afterAll(async () => {
  running?.child.kill('SIGKILL');
  await running?.ended;
  provider.close();
  folder.clean();
});

/** Fails for a secret, in whatever form; the beginning of one is enough. */
function expectClean(where: string, text: string): void {
  const lower = text.toLowerCase();
  const found = Object.entries(secrets).flatMap(([name, secret]) =>
    Object.entries(forms)
      .filter(([, write]) => lower.includes(write(secret).toLowerCase().slice(0, 16)))
      .map(([form, write]) => {
        const at = lower.indexOf(write(secret).toLowerCase().slice(0, 16));
        return `${where} holds ${name} as ${form}: ${text.slice(Math.max(0, at - 60), at + 80)}`;
      }),
  );
  expect(found).toEqual([]);
}

/** Every route that can be read, with each model. */
async function pages(url: string): Promise<string[]> {
  const { items } = JSON.parse(await get(`${url}/api/v1/models?limit=1000`)) as { items: { id: string }[] };
  const { paths } = JSON.parse(await get(`${url}/api/v1/openapi.json`)) as { paths: Record<string, object> };
  const plain = Object.keys(paths).filter(
    (path) => 'get' in paths[path]! && !path.includes('{') && !/events|probe/.test(path),
  );
  const ofModels = items.flatMap(({ id }) =>
    ['', '/checks?limit=1000', '/checks?format=csv', '/timeline'].map(
      (rest) => `/api/v1/models/${encodeURIComponent(id)}${rest}`,
    ),
  );
  return [...plain, ...ofModels];
}

/** What the health API answers to a caller who brings a key. */
async function healthAnswers(url: string): Promise<string[]> {
  const ask = async (reply: string, form: string, apikey: string) => {
    const config = {
      model_provider: 'openai_compatible',
      endpoint_url: provider.url + echoPath(reply, form),
      apikeys: [secrets.key],
      custom_headers: [{ key: 'X-Api-Secret', value: secrets.header }],
    };
    const body = JSON.stringify({ endpoint_configuration: { model_name: 'm', model_config: config } });
    const headers = { apikey, 'content-type': 'application/json' };
    return (await fetch(`${url}/redteam/v3/model-health`, { method: 'POST', headers, body })).text();
  };
  const asked = Object.keys(replies).flatMap((reply) =>
    Object.keys(forms).map((form) => ask(reply, form, secrets.healthKey)),
  );
  return Promise.all([...asked, ask('text', 'raw', `${secrets.healthKey}x`)]);
}

describe('secrets in any encoding', () => {
  inFull(
    'appear in nothing that the daemon outputs or stores, even if a provider echoes them',
    async () => {
      const daemon = start(['run', '--config', config, '--log-level', 'debug'], environment);
      running = daemon;
      const { url } = (await daemon.line(({ msg }) => msg === 'started')) as unknown as { url: string };
      const names = models().map((model) => (model as { id: string }).id);
      const checked = (name: string) =>
        daemon.lines.filter(({ msg, model }) => msg === 'checked' && model === name);
      for (const name of names) await daemon.line(() => checked(name).length >= 2);

      const paths = await pages(url);
      expect(paths.length).toBeGreaterThan(400);
      const read = new Map<string, string>();
      for (const path of paths) read.set(path, await get(url + path));
      expect(read.get('/metrics')).toContain('modelpulse_model_up');
      const all = [...read.values()].join();
      expect(all).toContain('[redacted]');
      for (const [path, text] of read) expectClean(path, text);
      for (const name of names.filter((name) => name !== 'proxied'))
        expect(read.get(`/api/v1/models/${name}`)).toMatch(/"http_status":\d/);
      expectClean('401', await (await fetch(`${url}/api/v1/models`)).text());
      for (const text of await healthAnswers(url)) expectClean('the health API', text);
      expectClean('the command line', readFileSync(`/proc/${daemon.child.pid}/cmdline`, 'utf8'));
      expectClean('the log', JSON.stringify(daemon.lines) + daemon.lines.map(({ detail }) => detail).join());
      expectClean('stderr', daemon.errors());

      daemon.child.kill('SIGTERM');
      await daemon.ended;
      for (const name of readdirSync(folder.path).filter((name) => name.startsWith('pulse.db')))
        expectClean(name, readFileSync(`${folder.path}/${name}`, 'utf8'));
    },
    180_000,
  );

  it.each(
    some([['config'], ['config', '--json'], ['validate'], ['check', '--json'], ['check'], ['status']], 1),
  )('do not appear in the output of the command %s %s', async (...args) => {
    const { out, err } = await command([...args, '--config', config], environment);
    expect(out).not.toBe('');
    expectClean('stdout', out);
    expectClean('stderr', err);
  });

  it('do not appear in the error messages of an invalid configuration', async () => {
    const broken = folder.write('broken.yaml', {
      server: { listen: secrets.bearer, bearer_token: [secrets.bearer] },
      health_api: { api_keys: { [`x${secrets.healthKey}`.slice(0, 1)]: secrets.healthKey } },
      models: [
        { id: 'a', provider: 'openai', model: 'm', api_key: [secrets.key] },
        { id: 'b', provider: 'openai', model: 'm', proxy: `ftp://me:${secrets.proxyPassword}@proxy.test` },
        {
          id: 'c',
          provider: 'openai',
          model: 'm',
          model_auth_type: 'jwt',
          model_jwt_config: { jwt_url: `ftp://x/${secrets.jwtQuery}`, jwt_method: secrets.jwtPassword },
        },
      ],
    });
    const { code, err } = await command(['validate', '--config', broken], environment);
    expect(code).toBe(2);
    expectClean('stderr', err.replaceAll(`"${secrets.bearer}"`, ''));
  });
});
