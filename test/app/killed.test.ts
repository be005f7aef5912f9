import { describe, expect, it } from '@jest/globals';
import { openStoreReader } from '../../src/store/sqlite/store-reader.js';
import { migrationsDir, workplace } from '../store/samples.js';
import { replayed } from '../store/transfer/replaying.js';
import { loadUntilGone } from './killing/load.js';
import { expectOldCounted, retentionBegun, writeOldPast } from './killing/old-past.js';
import { expectGaps, expectKept, expectReplay, expectSound } from './killing/stored.js';
import { createWitness, type Witness } from './killing/witness.js';
import { start, type RunningDaemon } from './process.js';
import { useSite } from './registry.js';
import { amount } from '../slow.js';

const site = useSite();
const place = workplace();
const kills = amount(100, 2);
/** Not `steady`: a slot that overlaps a check asked for is no slot that nobody watched. */
const asked = ['failing', 'flapping', 'flaky', 'maintained', 'shifting', 'leaving'];

/** Numbers in [0, 1) that a seed fixes: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Writes a configuration at random: some of it is always the same, some comes, changes and goes. */
function configureBy(random: () => number, path: string): string {
  const { model, configure } = site();
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)]!;
  const named = (id: string, play: string, more = {}): object => model(play, { id, ...more });
  const window = (cron: string) => ({ cron, timezone: 'UTC', duration: '1m', models: ['maintained'] });
  const models = [
    named('steady', 'healthy'),
    named('failing', 'bad-key'),
    named('flapping', 'down-1s-every-3s'),
    named('flaky', 'flaky-50'),
    named('slow', 'slow-1500ms', { timeout: '3s' }),
    named('maintained', 'flaky-50'),
    named('shifting', pick(['flaky-20', 'flaky-50']), {
      schedule: { every: pick(['1s', '2s', '3s']) },
      confirm: { failures: pick([1, 2, 3]), successes: pick([1, 2]) },
    }),
    ...(random() < 0.7 ? [named('leaving', 'degraded-1s-every-3s')] : []),
  ];
  return configure(models, {
    storage: { path, retention: { checks: '1h', failures: '1h', hours: '1d', days: '60d' } },
    maintenance: pick([[], [window('* * * * *')], [window('*/2 * * * *')]]),
  });
}

/** Lets the daemon work until it has answered some times, now and then for long enough to see retention, and kills it. */
async function killAtWork(
  running: RunningDaemon,
  parts: { random: () => number; reconfigure: () => void; witness: Witness; leastMs: number },
): Promise<void> {
  const { random, leastMs } = parts;
  let answersLeft = Math.floor(random() * 60);
  const killFrom = performance.now() + leastMs;
  await loadUntilGone(running, {
    ...parts,
    models: asked,
    answered() {
      answersLeft -= 1;
      if (answersLeft > 0 || performance.now() < killFrom) return;
      // The delay only varies the moment of the kill; nothing waits for it.
      setTimeout(() => running.child.kill('SIGKILL'), random() * 20);
    },
  });
  expect(await running.ended).toBe('SIGKILL');
}

async function killAgainAndAgain(path: string, random: () => number): Promise<void> {
  const { daemon } = site();
  const reconfigure = (): string => configureBy(random, path);
  const witness = createWitness();
  const starts: number[] = [];
  let startMs = 500;
  for (let round = 0; round < kills; round += 1) {
    const config = reconfigure();
    starts.push(Date.now());
    if (round % 2 === 1) {
      const starting = start(['run', '--config', config]);
      setTimeout(() => starting.child.kill('SIGKILL'), random() * startMs);
      expect(await starting.ended).toBe('SIGKILL');
      continue;
    }
    const running = await daemon(config);
    startMs = Date.now() - starts.at(-1)!;
    witness.scraped((await running.get('/metrics')).text);
    const leastMs = round % 4 === 2 ? 1_000 + random() * 600 : 0;
    await killAtWork(running, { random, reconfigure, witness, leastMs });
    expectSound(path);
  }
  const last = await daemon(reconfigure());
  witness.scraped((await last.get('/metrics')).text);
  await retentionBegun(path);
  last.child.kill('SIGTERM');
  expect(await last.ended).toBe(0);

  const store = openStoreReader(path, migrationsDir);
  const models = (await store.models()).filter(({ id }) => id !== 'old');
  expect(witness.results.size).toBeGreaterThan(amount(3 * kills, 0));
  await expectKept(store, models, witness);
  for (const model of models) await expectReplay(store, model);
  const steady = models.find(({ id }) => id === 'steady')!;
  // Of a few kills none may last over a slot.
  expect(await expectGaps(store, steady, starts)).toBeGreaterThan(amount(kills / 20, -1));
  await expectOldCounted(store);
  await store.close();
  expect(replayed(path)).toMatchObject({ different: 0, differences: [] });
}

describe('daemon killed repeatedly', () => {
  it('loses nothing that it has answered, listed, logged or counted, and its history replays consistently', async () => {
    const path = `${site().folder.path}/pulse.db`;
    const store = place.open(path);
    await writeOldPast(store);
    await store.close();
    const seed = Date.now() % 2 ** 31;
    try {
      await killAgainAndAgain(path, randomFrom(seed));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`with seed ${seed}: ${message}`, { cause: error });
    }
  }, 900_000);
});
