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
async function watched(file: string, calls: number, answer: (call: number) => boolean): Promise<number> {
  const watch = await createFileWatch([file]);
  ({ close } = watch);
  return new Promise((resolve) => {
    let called = 0;
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

/** Turns of the event loop until `ended`. */
function countTurns() {
  let turns = 0;
  let ended = false;
  const turn = (): void => {
    turns += 1;
    if (!ended) setImmediate(turn);
  };
  setImmediate(turn);
  return () => {
    ended = true;
    return turns;
  };
}

describe('file watch', () => {
  // 20,000 take over 20 ms on any machine, and a slice 2 ms.
  const many = Array.from({ length: 20_000 }, (_, n) => `/nowhere/secret-${n}`);

  it('looks at many files in turns of the loop', async () => {
    const file = folder.write('secret', '0');
    const watch = await createFileWatch([file, ...many]);
    ({ close } = watch);
    writeFileSync(file, 'another');
    let turns = (): number => 0;
    const seen = await new Promise<number>((resolve) => {
      watch.begin(
        () => {
          turns();
          turns = countTurns();
          return [file, ...many];
        },
        () => {
          resolve(turns());
          return Promise.resolve(true);
        },
      );
    });
    expect(seen).toBeGreaterThan(4);
  }, 30_000);

  it('calls nothing after it was closed during a look', async () => {
    const file = folder.write('secret', '0');
    const watch = await createFileWatch([file, ...many]);
    writeFileSync(file, 'another');
    let called = 0;
    let looks = 0;
    await new Promise<void>((resolve) => {
      watch.begin(
        () => {
          looks += 1;
          // The second look finds the file stable and would call.
          if (looks === 2)
            setImmediate(() => {
              watch.close();
              resolve();
            });
          return [file, ...many];
        },
        () => {
          called += 1;
          return Promise.resolve(true);
        },
      );
    });
    // Looks of as many files, in turn with the one that was closed, which ends before them.
    for (let look = 0; look < 2; look += 1) await createFileWatch(many);
    expect({ called, looks }).toEqual({ called: 0, looks: 2 });
  }, 30_000);

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
