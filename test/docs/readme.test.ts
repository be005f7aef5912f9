import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { blocksOf } from './pages.js';
import { freePort } from '../app/free-port.js';
import { inFull, slow } from '../slow.js';

const blocks = blocksOf('README.md').filter(({ language }) => language === 'sh');
/** What cannot be had here; of those blocks only the files they name are looked for. */
const elsewhere = new Set(['docker', 'kubernetes', 'systemd']);
const checkout = mkdtempSync(join(tmpdir(), 'modelpulse-readme-'));
const usualPorts = ['9464', '9465', '9466'];
let ports: readonly string[] = [];
let service: { end(): Promise<void> } | null = null;

/** The usual ports may be taken. */
function moved(text: string): string {
  return usualPorts.reduce((result, port, index) => result.replaceAll(port, ports[index]!), text);
}

function shell(text: string) {
  return spawn('bash', ['-euo', 'pipefail', '-c', moved(text)], { cwd: checkout, detached: true });
}

/** Runs what does not end, until it says that it started. */
async function serve(text: string): Promise<void> {
  const child = shell(text);
  let said = '';
  const ended = once(child, 'close');
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  service = {
    async end() {
      process.kill(-child.pid!, 'SIGTERM');
      await ended;
    },
  };
  const started = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      said += `${line}\n`;
      if (line.includes('"msg":"started"')) resolve();
    });
  });
  await Promise.race([started, ended.then(() => Promise.reject(new Error(said)))]);
}

async function endService(): Promise<void> {
  await service?.end();
  service = null;
}

beforeAll(async () => {
  if (!slow) return;
  const first = await freePort(3);
  ports = [first, first + 1, first + 2].map(String);
  const left = new Set(['.git', 'node_modules', 'data', 'test']);
  for (const name of readdirSync('.').filter((entry) => !left.has(entry))) {
    cpSync(name, join(checkout, name), { recursive: true, preserveTimestamps: true });
  }
  // The copy would install through the link what is missing here.
  execFileSync(process.execPath, ['.ci/setup.mjs']);
  symlinkSync(join(process.cwd(), 'node_modules'), join(checkout, 'node_modules'));
  execFileSync(process.execPath, ['.ci/setup.mjs'], { cwd: checkout });
  const chunks = readdirSync(join(checkout, 'dist/chunks')).filter((name) => name.endsWith('.js'));
  const files = [
    'config/modelpulse.yaml',
    'config/demo.yaml',
    ...chunks.map((name) => `dist/chunks/${name}`),
  ];
  for (const name of files) {
    const path = join(checkout, name);
    writeFileSync(path, moved(readFileSync(path, 'utf8')));
  }
}, 240_000);
afterAll(async () => {
  await endService();
  rmSync(checkout, { recursive: true, force: true });
});

/** Runs what ends, and returns what it printed. */
async function run(text: string): Promise<string> {
  const child = shell(text);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`ended with ${code}: ${said}`);
  return said;
}

describe('commands in the README', () => {
  inFull(
    'work from top to bottom',
    async () => {
      for (const { note, text } of blocks.filter((block) => !elsewhere.has(block.note))) {
        if (note === 'service') {
          await endService();
          await serve(text);
        } else expect({ text, said: await run(text) }).toEqual({ text, said: expect.anything() });
      }
    },
    240_000,
  );

  it('name existing files if they cannot be run', () => {
    const files = blocks
      .filter(({ note }) => elsewhere.has(note))
      .flatMap(({ text }) => text.match(/\bdeploy\/[\w./-]*\w/g) ?? []);
    expect([...files, 'docker-compose.yml'].filter((file) => !existsSync(file))).toEqual([]);
  });

  it('are in a page of limited length', () => {
    expect(readFileSync('README.md', 'utf8').split('\n').length).toBeLessThanOrEqual(251);
  });
});
