import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { namesCommand } from '../../src/cli/command-line.js';

it.each([
  ['run', true],
  ['--config run run', true],
  ['--log-level debug run --help', true],
  ['help run', false],
  ['status --model run', false],
  ['--config run check', false],
  ['--log-level loud run', false],
  ['--version run', false],
])('of "%s" the daemon is the command: %s', (line, expected) => {
  expect(namesCommand('run', line.split(' '))).toBe(expected);
});

/** The files of dist that a file loads before it runs, itself included. */
function loadedWith(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  for (const [, name = ''] of text.matchAll(/(?:\bfrom|^import|;import)\s*"(\.{1,2}\/[\w./-]+\.js)"/gm))
    loadedWith(join(dirname(file), name), seen);
  return seen;
}

it('the daemon starts from few files', () => {
  const [chunk] =
    /(?<=import\(")[^"]*\/run-[^"]*/.exec(readFileSync('dist/cli/daemon-program.js', 'utf8')) ?? [];
  const loaded = loadedWith(join('dist/cli', chunk!));
  expect(loaded.size).toBeGreaterThan(1);
  expect(loaded.size).toBeLessThan(60);
});
