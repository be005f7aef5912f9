import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDaemon } from '../app/daemon.js';
import { createLog, createSilentLog } from '../app/log.js';
import { packageFile, packageVersion } from '../cli/package-files.js';
import type { LoadedConfig } from '../config/read/load.js';
import { systemClock } from '../domain/clock.js';
import type { ModelEvent } from '../domain/event.js';
import { blameFor } from '../domain/reason.js';
import { shownState, type ModelView } from '../domain/view.js';
import { checkOutcome } from './check-outcome.js';
import { loadFrom, withIds } from './loaded-models.js';
import type { MonitoredModel, Monitor, MonitorEvent, MonitorOptions } from './public-types.js';

function shown(view: ModelView): MonitoredModel {
  const { state, since, reason } = shownState(view, systemClock.wall());
  const { id } = view.model;
  return {
    id,
    state,
    since,
    reason,
    blame: reason === null ? null : blameFor(reason),
    latest: view.latest === null ? null : checkOutcome(id, view.latest),
    nextCheck: view.nextDue(),
  };
}

function shownEvent(event: ModelEvent): MonitorEvent | null {
  switch (event.kind) {
    case 'result':
      return { kind: 'result', model: event.model, result: checkOutcome(event.model, event.result) };
    case 'state': {
      const { kind, model, state, was, since, reason } = event;
      return { kind, model, state, was, since, reason, blame: reason === null ? null : blameFor(reason) };
    }
    case 'version':
      return null;
  }
}

/** The configuration with the history at another place. */
function storedAt(config: LoadedConfig, path: string | null): LoadedConfig {
  if (path === null) return config;
  const { settings } = config;
  const place = { kind: 'sqlite', path, onCorrupt: 'move' } as const;
  return { ...config, settings: { ...settings, storage: { ...settings.storage, place } } };
}

/** Starts the daemon in this process: without signals, without a server unless one is asked for. */
export async function startMonitor(options: MonitorOptions): Promise<Monitor> {
  const { config, models, env = process.env, logLevel = 'silent', listen = false } = options;
  if (config === undefined && models === undefined)
    throw new TypeError('createMonitor needs config or models');
  if (typeof config === 'string' && models !== undefined)
    throw new TypeError('createMonitor takes models beside an object, not beside a file');
  const given =
    typeof config === 'string'
      ? config
      : { ...config, ...(models !== undefined && { models: withIds(models) }) };
  const store = options.store ?? (config === undefined ? 'temporary' : null);
  const loaded = await loadFrom(given, env, { withPrices: true });
  const folder = store === 'temporary' ? await mkdtemp(join(tmpdir(), 'modelpulse-')) : null;
  const clean = async (): Promise<void> => {
    if (folder !== null) await rm(folder, { recursive: true, force: true });
  };
  const path =
    folder !== null ? join(folder, 'history.db') : typeof store === 'object' ? (store?.path ?? null) : null;
  const { logger: log, output } =
    logLevel === 'silent' ? createSilentLog() : await createLog(logLevel, process.stdout);
  const listeners = new Set<(event: MonitorEvent) => void>();
  const published = (event: ModelEvent): void => {
    const told = listeners.size === 0 ? null : shownEvent(event);
    if (told === null) return;
    for (const listener of listeners) {
      try {
        listener(told);
      } catch (err) {
        log.error({ err }, 'a listener of events failed');
      }
    }
  };
  try {
    const daemon = await startDaemon({
      config: storedAt(loaded, path),
      load: async (inForce) => {
        const next = await loadFrom(given, env, { before: inForce, withPrices: true });
        return next === inForce ? next : storedAt(next, path);
      },
      clock: systemClock,
      log,
      logDropped: () => output.dropped,
      version: packageVersion(),
      migrationsDir: packageFile('migrations'),
      embedded: { listen, published },
    });
    let stopped: Promise<boolean> | null = null;
    const stop = async (): Promise<boolean> => {
      const complete = await daemon.stop();
      await clean();
      return complete;
    };
    return {
      url: daemon.url || null,
      warnings: loaded.warnings,
      models: () => daemon.models().map(shown),
      model: (id) => {
        const view = daemon.models().find(({ model }) => model.id === id);
        return view === undefined ? null : shown(view);
      },
      listen(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      async reload() {
        return (await daemon.reload('signal')).problems;
      },
      stop: () => (stopped ??= stop()),
    };
  } catch (error) {
    await clean();
    throw error;
  }
}
