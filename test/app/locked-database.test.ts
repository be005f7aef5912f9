import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Database } from '../../src/store/sqlite/file/sqlite.js';
import { start } from './process.js';
import { became, series, useSite } from './registry.js';
import { send } from './sending.js';
import { inFull } from '../slow.js';

const site = useSite();
const heldMs = 4_000;

it('keeps the event loop free while another program locks the database, and writes everything afterwards', async () => {
  const { model, configure, daemon, folder } = site();
  const models = Array.from({ length: 20 }, (_, n) => model('healthy', { id: `model-${n}` }));
  const running = await daemon(configure(models));
  const written = await running.post('/api/v1/models/model-0/check');
  expect(written.status).toBe(200);
  const other = new Database(`${folder.path}/pulse.db`, { timeout: 5_000 });
  try {
    other.exec('BEGIN IMMEDIATE');
    const until = performance.now() + heldMs;
    await running.line(({ msg }) => msg.startsWith('database write failed'));
    const waits: number[] = [];
    while (performance.now() < until) {
      const asked = performance.now();
      expect((await running.get('/livez')).status).toBe(200);
      waits.push(performance.now() - asked);
      expect((await running.get('/api/v1/models/model-0/checks')).status).toBe(200);
      await wait(10);
    }
    waits.sort((a, b) => a - b);
    // Of some hundred answers, so that a busy machine does not decide.
    expect(waits[Math.floor(waits.length * 0.9)]).toBeLessThan(250);
    expect(series((await running.get('/metrics')).text, 'modelpulse_store_pending_results')).toBeGreaterThan(
      0,
    );
  } finally {
    other.exec('ROLLBACK');
    other.close();
  }
  await running.line(({ msg }) => msg === 'database is available again');
  const { text } = await running.get('/metrics');
  expect(series(text, 'modelpulse_scheduler_checks_missed_total{cause="loop_blocked"}') ?? 0).toBe(0);
  expect(text).not.toMatch(/^modelpulse_store_dropped_results_total [1-9]/mu);
  running.child.kill('SIGTERM');
  expect(await running.ended).toBe(0);
});

inFull('answers other requests while many writes wait for the lock', async () => {
  const { model, configure, daemon, folder } = site();
  const running = await daemon(configure([model('healthy')]));
  await running.line(became('healthy', 'healthy'));
  const other = new Database(`${folder.path}/pulse.db`, { timeout: 5_000 });
  try {
    other.exec('BEGIN IMMEDIATE');
    const window = { from: '2026-01-01', to: '2026-01-02', reason: 'they move' };
    const statuses: number[] = [];
    const writes = Array.from({ length: 40 }, async () => {
      statuses.push((await send(running, 'POST', '/api/v1/models/healthy/exclusions', window)).status);
    });
    await Promise.race(writes);
    expect((await running.get('/livez')).status).toBe(200);
    // Each waits for the lock for 50 ms: in the loop, this answer would come after all of theirs.
    expect(statuses.length).toBeLessThan(writes.length / 2);
    await Promise.all(writes);
    expect(new Set(statuses)).toEqual(new Set([503]));
  } finally {
    other.exec('ROLLBACK');
    other.close();
  }
});

/** Takes the lock of the database of a daemon, like a program that writes it. */
function lock(): { release(): void } {
  const other = new Database(`${site().folder.path}/pulse.db`, { timeout: 5_000 });
  other.exec('BEGIN IMMEDIATE');
  let held = true;
  return {
    release() {
      if (held) other.close();
      held = false;
    },
  };
}

const isStopping = ({ msg }: { msg: string }) => msg === 'stopping';
const isLoss = ({ msg }: { msg: string }) => msg === 'results not written before the deadline are lost';
const isFailing = ({ msg }: { msg: string }) => msg.startsWith('database write failed');

describe('stop while another program holds the lock', () => {
  const graceOf = (shutdown_grace: string) => ({ server: { listen: '127.0.0.1:0', shutdown_grace } });

  inFull('loses nothing if the lock is released within the grace period', async () => {
    const { model, configure, daemon, folder } = site();
    const running = await daemon(configure([model('healthy')], graceOf('60s')));
    expect((await running.post('/api/v1/models/healthy/check')).status).toBe(200);
    const held = lock();
    try {
      await running.line(isFailing);
      const { slot } = (await running.post('/api/v1/models/healthy/check')).json() as { slot: string };
      running.child.kill('SIGTERM');
      await running.line(isStopping);
      // The server closes after the checks and before the last writes: so one of them has met the lock.
      await expect(closed(running)).resolves.toBe(true);
      await wait(500);
      held.release();
      expect(await running.ended).toBe(0);
      expect(running.lines.filter(isLoss)).toEqual([]);
      const database = new Database(`${folder.path}/pulse.db`, { readonly: true });
      expect(database.prepare('SELECT slot FROM checks').pluck().all()).toContain(Date.parse(slot));
      database.close();
    } finally {
      held.release();
    }
  });

  inFull('logs how many results are lost if the lock is held for longer, and exits with 1', async () => {
    const { model, configure, daemon } = site();
    const running = await daemon(configure([model('healthy')], graceOf('0s')));
    expect((await running.post('/api/v1/models/healthy/check')).status).toBe(200);
    const held = lock();
    try {
      await running.line(isFailing);
      // What failed may have been a change without a result.
      expect((await running.post('/api/v1/models/healthy/check')).status).toBe(200);
      running.child.kill('SIGTERM');
      expect(await running.ended).toBe(1);
      const losses = running.lines.filter(isLoss);
      expect(losses).toMatchObject([{ level: 40, models: 1 }]);
      expect(losses[0]?.results).toBeGreaterThan(0);
    } finally {
      held.release();
    }
  });
});

/** A configuration whose database a daemon has made, and the lock of that. */
async function lockedAfterRun() {
  const { model, configure, daemon } = site();
  const config = configure([model('healthy')]);
  const first = await daemon(config);
  first.child.kill('SIGTERM');
  await first.ended;
  return { config, held: lock() };
}

describe('start while another program holds the lock', () => {
  inFull('waits some seconds for the lock', async () => {
    const { config, held } = await lockedAfterRun();
    const starting = site().daemon(config);
    try {
      await wait(2_000);
      held.release();
      const running = await starting;
      expect((await running.get('/readyz')).status).toBe(200);
    } finally {
      held.release();
    }
  });

  inFull(
    'exits with 1 and one sentence if the lock is held for longer',
    async () => {
      const { config, held } = await lockedAfterRun();
      try {
        const second = start(['run', '--config', config]);
        expect(await second.ended).toBe(1);
        expect(second.errors()).toMatch(/^cannot use .*pulse\.db: database is locked.*another program.*\n$/u);
      } finally {
        held.release();
      }
    },
    60_000,
  );
});

/** True as soon as nobody listens at the address of the daemon. */
async function closed({ url }: { readonly url: string }): Promise<boolean> {
  for (;;) {
    const answered = await fetch(`${url}/livez`).then(
      () => true,
      () => false,
    );
    if (!answered) return true;
    await wait(20);
  }
}
