import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import type { RecordedResult } from '../../src/domain/result.js';
import type { Retention } from '../../src/store/horizons.js';
import type { Interval, StateDurations } from '../../src/domain/state.js';
import type { ModelKey, ModelTotals, ModelWrite, StoreReader } from '../../src/store/port.js';
import { openStore, type OpenedStore, type StoreOptions } from '../../src/store/sqlite/sqlite-store.js';
import { dayMs } from '../../src/domain/period.js';
import { addResult, type HourlyChanges } from '../../src/domain/rollup.js';
import { slotOf } from '../../src/domain/time.js';

export const migrationsDir = join(import.meta.dirname, '../../migrations');
export const retention: Retention = {
  checksMs: 30 * dayMs,
  failuresMs: 90 * dayMs,
  hoursMs: 400 * dayMs,
  daysMs: 1825 * dayMs,
};
/** 2026-03-01 00:00 UTC. */
export const start = Date.UTC(2026, 2, 1);

export type Workplace = ReturnType<typeof workplace>;

/**
 * A directory and stores in it that are gone after each test. What is begun last ends first: a
 * process registered with `onEnd` is gone before the directory that it writes to is removed.
 */
export function workplace() {
  let releases: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const release of releases.reverse()) await release();
    releases = [];
  });
  const directory = (): string => {
    const path = mkdtempSync(join(tmpdir(), 'modelpulse-store-'));
    releases.push(() => rmSync(path, { recursive: true, force: true }));
    return path;
  };
  const open = (path: string, options: Partial<StoreOptions> = {}): OpenedStore => {
    const store = openStore({
      path,
      migrationsDir,
      retention: () => retention,
      onCorrupt: 'move',
      clock: { wall: () => start },
      log: silent,
      ...options,
    });
    releases.push(() => store.close());
    return store;
  };
  const onEnd = (release: () => Promise<void>): void => void releases.push(release);
  return { directory, open, onEnd, fresh: () => open(join(directory(), 'store.db')) };
}

const nothing = (): void => undefined;
/** A log that nobody reads. */
export const silent: StoreOptions['log'] = { error: nothing, warn: nothing, info: nothing };

export function result(slot: number, changes: Partial<RecordedResult> = {}): RecordedResult {
  return {
    slot: slotOf(slot),
    kind: 'scheduled',
    maintenance: false,
    startedAt: slot + 3,
    durationMs: 420,
    firstTokenMs: null,
    outcome: 'healthy',
    reason: 'ok',
    detail: null,
    httpStatus: 200,
    phases: { dns: 1.5, tcp: 10, first_byte: 300 },
    usage: { inputTokens: 14, outputTokens: 3 },
    response: 'New Delhi',
    responseModel: 'gpt-4o-mini-2024-07-18',
    systemFingerprint: null,
    retryAfterMs: null,
    rateLimitRemaining: { requests: 99 },
    certificateExpiresAt: start + 90 * dayMs,
    keyIndex: 0,
    ...changes,
  };
}

export const failed = (slot: number): RecordedResult =>
  result(slot, {
    outcome: 'unhealthy',
    reason: 'server_error',
    httpStatus: 500,
    detail: 'boom',
    response: null,
    usage: null,
  });

export const noTotals: ModelTotals = { results: [], inputTokens: 0, outputTokens: 0, versionChanges: 0 };

export function modelWrite(key: number, changes: Partial<ModelWrite> = {}): ModelWrite {
  return {
    key,
    results: [],
    rewriteFrom: null,
    points: [],
    rollups: new Map(),
    wholeHours: [],
    incidents: [],
    gaps: [],
    maintenance: [],
    epochs: [],
    health: null,
    watermark: null,
    totals: noTotals,
    ...changes,
  };
}

/** Results with the rollups they amount to. */
export function counted(results: readonly RecordedResult[]): Pick<ModelWrite, 'results' | 'rollups'> {
  const rollups: HourlyChanges = new Map();
  for (const each of results) addResult(rollups, each);
  return { results, rollups };
}

export const batchOf = (...models: ModelWrite[]) => ({ models, missed: new Map() });

/** ms per state of one window. */
export async function durationsIn(
  store: Pick<StoreReader, 'durations'>,
  key: ModelKey,
  from: number,
  to: number,
  without: readonly Interval[] = [],
): Promise<StateDurations> {
  const [durations] = await store.durations([{ key, from, to, without }]);
  return durations!;
}
