import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createFolder } from '../app/process.js';
import { freePort } from '../app/free-port.js';
import { moveDemo } from '../cli/demo-ports.js';
import { createSimulator, type RunningSimulator } from '../../src/simulator/simulator.js';

const folder = createFolder();
const packing = createFolder();
let simulator: RunningSimulator;
/** Those of the demo. */
let ports: readonly number[] = [];

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(command: string, args: readonly string[], cwd: string): Promise<Ended> {
  const options = { cwd, encoding: 'utf8' as const, maxBuffer: 1e8 };
  return promisify(execFile)(command, args, options).then(
    ({ stdout: out, stderr: err }) => ({ code: 0, out, err }),
    (error: unknown) => {
      // As promisify(execFile) rejects.
      const { code, stdout: out, stderr: err } = error as { code: number; stdout: string; stderr: string };
      return { code, out, err };
    },
  );
}

const modelpulse = (...args: readonly string[]): Promise<Ended> =>
  run('npx', ['modelpulse', ...args], folder.path);

beforeAll(async () => {
  simulator = await createSimulator().listen(0, '127.0.0.1');
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', packing.path], '.');
  // Of the newer Nodes the database comes as a binary; the older ones compile it.
  const scripts = Number(process.versions.napi) >= 10 ? ['--ignore-scripts'] : [];
  const archive = `${packing.path}/modelpulse-${(JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version}.tgz`;
  const installed = await run(
    'npm',
    ['install', '--no-audit', '--no-fund', ...scripts, archive],
    folder.path,
  );
  expect(installed).toMatchObject({ code: 0 });
  ports = await moveDemo(`${folder.path}/node_modules/modelpulse`);
}, 400_000);
afterAll(async () => {
  await simulator.close();
  folder.clean();
  packing.clean();
});

it('the package works in an empty folder: init, check, explain and run', async () => {
  const address = ['--base-url', `${simulator.url}/v1`, '--key-env', 'none'];
  const named = ['--provider', 'openai_compatible', '--model', 'healthy', ...address];
  const made = await modelpulse('init', ...named);
  expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/healthy +healthy +ok/) });
  expect(existsSync(`${folder.path}/config/modelpulse.yaml`)).toBe(true);
  expect(await modelpulse('init', ...named)).toMatchObject({
    code: 2,
    err: expect.stringContaining('exists'),
  });
  expect(await modelpulse('check')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/healthy +healthy +ok/),
  });
  const reply = folder.write(
    'reply.txt',
    'HTTP/1.1 401 Unauthorized\n\n{"error":{"code":"invalid_api_key"}}',
  );
  expect((await modelpulse('explain', reply)).out).toContain('auth_failed');
  const port = await freePort();
  const file = `${folder.path}/config/modelpulse.yaml`;
  const served = folder.write(
    'served.yaml',
    readFileSync(file, 'utf8').replace('127.0.0.1:9464', `127.0.0.1:${port}`),
  );
  const script = `
    import { createMonitor } from 'modelpulse';
    const monitor = await createMonitor({ config: ${JSON.stringify(served)}, listen: true });
    console.log((await fetch(monitor.url + '/readyz')).status, (await fetch(monitor.url)).status);
    await monitor.stop();`;
  const module = folder.write('served.mjs', script);
  expect(await run(process.execPath, [module], folder.path)).toMatchObject({ code: 0, out: '200 200\n' });
  const ended = run(
    'timeout',
    ['-s', 'TERM', '8', 'npx', 'modelpulse', 'run', '--config', served],
    folder.path,
  );
  expect((await ended).out).toContain('"msg":"started"');
}, 120_000);

it.each(['SIGINT', 'SIGTERM'] as const)(
  "README's first command without a checkout works there, and leaves nothing behind at %s",
  async (signal) => {
    const [, written = ''] = /^Without a checkout: `([^`]+)`/m.exec(readFileSync('README.md', 'utf8')) ?? [];
    const [program = '', ...args] = written.split(' ');
    const [page, , receiver] = ports;
    const demo = spawn(program, args, {
      cwd: folder.path,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const closed = once(demo, 'close');
    try {
      const lines = createInterface({ input: demo.stdout });
      for await (const line of lines) if (line.startsWith('Ctrl-C ends it')) break;
      demo.stdout.resume();
      for (const address of [`${page}/`, `${page}/status`, `${receiver}/`]) {
        const shown = await fetch(`http://127.0.0.1:${address}`);
        expect([address, shown.status, await shown.text()]).toEqual([
          address,
          200,
          expect.stringContaining('<html'),
        ]);
      }
      // Ctrl-C reaches the whole group; a supervisor signals the process that it started.
      process.kill(signal === 'SIGINT' ? -demo.pid! : demo.pid!, signal);
      await closed;
      for (const port of ports)
        await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
    } finally {
      try {
        process.kill(-demo.pid!, 'SIGKILL');
      } catch {
        // All of them have ended.
      }
    }
  },
  60_000,
);
