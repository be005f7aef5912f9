import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readText } from '../../src/config/read/file-text.js';
import { createFolder } from '../app/process.js';
import { inFull } from '../slow.js';

const folder = createFolder();
afterAll(() => folder.clean());

function pipe(name: string): string {
  const path = `${folder.path}/${name}`;
  execFileSync('mkfifo', [path]);
  return path;
}

/** A shell that has the pipe open as its output, and a reader that reads nothing, so that it may write at any time. */
async function write(path: string, commands: string) {
  // A writer waits for a reader before it has the pipe.
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const script = `exec > "$1"; echo ready >&2; ${commands}`;
  const writer = spawn('sh', ['-c', script, 'sh', path], { stdio: ['ignore', 'ignore', 'pipe'] });
  await once(writer.stderr, 'data');
  return {
    end() {
      writer.kill();
      closeSync(reader);
    },
  };
}

describe('configuration from a pipe', () => {
  it('without a writer is read at once, as empty', async () => {
    expect(await readText(pipe('silent'), 1_000)).toEqual({ text: '' });
  });

  it('is read to its end, even from a slow writer', async () => {
    const path = pipe('slow');
    const writer = await write(path, 'sleep 0.3; printf a; sleep 0.3; printf b');
    expect(await readText(path, 1_000)).toEqual({ text: 'ab' });
    writer.end();
  });

  inFull(
    'with a silent writer fails after five seconds',
    async () => {
      const path = pipe('mute');
      const writer = await write(path, 'exec sleep 60');
      expect(await readText(path, 1_000)).toEqual({
        problem: 'cannot be read: nothing came through the pipe for 5 s',
      });
      writer.end();
    },
    60_000,
  );

  it('has the same size limit as a file', async () => {
    expect(await readText('/dev/zero', 1_000)).toEqual({ problem: 'is larger than 0.9765625 KiB' });
  });
});
