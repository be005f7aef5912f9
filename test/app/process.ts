import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';

const entry = fileURLToPath(new URL('../../dist/main.cjs', import.meta.url));
/** `npm start`, the image and the unit of systemd start Node with it; memory is measured as a user has it. */
const asShipped = '--max-semi-space-size=8';

export type Line = Record<string, unknown> & { readonly msg: string };

/** A command of the built program. */
export interface Running {
  readonly child: ChildProcess;
  /** Everything it logged so far; lines that are not JSON fail the test that reads them. */
  readonly lines: Line[];
  readonly errors: () => string;
  /** Resolves with the first line, past or future, that fits; rejects when the process ends without it. */
  line(fits: (line: Line) => boolean): Promise<Line>;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** A folder for one test, removed by `clean`. */
export function createFolder(): {
  path: string;
  write(name: string, content: unknown): string;
  clean(): void;
} {
  const path = mkdtempSync(join(tmpdir(), 'modelpulse-'));
  return {
    path,
    write(name, content) {
      const file = join(path, name);
      writeFileSync(file, typeof content === 'string' ? content : stringify(content));
      return file;
    },
    clean: () => rmSync(path, { recursive: true, force: true }),
  };
}

export function start(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  output: 'json' | 'text' = 'json',
): Running {
  const child = spawn(process.execPath, [asShipped, entry, ...args], {
    env: { PATH: process.env.PATH, ...environment },
  });
  const lines: Line[] = [];
  const events = new EventEmitter();
  events.setMaxListeners(0);
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = output === 'json' ? (JSON.parse(text) as Line) : { msg: text };
    lines.push(line);
    events.emit('line', line);
  });
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return {
    child,
    lines,
    errors: () => errors,
    ended,
    line(fits) {
      const past = lines.find(fits);
      if (past) return Promise.resolve(past);
      return new Promise((resolve, reject) => {
        events.on('line', (line: Line) => {
          if (fits(line)) resolve(line);
        });
        void ended.then((code) =>
          reject(new Error(`ended with ${code}: ${errors}\n${JSON.stringify(lines)}`)),
        );
      });
    },
  };
}

export interface RunningDaemon extends Running {
  readonly url: string;
  get(path: string): Promise<{ status: number; text: string; json: () => unknown }>;
  post(path: string): Promise<{ status: number; text: string; json: () => unknown }>;
}

/** Starts the daemon and waits until it listens. */
export async function startDaemon(
  config: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<RunningDaemon> {
  const running = start(['run', '--config', config], environment);
  const { url } = (await running.line(({ msg }) => msg === 'started')) as unknown as { url: string };
  const ask = async (path: string, method: string) => {
    const response = await fetch(url + path, { method });
    const text = await response.text();
    return { status: response.status, text, json: () => JSON.parse(text) as unknown };
  };
  return { ...running, url, get: (path) => ask(path, 'GET'), post: (path) => ask(path, 'POST') };
}

/** Runs a command to its end. */
export async function command(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<{ code: number | string; out: string; err: string }> {
  const child = spawn(process.execPath, [entry, ...args], {
    env: { PATH: process.env.PATH, ...environment },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code: code ?? signal ?? 'none', out, err };
}
