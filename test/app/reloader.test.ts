import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createReloader, type Trigger } from '../../src/app/reload.js';
import { ConfigError, type LoadedConfig } from '../../src/config/read/load.js';
import { StoreError } from '../../src/store/store-error.js';

const loaded = {
  settings: { server: {}, storage: { place: { kind: 'sqlite' } }, checker: {}, models: [] },
  warnings: [],
  files: ['/main.yaml'],
  fingerprint: 'same',
} as unknown as LoadedConfig;

function rig(load: () => Promise<LoadedConfig>, apply: () => Promise<never>) {
  const told: boolean[] = [];
  const reloaded = (successful: boolean): void => void told.push(successful);
  const log = pino({ level: 'silent' });
  const reloader = createReloader({ inForce: { config: loaded }, load, apply, reloaded, log, now: () => 0 });
  const reload = async (trigger: Trigger) => (await reloader.reload(trigger)).problems;
  return { told, reload, failing: () => reloader.failing, watched: () => reloader.watched };
}

describe('reloader', () => {
  it('returns the error of the store when it fails, and accepts further reloads', async () => {
    const { told, reload } = rig(
      () => Promise.resolve(loaded),
      () => Promise.reject(new StoreError('unavailable', 'disk is full')),
    );
    expect(await reload('signal')).toEqual(['the configuration cannot be applied: disk is full']);
    expect(await reload('signal')).toHaveLength(1);
    expect(told).toEqual([false, false]);
  });

  it('reports success when a bad change was reverted', async () => {
    let bad = true;
    const { told, reload } = rig(
      () => (bad ? Promise.reject(new ConfigError(['bad'])) : Promise.resolve(loaded)),
      () => Promise.reject(new Error('nothing was to be applied')),
    );
    expect(await reload('content')).toEqual(['bad']);
    bad = false;
    expect(await reload('content')).toEqual([]);
    await reload('content');
    expect(told).toEqual([false, true]);
  });

  it('watches the files of a refused configuration, and reports the refusal once', async () => {
    const { told, reload, ...reloader } = rig(
      () => Promise.reject(new ConfigError(['bad'], ['/new.yaml'])),
      () => Promise.reject(new Error('nothing was to be applied')),
    );
    expect(reloader.watched()).toEqual(['/main.yaml']);
    await reload('content');
    await reload('content');
    expect(told).toEqual([false]);
    expect(reloader.watched()).toEqual(['/main.yaml', '/new.yaml']);
  });

  it('reports failing only if something other than the configuration is wrong', async () => {
    const next = { ...loaded, fingerprint: 'next' };
    let bad = true;
    const { reload, failing } = rig(
      () => (bad ? Promise.reject(new ConfigError(['bad'])) : Promise.resolve(next)),
      () => Promise.reject(new StoreError('unavailable', 'database is locked')),
    );
    await reload('content');
    expect(failing()).toBe(false);
    bad = false;
    await reload('content');
    expect(failing()).toBe(true);
  });

  it('joins the calls made while one is waiting', async () => {
    const loads: (() => void)[] = [];
    let begun = 0;
    const { reload } = rig(
      () => {
        begun += 1;
        return new Promise((resolve) => loads.push(() => resolve(loaded)));
      },
      () => Promise.reject(new StoreError('unavailable', 'disk is full')),
    );
    const first = reload('content');
    while (begun < 1) await Promise.resolve();
    const rest = Array.from({ length: 300 }, (_, n) => reload(n % 2 === 0 ? 'content' : 'request'));
    loads[0]!();
    expect(await first).toEqual([]);
    while (begun < 2) await Promise.resolve();
    loads[1]!();
    // One of them has to put it in force, although the content is the same.
    expect(new Set((await Promise.all(rest)).flat())).toEqual(
      new Set(['the configuration cannot be applied: disk is full']),
    );
    expect(begun).toBe(2);
  });
});
