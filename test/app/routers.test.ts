import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { fixedQuestion } from '../checker/model.js';
import { completion } from '../checker/server.js';
import { blocksOf } from '../docs/pages.js';
import { became, useSite } from './registry.js';

/** Programs of Debian's packages, which not every PATH finds. */
const found = (name: string): string => [`/usr/sbin/${name}`].find((path) => existsSync(path)) ?? name;
const lacks = ['haproxy', 'nginx'].filter((name) => spawnSync(found(name), ['-v']).status !== 0);
const skips = lacks.length > 0 && process.env.CI !== 'true';
if (skips) process.stderr.write(`SKIPPED: not installed, so not tried with it: ${lacks.join(', ')}\n`);

/** A recipe of the page, with addresses of the test in place of those that stand there. */
function recipe(language: string, note: string, changes: Readonly<Record<string, string>>): string {
  const block = blocksOf('docs/routers.md').find((one) => one.language === language && one.note === note);
  let text = block?.text ?? '';
  for (const [written, own] of Object.entries(changes)) {
    expect(text).toContain(written);
    text = text.replaceAll(written, own);
  }
  return text;
}
const site = useSite();

const routers: ChildProcess[] = [];
afterEach(async () => {
  for (const router of routers.splice(0)) {
    if (router.exitCode !== null) continue;
    const ended = once(router, 'close');
    router.kill('SIGKILL');
    await ended;
  }
});

/** Starts a router and waits until its socket is there. */
async function startRouter(program: string, args: readonly string[], socketPath: string): Promise<void> {
  const router = spawn(found(program), args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  router.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  routers.push(router);
  for (let tries = 0; !existsSync(socketPath); tries += 1) {
    if (router.exitCode !== null || tries > 3_000) throw new Error(`${program} does not start: ${errors}`);
    await wait(20);
  }
}

/** The answer of HAProxy's own socket to a command. */
async function tell(socketPath: string, command: string): Promise<string> {
  const socket = connect(socketPath).setEncoding('utf8');
  let text = '';
  socket.on('data', (chunk: string) => (text += chunk));
  socket.end(`${command}\n`);
  await once(socket, 'close');
  return text;
}

/** Status of each server, such as `{"by_http/gpt": "UP"}`. */
async function serverStatuses(socketPath: string): Promise<Record<string, string>> {
  const [head = '', ...rows] = (await tell(socketPath, 'show stat -1 4 -1')).trim().split('\n');
  const names = head.replace(/^# /, '').split(',');
  const statusOf = (row: string): [string, string] => {
    const values = row.split(',');
    const of = (name: string): string => values[names.indexOf(name)] ?? '';
    return [`${of('pxname')}/${of('svname')}`, of('status')];
  };
  return Object.fromEntries(rows.map(statusOf));
}

/** Waits until HAProxy says so; it tells nobody by itself. A server that only an agent tells of has `no check` until it is down. */
async function until(socketPath: string, expected: Record<string, string>): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const seen = await serverStatuses(socketPath);
    if (
      Object.entries(expected).every(([name, status]) => seen[name]?.split(' ')[0] === status.split(' ')[0])
    )
      return;
    if (Date.now() > deadline) expect(seen).toMatchObject(expected);
    await wait(20);
  }
}

/** Name of the model that a router leads a request to. */
async function servedBy(socketPath: string): Promise<string> {
  const asking = request({ socketPath, path: '/v1/which', method: 'GET' }).end();
  const [response] = (await once(asking, 'response')) as [NodeJS.ReadableStream];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}

(skips ? describe.skip : describe)('HAProxy and NGINX', () => {
  it('lead no request to a model that breaks, and take it back: checks of /up, the agent, and NGINX', async () => {
    const { serve, configure, daemon, folder } = site();
    let broken = false;
    const provider = (name: string) =>
      serve((asked, response) => {
        if (asked.url === '/v1/which') response.end(name);
        else if (name === 'gpt' && broken) response.writeHead(500).end('{"error":{"message":"down"}}');
        else response.writeHead(200, { 'content-type': 'application/json' }).end(completion('New Delhi'));
      });
    const ports = { gpt: (await provider('gpt')).port, mini: (await provider('mini')).port };
    const models = Object.entries(ports).map(([id, port]) => ({
      ...{ id, provider: 'openai_compatible', base_url: `http://127.0.0.1:${port}/v1`, model: 'm' },
      ...{ api_key: 'sk-test-0123456789abcdef', confirm: { failures: 1, successes: 1 } },
      ...fixedQuestion,
    }));
    const page = {
      status_pages: [
        { path: '/status', title: 'Status', models: { ids: ['*'] }, access: 'public', show: { ids: true } },
      ],
    };
    const server = { listen: '127.0.0.1:0', bearer_token: 'of-the-tests' };
    const running = await daemon(
      configure(models, { server, up: { agent: { listen: '127.0.0.1:0' } }, ...page }),
    );
    const agent = (await running.line(({ msg }) => msg === 'agent listens')) as unknown as {
      address: string;
    };
    for (const id of ['gpt', 'mini']) await running.line(became(id, 'healthy'));

    const [own, ofAgent] = [new URL(running.url).port, agent.address.split(':')[1] ?? ''];
    const places = (port: number) => ({
      [`10.0.0.1:${port}`]: `127.0.0.1:${ports.gpt}`,
      [`10.0.0.2:${port}`]: `127.0.0.1:${ports.mini}`,
    });
    const http = {
      ...places(443),
      'port 9464': `port ${own}`,
      'inter 2s': 'inter 100ms',
      TOKEN: 'of-the-tests',
    };
    const byAgent = { ...places(443), '9465': ofAgent, 'agent-inter 2s': 'agent-inter 100ms' };
    const [stats, sockets] = [`${folder.path}/stats.sock`, (name: string) => `${folder.path}/${name}.sock`];
    const fronts = ['http', 'agent'].map(
      (name) => `frontend ${name}_front\n  bind ${sockets(name)}\n  default_backend by_${name}\n`,
    );
    const haproxy = folder.write(
      'haproxy.cfg',
      `global
  stats socket ${stats} mode 600 level admin
defaults
  mode http
  timeout connect 5s
  timeout client 10s
  timeout server 10s
${fronts.join('')}
${recipe('haproxy', 'http', { ...http, 'backend models': 'backend by_http' })}
${recipe('haproxy', 'agent', { ...byAgent, 'backend models': 'backend by_agent' })}`,
    );
    await startRouter('haproxy', ['-db', '-f', haproxy], stats);
    const changes = { ...places(8000), '127.0.0.1:9464': `127.0.0.1:${own}`, TOKEN: 'of-the-tests' };
    const kept = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder.path}/${name};`,
    );
    const nginx = folder.write(
      'nginx.conf',
      `daemon off; master_process off; pid ${folder.path}/nginx.pid; error_log stderr;
events {}
http { access_log off; ${kept.join(' ')} server { listen unix:${sockets('nginx')};
${recipe('nginx', 'up', changes)} } }`,
    );
    await startRouter('nginx', ['-c', nginx], sockets('nginx'));

    const all = { 'by_http/gpt': 'UP', 'by_http/mini': 'UP', 'by_agent/mini': 'no check' };
    await until(stats, { ...all, 'by_agent/gpt': 'no check' });
    for (const name of ['http', 'nginx']) expect(await servedBy(sockets(name))).toBe('gpt');

    broken = true;
    await until(stats, { ...all, 'by_http/gpt': 'DOWN', 'by_agent/gpt': 'DOWN' });
    for (const name of ['http', 'agent', 'nginx']) expect(await servedBy(sockets(name))).toBe('mini');

    const headers = { authorization: 'Bearer of-the-tests' };
    const routing = await fetch(`${running.url}/api/v1/routing`, { headers });
    const { items } = (await routing.json()) as { items: object[] };
    expect(items).toMatchObject([{ id: 'mini', state: 'healthy', p50: expect.any(Number) as unknown }]);
    const metrics = (await running.get('/status/metrics')).text;
    expect(metrics).toMatch(/^monitor_status\{[^}]*monitor_name="gpt"[^}]*\} 0$/m);
    const statuses = (await running.get('/status/api/v1/endpoints/statuses')).json() as {
      name: string;
      results: { success: boolean }[];
    }[];
    const now = statuses.map(({ name, results }) => [name, results.at(-1)?.success]);
    expect(now).toEqual([
      ['gpt', false],
      ['mini', true],
    ]);

    broken = false;
    await until(stats, { ...all, 'by_agent/gpt': 'no check' });
    for (const name of ['http', 'nginx']) expect(await servedBy(sockets(name))).toBe('gpt');
  });
});
