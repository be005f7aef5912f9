import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from '@jest/globals';
import { startDaemon, type RunningDaemon } from './process.js';
import { useSite } from './registry.js';
import { inFull } from '../slow.js';

/** For all tests that are refused what they ask: each start of a daemon takes a second. */
let strict: RunningDaemon | null = null;
const strictDaemon = async (): Promise<RunningDaemon> => (strict ??= await startDaemon(configured()));
// Before the site, which removes the folder.
afterAll(async () => {
  strict?.child.kill('SIGKILL');
  await strict?.ended;
});
const site = useSite();
const key = 'health-key-0123456789';

interface Answer {
  readonly status: string;
  readonly message: string;
  readonly details: { readonly reason: string };
  readonly detail: readonly { readonly loc: readonly string[]; readonly msg: string }[];
}

const configured = (more: object = {}): string =>
  site().configure([], { health_api: { enabled: true, api_keys: [key], ...more } });

function ask(url: string, modelUrl: string, signal: AbortSignal | null = null): Promise<Response> {
  const flat = { model_provider: 'together', model_name: 'm', model_endpoint_url: modelUrl };
  return fetch(`${url}/redteam/model-health`, {
    method: 'POST',
    headers: { apikey: key, 'content-type': 'application/json' },
    body: JSON.stringify({ target_model_configuration: flat }),
    signal,
  });
}

const answerOf = async (asking: Promise<Response>): Promise<Answer> =>
  (await (await asking).json()) as Answer;

/** A server that answers nobody and keeps what it was asked. */
async function withSilence(run: (url: string, asked: ServerResponse[]) => Promise<void>): Promise<void> {
  const asked: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    asked.push(response);
    server.emit('asked');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('caller of the health API', () => {
  inFull('cannot crash the daemon with a reply nested too deeply for its jq program', async () => {
    const { url } = await site().daemon(configured({ allow_hosts: ['127.0.0.1'] }));
    const server = createServer((_request, response) =>
      response.end(`${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const described = {
      model_provider: 'custom',
      model_name: 'm',
      model_endpoint_url: `http://127.0.0.1:${port}`,
      custom_payload: { q: '{prompt}' },
      custom_response_format: '.a',
    };
    const asked = async (): Promise<string> => {
      const body = JSON.stringify({ target_model_configuration: described });
      const headers = { apikey: key, 'content-type': 'application/json' };
      const answer = answerOf(fetch(`${url}/redteam/model-health`, { method: 'POST', headers, body }));
      return (await answer).details.reason;
    };
    expect(await asked()).toBe('malformed_response');
    expect(await asked()).toBe('malformed_response');
    server.close();
  });

  inFull('cancels its check by hanging up, and is refused while 16 other checks run', async () => {
    const { url } = await site().daemon(configured({ allow_hosts: ['127.0.0.1'] }));
    await withSilence(async (silent, asked) => {
      const callers = Array.from({ length: 17 }, () => new AbortController());
      const statuses: number[] = [];
      const calls = callers.map(({ signal }) =>
        ask(url, silent, signal).then(
          ({ status }) => statuses.push(status),
          () => undefined,
        ),
      );
      // Only one of them is answered before the deadline.
      await Promise.race(calls);
      expect(statuses).toEqual([503]);
      while (asked.length < 16) await new Promise(setImmediate);
      const cut = Promise.all(asked.map((response) => once(response, 'close')));
      const before = Date.now();
      for (const caller of callers) caller.abort();
      await cut;
      expect(Date.now() - before).toBeLessThan(1_000);
      expect(asked).toHaveLength(16);
    });
    expect((await answerOf(ask(url, `${site().simulator.url}/v1`))).details.reason).toBe('model_not_found');
  });

  inFull('cannot use the proxy of the operator, which would resolve names unguarded', async () => {
    await withSilence(async (proxy, asked) => {
      const daemon = await startDaemon(configured(), { HTTP_PROXY: proxy, http_proxy: proxy });
      try {
        const { details } = await answerOf(ask(daemon.url, 'http://nowhere.invalid/v1'));
        // As of a name that leads to a private address.
        expect(['blocked_address', 'dns_error', 'timeout']).toContain(details.reason);
        expect(asked).toEqual([]);
      } finally {
        daemon.child.kill('SIGKILL');
        await daemon.ended;
      }
    });
  });

  it('cannot send more secrets than a check searches for', async () => {
    const { url } = await strictDaemon();
    const words = Array.from({ length: 200 }, (_each, index) => `word-${index}-of-many`).join(' ');
    const described = {
      model_provider: 'together',
      model_name: 'm',
      model_endpoint_url: 'https://a.test/v1',
      custom_headers: [{ key: 'x-words', value: words }],
    };
    const response = await fetch(`${url}/redteam/model-health`, {
      method: 'POST',
      headers: { apikey: key, 'content-type': 'application/json' },
      body: JSON.stringify({ target_model_configuration: described }),
    });
    expect(response.status).toBe(422);
    expect(JSON.stringify(await response.json())).toContain('at most 64 secrets are allowed');
  });

  it('cannot use an address that is invalid or has credentials or another scheme', async () => {
    const { url } = await strictDaemon();
    const addresses = [
      'http://user@127.0.0.1/v1',
      'http://public.example:80@127.0.0.1/v1',
      'ftp://public.example/v1',
      'file:///etc/passwd',
      'gopher://127.0.0.1:25/_',
      'http://public.example/v1#@127.0.0.1',
      'http://[fe80::1%25eth0]/v1',
      'http://256.256.256.256/v1',
      '//127.0.0.1/v1',
      'http://',
    ];
    for (const address of addresses) {
      const response = await ask(url, address);
      const { detail } = (await response.json()) as Answer;
      expect([address, response.status, detail.map(({ loc }) => loc.join('.'))]).toEqual([
        address,
        422,
        ['body.target_model_configuration.model_endpoint_url'],
      ]);
    }
    const endpoint = { scheme: 'http', host: '256.256.256.256' };
    const response = await fetch(`${url}/redteam/v3/model-health`, {
      method: 'POST',
      headers: { apikey: key },
      body: JSON.stringify({
        endpoint_configuration: { model_name: 'm', model_config: { model_provider: 'together', endpoint } },
      }),
    });
    expect(await response.json()).toMatchObject({
      detail: [{ loc: ['body', 'endpoint_configuration', 'model_config', 'endpoint', 'host'] }],
    });
  });

  it('cannot reach another site of an address with the header Host', async () => {
    const { url } = await strictDaemon();
    const config = { model_provider: 'together', custom_headers: [{ key: 'HOST', value: 'other.internal' }] };
    const response = await fetch(`${url}/redteam/v3/model-health`, {
      method: 'POST',
      headers: { apikey: key },
      body: JSON.stringify({ endpoint_configuration: { model_name: 'm', model_config: config } }),
    });
    const { detail } = (await response.json()) as Answer & { detail: { msg: string }[] };
    expect([response.status, detail.map(({ msg }) => msg)]).toEqual([422, ['must not set the header host']]);
  });

  it.each([
    'Content-Length',
    'transfer-encoding',
    'Connection',
    'Keep-Alive',
    'TE',
    'Trailer',
    'Upgrade',
    'Expect',
  ])('cannot hide a second request with the header %s', async (name) => {
    const { url } = await strictDaemon();
    const headers = [{ key: name, value: '0' }];
    const described = {
      custom_headers: headers,
      model_auth_type: 'jwt',
      model_jwt_config: { jwt_url: 'https://public.example/token', jwt_headers: headers },
    };
    const response = await fetch(`${url}/redteam/v3/model-health`, {
      method: 'POST',
      headers: { apikey: key },
      body: JSON.stringify({
        endpoint_configuration: {
          model_name: 'm',
          model_config: { model_provider: 'together', ...described },
        },
      }),
    });
    const { detail } = (await response.json()) as Answer & { detail: { msg: string }[] };
    expect([response.status, detail.map(({ loc }) => loc.slice(2).join('.'))]).toEqual([
      422,
      ['model_config.model_jwt_config.jwt_headers.0.key', 'model_config.custom_headers.0.key'],
    ]);
    expect(detail[0]?.msg).toBe(`must not be ${name.toLowerCase()}, which the request sets itself`);
  });

  inFull('is subject to the current configuration', async () => {
    const path = configured();
    const daemon = await site().daemon(path);
    const model = site().simulator.url;
    expect((await answerOf(ask(daemon.url, model))).details.reason).toBe('blocked_address');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('health_api:', 'health_api:\n  allow_private: true'));
    expect((await daemon.post('/-/reload')).status).toBe(200);
    expect((await answerOf(ask(daemon.url, model))).details.reason).toBe('model_not_found');
    writeFileSync(path, text.replace('enabled: true', 'enabled: false'));
    expect((await daemon.post('/-/reload')).status).toBe(200);
    expect((await ask(daemon.url, model)).status).toBe(404);
  });
});
