import type { Logger } from 'pino';
import type { Settings } from '../config/settings.js';
import type { Clock } from '../domain/clock.js';
import type { Health } from '../domain/health.js';
import { endIn } from '../domain/notify/notice.js';
import type { Notifications } from '../http/port.js';
import type { NotificationGauges } from '../metrics/notifications.js';
import type { Store } from '../store/port.js';
import type { Notifier } from './notify/notifier.js';
import type { Ownership } from './ownership.js';
import { shardOf } from '../store/fleet-port.js';

/** Notifications of the daemon: nothing of them is loaded before a configuration has channels. */
export interface Notifying {
  /** Called with each configuration: starts with the first one that has channels; resolves when these are told of what happens from now on. */
  ensure(): Promise<void>;
  /** Null before the start. */
  gauges(): NotificationGauges | null;
  readonly operations: Notifications;
  stop(): Promise<void>;
}

export function createNotifying(parts: {
  store: Store;
  clock: Clock;
  log: Logger;
  version: string;
  settings: () => Settings;
  /** True once the registry is read. */
  ready: () => boolean;
  /** The id that a model has now which had this one; null for one that was removed. */
  nameNow: (model: string) => string | null;
  /** Null for a model that is not followed. */
  healthOf: (model: string) => Health | null;
  isAlive: () => boolean;
  /** Null for a database of one process. */
  ownership: Ownership | null;
}): Notifying {
  const { store, clock, log, version, settings, ready, ownership } = parts;
  let notifier: Notifier | null = null;
  let starting: Promise<void> | null = null;
  let stopped = false;

  async function start(): Promise<void> {
    const [{ startNotifier }, { createDeliver }] = await Promise.all([
      import('./notify/notifier.js'),
      import('./notify/deliver.js'),
    ]);
    const fences = (name: string) =>
      ownership?.fleet.mayStart(shardOf(name)) === true ? ownership.fenceNow(name) : null;
    const started = await startNotifier({
      ...{ store, clock, log },
      settings: () => settings().notifications,
      // Before the registry is read, no model is gone.
      isKnown: (model) => !ready() || parts.nameNow(model) === model,
      renamed(model) {
        const name = ready() ? parts.nameNow(model) : null;
        return name === model ? null : name;
      },
      endOf(state) {
        const health = ready() ? parts.healthOf(state.model) : null;
        return health && endIn(health, state);
      },
      isAlive: parts.isAlive,
      deliver: createDeliver({ clock, version, publicUrl: () => settings().server.publicUrl }),
      fences: ownership === null ? null : fences,
    });
    notifier = started;
    if (stopped) await started.stop();
  }

  return {
    ensure() {
      notifier?.reloaded();
      if (settings().notifications === null || stopped) return Promise.resolve();
      starting ??= start();
      return starting;
    },
    gauges: () => notifier?.gauges() ?? null,
    operations: {
      list: (query) => store.messages(query),
      async replay(id) {
        const [message] = await store.messages({ id, limit: 1 });
        if (message === undefined) return null;
        if (message.state === 'pending') return message;
        const again = {
          ...message,
          state: 'pending' as const,
          attempts: 0,
          nextAt: clock.wall(),
          endedAt: null,
        };
        await store.keepOutbox({ channels: [], messages: [again] });
        notifier?.refresh();
        return again;
      },
    },
    async stop() {
      stopped = true;
      await notifier?.stop();
    },
  };
}
