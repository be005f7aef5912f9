import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { Database } from '../../src/store/sqlite/sqlite.js';
import { became, series, useSite } from './registry.js';
import { send } from './sending.js';

const site = useSite();
const heldMs = 4_000;

it('keeps the event loop free while another program holds the lock of the database, and writes everything afterwards', async () => {
  const { model, configure, daemon, folder } = site();
  const models = Array.from({ length: 20 }, (_, n) => model('healthy', { id: `model-${n}` }));
  const running = await daemon(configure(models));
  const written = await running.post('/api/v1/models/model-0/check');
  expect(written.status).toBe(200);
  const other = new Database(`${folder.path}/pulse.db`, { timeout: 5_000 });
  try {
    other.exec('BEGIN IMMEDIATE');
    const until = performance.now() + heldMs;
    await running.line(({ msg }) => msg.startsWith('store is unavailable'));
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
  await running.line(({ msg }) => msg === 'store works again');
  const { text } = await running.get('/metrics');
  expect(series(text, 'modelpulse_scheduler_checks_missed_total{cause="loop_blocked"}') ?? 0).toBe(0);
  expect(text).not.toMatch(/^modelpulse_store_dropped_results_total [1-9]/mu);
  running.child.kill('SIGTERM');
  expect(await running.ended).toBe(0);
});

it('answers others while many writes wait for the lock one after the other', async () => {
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
