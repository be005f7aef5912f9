import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inFull } from '../slow.js';
import { moveDemo } from './demo-ports.js';

/** A copy of what the demo needs, on ports of its own; its set-up finds nothing to do. */
const place = mkdtempSync(join(tmpdir(), 'modelpulse-demo-'));
let ports: readonly number[] = [];

beforeAll(async () => {
  for (const name of ['dist', 'config', 'migrations']) cpSync(name, join(place, name), { recursive: true });
  ports = await moveDemo(place);
  symlinkSync(join(process.cwd(), 'node_modules'), join(place, 'node_modules'));
  cpSync('package.json', join(place, 'package.json'));
  mkdirSync(join(place, '.ci'));
  writeFileSync(join(place, '.ci/setup.mjs'), '');
});
/** Demos that were started; one that outlives its test is ended with the file. */
const pids: number[] = [];
afterAll(() => {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
  rmSync(place, { recursive: true, force: true });
});

interface Demo {
  /** The process that was started: npm, or the parent of the demo. */
  readonly parent: ChildProcess;
  /** The process of daemon and simulator. */
  readonly pid: number;
}

/** Starts a command and waits until its demo has started. */
async function started(file: string, args: readonly string[]): Promise<Demo> {
  const parent = spawn(file, args, {
    cwd: place,
    stdio: ['ignore', 'pipe', 'inherit'],
    // Its group, as that of a job of a shell: no signal for it may reach the test.
    detached: true,
  });
  const pid = await new Promise<number>((resolve, reject) => {
    createInterface({ input: parent.stdout }).on('line', (text) => {
      const line = text.startsWith('{') ? (JSON.parse(text) as { msg: string; pid: number }) : null;
      if (line?.msg === 'started') resolve(line.pid);
    });
    parent.once('exit', () => reject(new Error('ended before the demo started')));
  });
  pids.push(pid);
  return { parent, pid };
}

/** Resolves when the demo has ended, which frees its ports. */
async function ended({ parent }: Demo): Promise<void> {
  // The demo holds the pipe of its output open as long as it runs. Its pid may stay, where nothing collects orphans.
  if (parent.stdout?.closed === false) await once(parent.stdout, 'close');
  for (const port of ports) await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
}

describe('npm run demo', () => {
  inFull.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'stops daemon and simulator when npm ends by %s',
    async (signal) => {
      const demo = await started('npm', ['run', '--silent', 'demo']);
      demo.parent.kill(signal);
      await ended(demo);
    },
    30_000,
  );

  inFull(
    'stops daemon and simulator when its terminal hangs up',
    async () => {
      const demo = await started('npm', ['run', '--silent', 'demo']);
      process.kill(demo.pid, 'SIGHUP');
      await ended(demo);
    },
    30_000,
  );

  it('does not start if npm has ended during the setup', async () => {
    const gone = spawn(process.execPath, ['-e', '']);
    await once(gone, 'exit');
    const demo = spawn(process.execPath, ['dist/main.cjs', 'demo', '--parent', String(gone.pid)], {
      cwd: place,
    });
    demo.stdout.resume();
    await once(demo, 'close');
    await expect(fetch(`http://127.0.0.1:${ports[0]}/`)).rejects.toThrow('fetch failed');
  }, 30_000);
});

describe('modelpulse demo', () => {
  inFull(
    'ends when its parent process is killed',
    async () => {
      const script = `require('node:child_process').spawn(process.execPath, ['dist/main.cjs', 'demo'], { stdio: 'inherit' })`;
      const demo = await started(process.execPath, ['-e', script]);
      demo.parent.kill('SIGKILL');
      await ended(demo);
    },
    30_000,
  );

  inFull(
    'ends at once when killed',
    async () => {
      const demo = await started('npm', ['run', '--silent', 'demo']);
      process.kill(demo.pid, 'SIGKILL');
      await ended(demo);
    },
    30_000,
  );
});
