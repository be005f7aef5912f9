import { spawn, type ChildProcess } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll } from '@jest/globals';
import ts from 'typescript';
import { migrationsDir, type Workplace } from './samples.js';

const root = join(import.meta.dirname, '../..');

/** Writes the store as plain JavaScript to `directory`, for processes that can be killed. */
function compileStore(directory: string): void {
  const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext };
  for (const area of ['domain', 'store']) {
    for (const file of readdirSync(join(root, 'src', area), { encoding: 'utf8', recursive: true })) {
      if (!file.endsWith('.ts')) continue;
      mkdirSync(dirname(join(directory, area, file)), { recursive: true });
      const source = readFileSync(join(root, 'src', area, file), 'utf8');
      const { outputText } = ts.transpileModule(source, { compilerOptions });
      writeFileSync(join(directory, area, file.replace(/\.ts$/, '.js')), outputText);
    }
  }
  writeFileSync(join(directory, 'package.json'), '{"type": "module"}');
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
}

export interface Writer {
  readonly child: ChildProcess;
  readonly lines: string[];
  /** Resolves with the first line that starts so; rejects when the process ends before. */
  line(prefix: string): Promise<string>;
  /** Resolves when everything it printed has been read, with its exit code or signal. */
  readonly ended: Promise<number | string | null>;
}

/** Starts processes that open the store at `path` and write until they are killed, at the latest when `place` is cleared. */
export function writers(place: Workplace): (path: string) => Writer {
  const directory = mkdtempSync(join(tmpdir(), 'modelpulse-compiled-'));
  beforeAll(() => compileStore(directory));
  afterAll(() => rmSync(directory, { recursive: true }));
  return (path) => {
    const writer = startWriter(directory, path);
    place.onEnd(async () => {
      writer.child.kill('SIGKILL');
      await writer.ended;
    });
    return writer;
  };
}

function startWriter(compiled: string, path: string): Writer {
  const script = join(import.meta.dirname, 'writer.child.mjs');
  const child = spawn(process.execPath, [script, compiled, path, migrationsDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const ended = new Promise<number | string | null>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  return {
    child,
    lines,
    ended,
    line: (prefix) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.find((line) => line.startsWith(prefix));
          if (found !== undefined) resolve(found);
        };
        look();
        reader.on('line', look);
        void ended.then(() => reject(new Error(`ended without ${prefix}: ${lines.join(' | ')}`)));
      }),
  };
}
