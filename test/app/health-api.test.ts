import { request as rawRequest } from 'node:http';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { became, useSite, type Site } from './registry.js';
import { inFull } from '../slow.js';

const site = useSite();
const key = 'health-key-0123456789';

interface Answer {
  readonly status: string;
  readonly message: string;
  readonly data: { readonly query: string | null; readonly response: string | null };
  readonly error: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

const healthApi = (more: object = {}) => ({
  health_api: { enabled: true, api_keys: ['', key], allow_hosts: ['127.0.0.1'], ...more },
});

async function daemonWith(more: object = {}, models: readonly object[] = []): Promise<string> {
  return (await site().daemon(site().configure(models, { ...healthApi(), ...more }))).url;
}

async function post(url: string, path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { apikey: key, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer };
}

/** The seed's body, for a model of the simulator. */
function seedBody({ simulator }: Site, name: string) {
  const path = new URL('../fixtures/replies/seed-request.json', import.meta.url);
  const { endpoint_configuration: seed } = JSON.parse(readFileSync(path, 'utf8')) as {
    endpoint_configuration: { model_config: object };
  };
  const { hostname, port } = new URL(simulator.url);
  const endpoint = { scheme: 'http', host: hostname, port: Number(port), base_path: '/v1' };
  return {
    endpoint_configuration: {
      ...seed,
      model_name: name,
      model_config: { ...seed.model_config, endpoint },
    },
  };
}

/** What the Python SDK makes of it. */
const flatBody = ({ simulator }: Site, name: string) => ({
  target_model_configuration: {
    testing_for: 'foundationModels',
    system_prompt: '',
    model_source: 'https://together.ai',
    model_provider: 'together',
    model_endpoint_url: `${simulator.url}/v1`,
    rate_per_min: 20,
    model_name: name,
    model_version: null,
    model_auth_type: 'apikey',
    model_jwt_config: null,
    model_api_key: 'xxxxx',
    input_modalities: ['text'],
    output_modalities: ['text'],
    custom_curl_command: null,
    custom_headers: [],
    custom_payload: {},
    custom_response_content_type: '',
    custom_response_format: '',
    _extra_fields: {},
  },
});

describe('health API', () => {
  it('accepts both forms of the body on both routes, and replies in the format its clients expect', async () => {
    const url = await daemonWith();
    for (const path of ['/redteam/v3/model-health', '/redteam/model-health']) {
      for (const body of [seedBody(site(), 'healthy'), flatBody(site(), 'healthy')]) {
        const answer = await post(url, path, body);
        expect(answer.status).toBe(200);
        expect(answer.body).toMatchObject({
          status: 'healthy',
          message: 'Model health check completed successfully',
          data: { query: 'What is the capital of India?', response: expect.stringContaining('New Delhi') },
          error: null,
          details: { outcome: 'healthy', reason: 'ok', blame: null, first_token_seconds: null },
        });
      }
    }
    const whole = flatBody(site(), 'healthy');
    whole.target_model_configuration.model_endpoint_url += '/chat/completions';
    expect((await post(url, '/redteam/model-health', whole)).body.status).toBe('healthy');
  });

  inFull('reports a degraded model as healthy and an unknown one as unhealthy, with the reason', async () => {
    const url = await daemonWith();
    const ask = async (name: string) =>
      (await post(url, '/redteam/v3/model-health', seedBody(site(), name))).body;
    expect(await ask('rate-limited')).toMatchObject({
      status: 'healthy',
      error: null,
      details: { outcome: 'degraded' },
    });
    const refused = await ask('bad-key');
    expect(refused).toMatchObject({
      status: 'unhealthy',
      details: { reason: 'auth_failed', blame: 'account' },
    });
    expect(refused.error).not.toBe('');
    expect(await ask('loading')).toMatchObject({ status: 'unhealthy', details: { outcome: 'unknown' } });
  });

  inFull('requires its own key, and exists only while it is enabled', async () => {
    const url = await daemonWith({ server: { listen: '127.0.0.1:0', bearer_token: 'operators-token' } });
    const body = seedBody(site(), 'healthy');
    const ask = async (headers: Record<string, string>) => {
      const response = await fetch(`${url}/redteam/model-health`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      return [response.status, (await response.json()) as unknown];
    };
    expect(await ask({})).toEqual([401, { message: 'No API key found in request' }]);
    expect(await ask({ apikey: 'operators-token' })).toEqual([401, { message: 'Unauthorized' }]);
    expect(await ask({ authorization: 'Bearer operators-token' })).toEqual([
      401,
      { message: 'No API key found in request' },
    ]);
    expect((await ask({ api_key: key }))[0]).toBe(200);
    const health = await fetch(`${url}/redteam/health`, { headers: { apikey: key } });
    expect([health.status, await health.json()]).toEqual([200, { status: 'healthy' }]);
    expect((await fetch(`${url}/redteam/health`)).status).toBe(401);

    const off = await daemonWith({ health_api: {}, storage: { path: `${site().folder.path}/off.db` } });
    expect((await post(off, '/redteam/v3/model-health', body)).status).toBe(404);
  });

  it('reports all errors of a body at once, with their locations', async () => {
    const url = await daemonWith();
    const path = '/redteam/model-health';
    expect(await post(url, path, '{"endpoint')).toMatchObject({
      status: 400,
      body: { message: 'the body is not JSON' },
    });
    expect(await post(url, path, {})).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['body', 'endpoint_configuration'], type: 'missing' }] },
    });
    const flat = flatBody(site(), 'healthy').target_model_configuration;
    const wrong = { ...flat, model_endpoint_url: 'file:///etc/passwd', model_auth_type: 'magic' };
    const { status, body } = await post(url, path, { target_model_configuration: wrong });
    expect(status).toBe(422);
    const { detail } = body as unknown as { detail: { loc: string[] }[] };
    expect(detail.map(({ loc }) => loc.join('.')).sort()).toEqual([
      'body.target_model_configuration.model_auth_type',
      'body.target_model_configuration.model_endpoint_url',
    ]);
    const big = await post(url, path, JSON.stringify({ endpoint_configuration: 'x'.repeat(1024 * 1024) }));
    expect([big.status, typeof big.body.message]).toEqual([413, 'string']);
  });

  inFull('gives callers no access to the variables, files or private addresses of the operator', async () => {
    const url = await daemonWith({ health_api: { enabled: true, api_keys: [key] } });
    const body = seedBody(site(), '${HOME}');
    const { status, body: answer } = await post(url, '/redteam/v3/model-health', body);
    expect([status, answer.status, answer.details.reason]).toEqual([200, 'unhealthy', 'blocked_address']);
  });

  inFull('checks a registered model by name, without a body, and records nothing', async () => {
    const models = [
      site().model('healthy', { rate_per_min: 3, schedule: { every: '24h' } }),
      site().model('slow-800ms', { pause: true }),
    ];
    const daemon = await site().daemon(site().configure(models, healthApi()));
    const { url } = daemon;
    await daemon.line(became('healthy', 'healthy'));
    const ask = (name: string) =>
      new Promise<{ status: number; text: string }>((resolve, reject) => {
        const headers = { apikey: key, 'X-Enkrypt-Model': name, 'Content-Length': '0' };
        const asking = rawRequest(
          `${url}/redteam/v3/model/model-health`,
          { method: 'POST', headers },
          (response) => {
            let text = '';
            response.on('data', (chunk: Buffer) => (text += chunk.toString()));
            response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
          },
        );
        asking.on('error', reject).end();
      });
    expect((await ask('nobody')).status).toBe(404);
    expect((await ask('slow-800ms')).status).toBe(409);
    const told: unknown[] = [];
    for (let turn = 0; turn < 3; turn += 1) told.push(JSON.parse((await ask('healthy')).text));
    expect(told[0]).toMatchObject({ status: 'healthy', error: null });
    // The registry's own check took one of the three places.
    expect(told[2]).toMatchObject({ status: 'unhealthy', details: { reason: 'rate_budget' } });
    const checks = (await (await fetch(`${url}/api/v1/models/healthy/checks`)).json()) as {
      items: unknown[];
    };
    expect(checks.items).toHaveLength(1);
  });

  inFull('limits the rate of each key', async () => {
    const url = await daemonWith(healthApi({ rate_per_min: 2 }));
    const ask = () => fetch(`${url}/redteam/health`, { headers: { apikey: key } });
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
    const third = await ask();
    expect(third.status).toBe(429);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await third.json()).toMatchObject({ message: expect.stringContaining('too many requests') });
  });

  inFull('serves another daemon in remote mode', async () => {
    const remote = await daemonWith();
    const config = site().folder.write('remote.yaml', {
      server: { listen: '127.0.0.1:0' },
      storage: { path: `${site().folder.path}/remote.db` },
      checker: { mode: 'remote' },
      remote: { url: remote, api_key: key },
      defaults: { schedule: { every: '1s' }, confirm: { recheck_after: '100ms' } },
      models: [site().model('healthy'), site().model('quota')],
    });
    const daemon = await site().daemon(config);
    await daemon.line(became('healthy', 'healthy'));
    expect(await daemon.line(became('quota', 'unhealthy'))).toMatchObject({ reason: 'quota_exhausted' });
  });
});
