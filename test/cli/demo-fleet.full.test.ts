import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from '@jest/globals';
import { freePort } from '../app/free-port.js';
import { until } from '../app/fleet-site.js';
import { withServer } from '../store/postgres/server.js';

interface Demo {
  /** The process that was started. */
  readonly child: ChildProcess;
  /** Resolves to the first group of the first line, past or future, that fits. */
  said(pattern: RegExp): Promise<string>;
  readonly ended: Promise<void>;
  readonly text: () => string;
}

/** Command lines of processes that have this text. */
const processesWith = (text: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return [];
      }
    })
    .filter((line) => line.includes(text));

const demos: Demo[] = [];
afterEach(() => {
  for (const { child } of demos.splice(0)) child.kill('SIGKILL');
});

function start(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Demo {
  const child = spawn(file, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  const lines = createInterface({ input: child.stdout });
  const ended = new Promise<void>((resolve) => lines.once('close', resolve));
  lines.on('line', (line) => (text += `${line}\n`));
  const demo: Demo = {
    child,
    ended,
    text: () => text,
    async said(pattern) {
      let over = false;
      void ended.then(() => (over = true));
      const found = await until(
        () => Promise.resolve([over, pattern.exec(text)] as const),
        ([isOver, match]) => isOver || match !== null,
      );
      if (found[1] === null) throw new Error(`${String(pattern)} was not said: ${text}`);
      return found[1][1]!;
    },
  };
  demos.push(demo);
  return demo;
}

const command = async (): Promise<string[]> => [
  'dist/main.cjs',
  'demo',
  '--fleet',
  '--port',
  String(await freePort(4)),
];

/** Nothing of the demo is left: neither process nor folder. */
async function expectNothingLeft(folder: string): Promise<void> {
  await until(
    () => Promise.resolve([existsSync(folder), processesWith(folder)] as const),
    ([there, processes]) => !there && processes.length === 0,
    20,
  );
}

withServer('modelpulse demo --fleet', (server) => {
  it('shows how an instance takes over from a killed one, and ends when its parent is killed', async () => {
    const script = `require('node:child_process').spawn(process.execPath, ${JSON.stringify(await command())}, { stdio: 'inherit' })`;
    const demo = start(process.execPath, ['-e', script]);
    const folder = await demo.said(/its log +(\S+)\/\w\.log/);
    const other = await demo.said(/(http\S+) +instance b/);
    expect(processesWith(folder).length).toBeGreaterThan(2);
    process.kill(Number(await demo.said(/kill -9 (\d+)/)), 'SIGKILL');
    await demo.said(/(a \(pid \d+\) has ended: SIGKILL)/);
    const seconds = await demo.said(/b checks all models, ([\d.]+) s later/);
    expect(Number(seconds)).toBeLessThan(25);
    expect(await (await fetch(`${other}/metrics`)).text()).toMatch(/^modelpulse_shards_owned 256$/m);
    await demo.said(/a is started again: pid (\d+)/);
    demo.child.kill('SIGKILL');
    await demo.ended;
    await expectNothingLeft(folder);
  }, 90_000);

  it('leaves neither process nor folder behind when it is killed itself', async () => {
    const demo = start(process.execPath, await command());
    const folder = await demo.said(/its log +(\S+)\/\w\.log/);
    demo.child.kill('SIGKILL');
    await demo.ended;
    await expectNothingLeft(folder);
  }, 60_000);

  it('uses the server of DATABASE_URL, where it drops what it has made', async () => {
    const schemas = () =>
      server().sql('postgres', `SELECT nspname FROM pg_namespace WHERE nspname LIKE 'modelpulse\\_demo%'`);
    const demo = start(process.execPath, await command(), { DATABASE_URL: server().url('postgres') });
    const folder = await demo.said(/its log +(\S+)\/\w\.log/);
    expect(await schemas()).toMatch(/^modelpulse_demo_\w+\n$/);
    demo.child.kill('SIGINT');
    await demo.ended;
    await expectNothingLeft(folder);
    expect(await schemas()).toBe('');
    expect(demo.text()).not.toContain('correct');
  }, 60_000);
});
