import { execFileSync, spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createLogOutput } from '../../src/app/log.js';
import { freePort } from './free-port.js';
import { createFolder } from './process.js';
import { series } from './registry.js';
import { inFull } from '../slow.js';

const program = fileURLToPath(new URL('../../dist/main.cjs', import.meta.url));
const log = new URL('../../dist/app/log.js', import.meta.url).href;

const folders: ReturnType<typeof createFolder>[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  for (const { clean } of folders.splice(0)) clean();
});

/** A daemon whose log nobody may see. Its configuration is wrong from the second reading on. */
async function daemonWith(output: StdioOptions, command: (args: readonly string[]) => readonly string[]) {
  const folder = createFolder();
  folders.push(folder);
  const { path } = folder;
  const port = await freePort();
  const config = {
    server: { listen: `127.0.0.1:${port}` },
    storage: { path: `${path}/pulse.db` },
    models: [],
  };
  folder.write('config.yaml', config);
  const [file = '', ...args] = command([process.execPath, program, 'run', '--config', `${path}/config.yaml`]);
  const child = spawn(file, args, { stdio: output, env: { PATH: process.env.PATH } });
  children.push(child);
  const url = `http://127.0.0.1:${port}`;
  while ((await fetch(`${url}/readyz`).catch(() => null))?.status !== 200) await wait(20);
  const wrong = Object.fromEntries(
    Array.from({ length: 300 }, (_, n) => [`unknown_${n}_${'x'.repeat(60)}`, n]),
  );
  folder.write('config.yaml', { ...config, ...wrong });
  return {
    child,
    async reload() {
      return (await fetch(`${url}/-/reload`, { method: 'POST' })).status;
    },
    async dropped() {
      return series(await (await fetch(`${url}/metrics`)).text(), 'modelpulse_log_dropped_total');
    },
  };
}

describe('the log', () => {
  inFull('drops and counts its lines on a full disk, and the daemon continues', async () => {
    const full = openSync('/dev/full', 'w');
    const daemon = await daemonWith(['ignore', full, 'ignore'], (args) => args);
    closeSync(full);
    const before = await daemon.dropped();
    expect(before).toBeGreaterThan(0);
    expect(await daemon.reload()).toBe(400);
    expect(await daemon.dropped()).toBeGreaterThan(before!);
    const ended = once(daemon.child, 'exit');
    daemon.child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  inFull.each<[string, StdioOptions, (args: readonly string[]) => readonly string[]]>([
    ['socket', ['ignore', 'pipe', 'ignore'], (args) => args],
    // The shell makes way for the daemon, whose pipe the sleeper holds and never reads.
    [
      'pipe',
      ['ignore', 'ignore', 'ignore'],
      (args) => ['bash', '-c', 'exec "$@" > >(exec sleep 20)', '-', ...args],
    ],
  ])(
    'does not block the daemon while the reader of a %s stalls, and counts dropped lines',
    async (_, output, command) => {
      const daemon = await daemonWith(output, command);
      for (let turn = 0; turn < 80; turn += 1) expect(await daemon.reload()).toBe(400);
      expect(await daemon.dropped()).toBeGreaterThan(0);
      const ended = once(daemon.child, 'exit');
      daemon.child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    },
  );

  inFull('keeps its lines complete and in order for a slow reader', async () => {
    const { path, clean } = createFolder();
    execFileSync('mkfifo', [`${path}/log`]);
    const reader = openSync(`${path}/log`, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(`${path}/log`, constants.O_WRONLY | constants.O_NONBLOCK);
    const output = createLogOutput(writer);
    const lines = Array.from({ length: 3_000 }, (_, n) => `${n} ${'x'.repeat(n % 200)}\n`);
    for (const line of lines) output.write(line);
    const room = Buffer.alloc(65_536);
    let text = '';
    while (text.length < lines.join('').length) {
      try {
        text += room.toString('utf8', 0, readSync(reader, room));
      } catch {
        await wait(5);
      }
    }
    expect([text === lines.join(''), output.dropped]).toEqual([true, 0]);
    closeSync(reader);
    closeSync(writer);
    clean();
  });

  it('drops and counts its lines while a terminal stands still, and the process goes on', async () => {
    // Lines of more than the terminal, the pipe behind it and the memory hold.
    const code = `import { writeSync } from 'node:fs';
      import { createLog } from '${log}';
      const { logger, output } = await createLog('info', process.stdout);
      for (let n = 0; n < 20_000; n += 1) logger.info({ n }, 'x'.repeat(100));
      writeSync(2, String(output.dropped));
      process.exit(3);`;
    const folder = createFolder();
    folders.push(folder);
    const file = folder.write('log.mjs', code);
    const said = `${folder.path}/said`;
    const child = spawn('script', ['-qec', `"${process.execPath}" ${file} 2>${said}`, '/dev/null'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: process.env.PATH, SHELL: '/bin/sh' },
    });
    children.push(child);
    while (!existsSync(said) || readFileSync(said, 'utf8') === '') await wait(50);
    expect(Number(readFileSync(said, 'utf8'))).toBeGreaterThan(0);
    child.stdout.resume();
    expect(await once(child, 'close')).toEqual([3, null]);
  }, 20_000);

  it('flushes its last lines when an error ends the process', async () => {
    const script = `import { createLog } from '${log}';
      const { logger } = await createLog('info', process.stdout);
      for (let n = 0; n < 5000; n += 1) logger.info({ n }, 'said');
      logger.error('last words');
      throw new Error('the end');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(child);
    const read: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => read.push(line));
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(read).toHaveLength(5_001);
    expect(read.at(-1)).toContain('last words');
  });
});
