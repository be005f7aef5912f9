import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createGlances } from '../../src/http/pages/glances.js';
import type { Glance } from '../../src/page/glance.js';
import { noon, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';

const minute = 60_000;

/** Glances over a backend whose answers the test gives. */
function site() {
  let now = noon;
  let view = sampleView('a');
  const asked: ((glances: readonly Partial<Glance>[] | Error) => void)[] = [];
  const backend = createFakeBackend(
    {},
    {
      now: () => now,
      views: () => [view],
      readLong: () =>
        new Promise((resolve, reject) => {
          const at = now;
          asked.push((glances) => {
            if (glances instanceof Error) reject(glances);
            else {
              const text = JSON.stringify(glances.map((glance) => ({ at, ...glance })));
              resolve({ text: Buffer.from(text), before: null });
            }
          });
        }),
    },
  );
  const glances = createGlances(backend);
  const questions = async (count: number): Promise<void> => {
    for (let turn = 0; asked.length < count; turn += 1) {
      if (turn > 1_000) throw new Error(`only ${asked.length} questions`);
      await setImmediate();
    }
  };
  return {
    glances,
    asked,
    questions,
    pass: (ms: number) => (now += ms),
    views: () => [view],
    exclude: () => (view = { ...view, exclusions: [] }),
    p95: () => glances.of(view.key)?.p95 ?? null,
  };
}

describe('glances', () => {
  it('are waited for by all readers at first, and asked for once', async () => {
    const { glances, asked, questions, views, p95 } = site();
    const readers = [glances.refresh(views()), glances.refresh(views())];
    await questions(1);
    asked[0]!([{ p95: 1 }]);
    await Promise.all(readers);
    expect([asked.length, p95()]).toEqual([1, 1]);
  });

  it('of a minute ago are shown while new ones are made, those of ten minutes ago are not', async () => {
    const { glances, asked, questions, views, pass, p95 } = site();
    const first = glances.refresh(views());
    await questions(1);
    asked[0]!([{ p95: 1 }]);
    await first;
    pass(2 * minute);
    await glances.refresh(views());
    expect(p95()).toBe(1);
    await questions(2);
    asked[1]!([{ p95: 2 }]);
    await setImmediate();
    pass(20 * minute);
    const late = glances.refresh(views());
    expect(p95()).not.toBe(1);
    await questions(3);
    asked[2]!([{ p95: 3 }]);
    await late;
    expect(p95()).toBe(3);
  });

  it('are made anew when time is excluded', async () => {
    const { glances, asked, questions, views, exclude, p95 } = site();
    const first = glances.refresh(views());
    await questions(1);
    asked[0]!([{ p95: 1 }]);
    await first;
    exclude();
    const next = glances.refresh(views());
    await questions(2);
    asked[1]!([{ p95: 2 }]);
    await next;
    expect(p95()).toBe(2);
  });

  it('are asked for again after a read that failed', async () => {
    const { glances, asked, questions, views, p95 } = site();
    const first = glances.refresh(views());
    await questions(1);
    asked[0]!(new Error('busy'));
    await first;
    expect(p95()).toBeNull();
    const next = glances.refresh(views());
    await questions(2);
    asked[1]!([{ p95: 2 }]);
    await next;
    expect(p95()).toBe(2);
  });
});
