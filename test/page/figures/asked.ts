import { afterAll, beforeAll, expect } from '@jest/globals';
import { openStore } from '../../../src/store/sqlite/sqlite-store.js';
import { useParts } from '../../app/parts.js';
import { createFolder } from '../../app/process.js';
import { migrationsDir, retention, silent } from '../../store/samples.js';
import { now, startToldPast, type ToldPast } from './told-past.js';

export interface Uptime {
  readonly uptime: number | null;
  readonly coverage: number | null;
}

export const windows = ['24h', '7d', '30d', '90d'] as const;
export type Window = (typeof windows)[number];

export interface Model {
  readonly id: string;
  readonly state: string;
  readonly slo: number | null;
  readonly uptime: Readonly<Record<Window, Uptime>>;
}

export interface Figures extends Uptime {
  readonly provider_uptime: number | null;
  readonly provider_coverage: number | null;
  readonly seconds: Readonly<
    Record<'healthy' | 'degraded' | 'unhealthy' | 'unknown' | 'maintenance', number>
  >;
  readonly checks: Readonly<Record<string, number>>;
  readonly latency_seconds: Readonly<Record<'p50' | 'p95', number | null>>;
}

export interface Incident {
  readonly id: number;
  readonly model: string;
  readonly opened_at: string;
  readonly closed_at: string | null;
  readonly checks_failed: number;
  readonly exclusions: readonly { readonly from: string; readonly to: string }[];
}

export interface Asked {
  /** What an address answers with 200. */
  text(path: string): Promise<string>;
  api<T>(path: string): Promise<T>;
  /** What a command prints. */
  run(...args: readonly string[]): Promise<string>;
  /** The same as JSON. */
  parsed<T>(...args: readonly string[]): Promise<T>;
  /** The figures of the API for a window such as `30d` or `month:2026-11`. */
  figuresOf(id: string, window: string): Promise<Figures>;
}

/** The path of a model, below `/` and below `/api/v1`. */
export const path = (id: string): string => `/models/${encodeURIComponent(id)}`;

/** A daemon over the told past, for all tests of a file. */
export function useToldPast(): Asked {
  const createParts = useParts();
  const folder = createFolder();
  let past: ToldPast;

  const text = async (path: string): Promise<string> => {
    const answer = await past.daemon.get(path);
    expect([path, answer.status]).toEqual([path, 200]);
    return answer.text;
  };
  const api = async <T>(path: string): Promise<T> => JSON.parse(await text(path)) as T;

  beforeAll(async () => {
    const open = (path: string) =>
      openStore({
        ...{ path, migrationsDir, onCorrupt: 'stop', log: silent },
        retention: () => retention,
        clock: { wall: () => now },
      });
    past = await startToldPast(folder, open, createParts);
    // The daemon reads uptimes soon after its start.
    for (let known = false; !known;) {
      const { items } = await api<{ items: Model[] }>('/api/v1/models');
      known = items.every(({ uptime }) => uptime['90d'].coverage !== null);
    }
  }, 120_000);
  afterAll(async () => {
    past.daemon.child.kill('SIGKILL');
    await past.daemon.ended;
    folder.clean();
  });

  return {
    text,
    api,
    run: (...args) => past.run(...args),
    parsed: async <T>(...args: readonly string[]) => JSON.parse(await past.run(...args)) as T,
    figuresOf: (id, window) => api<Figures>(`/api/v1${path(id)}/uptime?window=${encodeURIComponent(window)}`),
  };
}
