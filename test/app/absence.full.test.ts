import { copyFileSync } from 'node:fs';
import { afterEach, expect, it } from '@jest/globals';
import { dayMs, minuteMs } from '../../src/domain/period.js';
import { result, workplace } from '../store/samples.js';
import { hasMeter, metered, meterOf } from './meter.js';
import { modelNamed, useParts } from './parts.js';
import { command, startDaemon, type RunningDaemon } from './process.js';
import { useSite } from './registry.js';

const site = useSite();
const place = workplace();
const createParts = useParts();
let running: RunningDaemon | null = null;
afterEach(async () => {
  running?.child.kill('SIGKILL');
  await running?.ended;
  running = null;
});

const ids = Array.from({ length: 400 }, (_, index) => `model-${index}`);
/** On a busy machine several turns of the loop pass between two timers. Alone, a batch is measured in test/growth. */
const mostHeldMs = 200;
const mostGrownMb = 64;

/** Writes a result of each model at that time, after which nothing was checked. */
async function writePast(path: string, slot: number): Promise<void> {
  const store = place.open(path);
  const parts = createParts(store);
  parts.clock.now = slot - minuteMs;
  await parts.roster.replace(
    ids.map((id) => modelNamed(id)),
    parts.clock.now,
  );
  const { slot: at, kind, ...found } = result(slot);
  for (const id of ids) void parts.recorder.record(parts.roster.get(id)!, found, at, kind);
  await parts.writer.flush();
  await store.close();
}

/** Waits until so many models were checked after that time. */
async function checked({ get }: RunningDaemon, since: number, count = ids.length): Promise<void> {
  for (;;) {
    const { items } = (await get('/api/v1/models?limit=1000')).json() as {
      items: { last_check: { slot: string } | null }[];
    };
    const later = items.filter(({ last_check }) => Date.parse(last_check?.slot ?? '') > since);
    if (later.length >= count) return;
  }
}

async function expectSound(config: string): Promise<void> {
  const { code, out } = await command(['rebuild', '--check', '--config', config]);
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(' 0 wrong') });
}

(hasMeter ? it : it.skip)(
  'a year after the last result the daemon needs no more memory and time than after a minute, also when it is killed at once',
  async () => {
    const { model, configure, folder } = site();
    const database = `${folder.path}/pulse.db`;
    const config = configure(
      ids.map((id) => model(id, { model: 'healthy', schedule: { every: '30s' } })),
      { checker: { per_host: 64 } },
    );
    const measured: { heldMs: number; grownMb: number }[] = [];
    for (const awayMs of [minuteMs, 365 * dayMs]) {
      const path = `${folder.path}/${awayMs}.db`;
      const last = Date.now() - awayMs;
      await writePast(path, last);
      copyFileSync(path, database);
      running = await startDaemon(config, metered(folder));
      const meter = meterOf(running);
      // The start itself, which loads modules, takes longer.
      await meter.begin();
      await checked(running, last);
      measured.push(await meter.end());
      const stopped = performance.now();
      running.child.kill('SIGTERM');
      expect(await running.ended).toBe(0);
      // Without the grace of the checks, which end within it.
      expect(performance.now() - stopped).toBeLessThan(10_000);
      await expectSound(config);
    }
    const [control, away] = measured as [(typeof measured)[0], (typeof measured)[0]];
    expect(away.grownMb).toBeLessThan(control.grownMb + mostGrownMb);
    expect(away.heldMs).toBeLessThan(control.heldMs + mostHeldMs);

    const last = Date.now() - 365 * dayMs;
    await writePast(`${folder.path}/killed.db`, last);
    copyFileSync(`${folder.path}/killed.db`, database);
    running = await startDaemon(config);
    await checked(running, last, ids.length / 3);
    running.child.kill('SIGKILL');
    await running.ended;
    await expectSound(config);
    running = await startDaemon(config);
    await checked(running, Date.now() - dayMs);
    const { seconds } = (await running.get('/api/v1/models/model-0/uptime?window=300d')).json() as {
      seconds: Record<string, number>;
    };
    expect(seconds.unknown).toBeGreaterThan(299 * 86_400);
    expect(Object.values(seconds).reduce((sum, each) => sum + each)).toBeCloseTo(300 * 86_400, 0);
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
    await expectSound(config);
  },
  400_000,
);
