import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFileWatch } from '../../src/app/watch.js';
import { createFolder } from './process.js';
import { inFull } from '../slow.js';

let folder: ReturnType<typeof createFolder>;
let close = (): void => undefined;
beforeEach(() => {
  folder = createFolder();
});
afterEach(() => {
  close();
  folder.clean();
});

/** Watches one file; resolves with the number of calls once there were `calls`. */
function watched(file: string, calls: number, answer: (call: number) => boolean): Promise<number> {
  return new Promise((resolve) => {
    let called = 0;
    const watch = createFileWatch([file]);
    ({ close } = watch);
    watch.begin(
      () => [file],
      () => {
        called += 1;
        if (called === calls) resolve(called);
        return Promise.resolve(answer(called));
      },
    );
  });
}

describe('file watch', () => {
  it('calls within some seconds even if the file changes constantly', async () => {
    const file = folder.write('secret', '0');
    const called = watched(file, 1, () => true);
    let turn = 0;
    const rotation = setInterval(() => {
      writeFileSync(file, 'x'.repeat((turn += 1)));
    }, 100);
    expect(await called).toBe(1);
    clearInterval(rotation);
    expect(turn).toBeLessThan(100);
  }, 30_000);

  inFull(
    'calls again until the change is applied or refused',
    async () => {
      const file = folder.write('secret', '0');
      const called = watched(file, 3, (call) => call === 3);
      writeFileSync(file, 'another');
      expect(await called).toBe(3);
    },
    30_000,
  );
});
