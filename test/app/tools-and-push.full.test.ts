import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterEach, describe, expect, it } from '@jest/globals';
import { pushedSeries, scrapedSeries } from '../metrics/otlp/prometheus.js';
import { metricsIn, startReceiver, type Receiver } from '../metrics/otlp/receiver.js';
import { command } from './process.js';
import { useSite } from './registry.js';

const site = useSite();
const entry = fileURLToPath(new URL('../../dist/main.cjs', import.meta.url));

const clients: Client[] = [];
const receivers: Receiver[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  for (const receiver of receivers.splice(0)) await receiver.close();
});

function newClient(): Client {
  const client = new Client({ name: 'test', version: '1' });
  clients.push(client);
  return client;
}

/** A client of `modelpulse mcp`; it fails for anything on the output but the protocol. */
async function overStdio(args: readonly string[], env: Record<string, string> = {}): Promise<Client> {
  const client = newClient();
  const strange: Error[] = [];
  client.onerror = (error) => strange.push(error);
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [entry, 'mcp', ...args],
    env: { PATH: process.env.PATH ?? '', ...env },
    stderr: 'ignore',
  });
  await client.connect(transport);
  await client.ping();
  expect(strange).toEqual([]);
  return client;
}

const call = async (client: Client, name: string, input: Record<string, unknown> = {}) =>
  (await client.callTool({ name, arguments: input })).structuredContent;

/** Families whose values stay as they are while no check runs. */
const still =
  /^modelpulse_(?:model_|checks_total|check_|tokens_|last_|state_|incident_|consecutive|slo|expiry)/;
const secret = 'Bearer otlp-s3cret-value';

describe('a daemon', () => {
  it('serves tools over HTTP and standard input, and pushes what it exposes', async () => {
    const receiver = await startReceiver();
    receivers.push(receiver);
    const every = { schedule: { every: '1h' } };
    const config = site().configure(
      [site().model('healthy', { ...every, labels: { tier: 'gold' } }), site().model('bad-key', every)],
      {
        server: { listen: '127.0.0.1:0', bearer_token: 'full-token', read_tokens: ['read-token'] },
        mcp: { check_now: true },
        otlp: { endpoint: receiver.url, headers: { authorization: secret }, every: '1s', gen_ai: '1.41' },
      },
    );
    const daemon = await site().daemon(config);
    const authorized = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

    const client = newClient();
    const address = new URL(`${daemon.url}/mcp`);
    await client.connect(
      new StreamableHTTPClientTransport(address, { requestInit: authorized('full-token') }),
    );
    for (const id of ['healthy', 'bad-key'])
      expect(await call(client, 'check_now', { id })).toMatchObject({
        blame: id === 'healthy' ? null : 'account',
      });
    await call(client, 'check_now', { id: 'bad-key' });
    const listed = await call(client, 'list_models');
    expect(listed).toMatchObject({
      models: [
        { id: 'bad-key', state: 'unhealthy' },
        { id: 'healthy', state: 'healthy' },
      ],
    });
    const incidents = await call(client, 'incidents', { open: true });
    expect(incidents).toMatchObject({
      incidents: [{ model: 'bad-key', reason: 'auth_failed', closed_at: null }],
    });

    // Both other ways tell the same: a daemon that is asked, and its database, which is read.
    const asked = await overStdio(['--url', daemon.url], { MODELPULSE_TOKEN: 'read-token' });
    expect((await asked.listTools()).tools.map(({ name }) => name)).not.toContain('check_now');
    const read = await overStdio(['--config', config]);
    for (const one of [asked, read]) {
      expect(await call(one, 'list_models')).toEqual(listed);
      expect(await call(one, 'list_models', { state: 'healthy', label: 'tier:gold' })).toMatchObject({
        models: [{ id: 'healthy' }],
      });
      expect(await call(one, 'incidents', { open: true })).toEqual(incidents);
      expect(await call(one, 'get_model', { id: 'bad-key' })).toMatchObject({
        last_check: { reason: 'auth_failed' },
      });
      expect(await call(one, 'uptime', { id: 'healthy' })).toMatchObject({
        window: '30d',
        items: [{ id: 'healthy' }],
      });
      expect(await call(one, 'explain_reply', { status: 529, provider: 'anthropic' })).toMatchObject({
        reason: 'overloaded',
      });
    }
    await expect(overStdio(['--url', daemon.url], { MODELPULSE_TOKEN: 'wrong' })).rejects.toThrow(
      /gives no answer/,
    );

    const before = receiver.received.length;
    await receiver.came(before + 1);
    const text = await (await fetch(`${daemon.url}/metrics`, authorized('read-token'))).text();
    await receiver.came(before + 2);
    const newest = receiver.received.slice(before);
    // What has no point at OTLP is of the process alone: numbers that come and go.
    const ofModels = (all: ReadonlyMap<string, number>) =>
      [...all].filter(([name]) => still.test(name)).sort();
    const pushes = newest.map((one) =>
      pushedSeries(metricsIn(one).filter(({ name }) => !name.startsWith('gen_ai'))),
    );
    const pushed = pushes.findLast((all) => all.size > 50) ?? new Map<string, number>();
    expect(ofModels(pushed)).toEqual(ofModels(scrapedSeries(text)));
    const names = (all: ReadonlyMap<string, number>) =>
      new Set(
        [...all.keys()].map((key) => key.split(' ')[0]).filter((name) => name?.startsWith('modelpulse_')),
      );
    expect(names(pushed)).toEqual(names(scrapedSeries(text)));
    expect(newest.flatMap(metricsIn).map(({ name }) => name)).toContain('gen_ai.client.operation.duration');
    expect(receiver.received[0]?.headers.authorization).toBe(secret);

    // A receiver that hangs hurts nothing, is counted, and logged once.
    receiver.answer = 'nothing';
    await daemon.line(({ msg }) => msg === 'metrics cannot be pushed');
    await receiver.came(receiver.received.length + 2);
    receiver.answer = { status: 200 };
    await daemon.line(({ msg }) => msg === 'metrics are pushed again');
    expect(daemon.lines.filter(({ msg }) => msg === 'metrics cannot be pushed')).toHaveLength(1);

    const after = scrapedSeries(
      await (await fetch(`${daemon.url}/metrics`, authorized('read-token'))).text(),
    );
    expect(after.get('modelpulse_otlp_pushes_total [["result","failed"]]')).toBeGreaterThanOrEqual(2);

    const shown = await command(['config', '--config', config]);
    expect(shown.out).toContain('endpoint: ');
    expect(`${shown.out}${JSON.stringify(daemon.lines)}${daemon.errors()}`).not.toContain('otlp-s3cret');
  }, 60_000);
});
