import type { Logger } from 'pino';
import type { Settings } from '../config/settings.js';
import type { Clock } from '../domain/clock.js';
import type { Health } from '../domain/health.js';
import { madeOnce } from '../domain/made-once.js';
import { endIn, lastingNotices, type Notice, type StateAt } from '../domain/notify/notice.js';
import type { Message, MessageMember } from '../domain/notify/message.js';
import { replayed } from '../domain/notify/replayed.js';
import { acknowledgedAt, isResting, type ModelView } from '../domain/view.js';
import type { VendorPageState } from '../domain/vendor-word.js';
import type { Notifications } from '../http/port.js';
import type { NotificationGauges } from '../metrics/notifications.js';
import type { StoredMessage } from '../store/outbox-port.js';
import type { Store } from '../store/port.js';
import type { Notifier } from './notify/notifier.js';
import { shareChannels } from './notify/removed-channel.js';
import type { Ownership } from './ownership.js';
import { shardOf } from '../store/fleet-port.js';

/** Notifications of the daemon: nothing of them is loaded before a configuration has channels. */
export interface Notifying {
  /** Called with each configuration: starts with the first one that has channels; resolves when these are told of what lasts, and of what happens from now on. */
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
  viewOf: (model: string) => ModelView | null;
  all: () => Iterable<{ readonly view: ModelView; readonly memory: { readonly health: Health } }>;
  /** The status page of the vendor of a model; null for none. */
  vendorOf?: (model: string) => VendorPageState | null;
  isAlive: () => boolean;
  /** Null for a database of one process. */
  ownership: Ownership | null;
}): Notifying {
  const { store, clock, log, version, settings, ready, ownership } = parts;
  let notifier: Notifier | null = null;
  let isWanted = false;
  let stopped = false;
  let hadChannels: Promise<boolean> | null = null;

  const has = (name: string): boolean =>
    settings().notifications?.channels.some((channel) => channel.name === name) === true;
  const shared =
    ownership &&
    shareChannels({ fleet: ownership.fleet, clock, has, generation: () => settings().generation });

  /** What lasts of all models; null before the registry is read. */
  const lasting = (): Notice[] | null => {
    if (!ready()) return null;
    const now = clock.wall();
    const watched = [...parts.all()].filter(({ view }) => !isResting(view, now));
    return watched.flatMap(({ view, memory }) =>
      lastingNotices(view.model, memory.health, acknowledgedAt(view, now)),
    );
  };

  const lastingOf = (model: string, since: number): Notice[] | null => {
    const [view, health] = ready() ? [parts.viewOf(model), parts.healthOf(model)] : [null, null];
    const now = clock.wall();
    if (view === null || health === null || health.settled <= since || isResting(view, now)) return null;
    return lastingNotices(view.model, health, acknowledgedAt(view, now));
  };

  const endOf = (state: StateAt): number | null => {
    const health = ready() ? parts.healthOf(state.model) : null;
    return health && endIn(health, state);
  };

  /** Unix ms at which a state ended that was told; null while it lasts, and where that is not known. */
  async function endOfTold(member: MessageMember, at: number): Promise<number | null> {
    const { model, what, since } = member;
    if (what === 'unhealthy') {
      const found = await store.incidents({ named: model, from: since, to: since + 1, limit: 10 });
      const same = found.find(({ openedAt }) => openedAt === since);
      if (same !== undefined) return same.closedAt;
    }
    if (!ready()) return null;
    const now = parts.nameNow(model);
    return now === null ? clock.wall() : endOf({ model: now, what, since, at });
  }

  async function replay(id: string): Promise<StoredMessage | 'no_channel' | null> {
    const [message] = await store.messages({ id, limit: 1 });
    if (message === undefined) return null;
    if (!has(message.channel)) return 'no_channel';
    if (message.state === 'pending') return message;
    // Written by this program alone.
    const body = message.body as Message;
    const ends = new Map<MessageMember, number | null>();
    for (const member of body.members)
      if (member.ended === null) ends.set(member, await endOfTold(member, body.at));
    const now = clock.wall();
    const again = {
      ...message,
      ...{ state: 'pending' as const, createdAt: now, attempts: 0, nextAt: now, endedAt: null },
      body: replayed(body, (member) => ends.get(member) ?? null, now),
    };
    await store.keepOutbox({ channels: [], messages: [again] });
    notifier?.refresh();
    return again;
  }

  const started = madeOnce(async (): Promise<void> => {
    const [{ startNotifier }, { createDeliver }] = await Promise.all([
      import('./notify/notifier.js'),
      import('./notify/deliver.js'),
    ]);
    const fences = (name: string) =>
      ownership?.fleet.mayStart(shardOf(name)) === true ? ownership.fenceNow(name) : null;
    const begun = await startNotifier({
      ...{ store, clock, log },
      settings: () => settings().notifications,
      present: {
        // Before the registry is read, no model is gone.
        isKnown: (model) => !ready() || parts.nameNow(model) === model,
        renamed(model) {
          const name = ready() ? parts.nameNow(model) : null;
          return name === model ? null : name;
        },
        endOf,
        lastingOf,
        isResting(model) {
          const view = ready() ? parts.viewOf(model) : null;
          return view !== null && isResting(view, clock.wall());
        },
      },
      lasting,
      isAlive: parts.isAlive,
      deliver: createDeliver({
        ...{ clock, version, publicUrl: () => settings().server.publicUrl },
        vendorSays: (model) => parts.vendorOf?.(model)?.word ?? null,
      }),
      fences: ownership === null ? null : fences,
      isRemoved: shared?.isRemoved ?? (() => Promise.resolve(true)),
    });
    notifier = begun;
    if (stopped) await begun.stop();
  });

  return {
    async ensure() {
      notifier?.reloaded();
      if (stopped) return;
      if (settings().notifications === null && !isWanted) {
        // Channels of before have messages that nobody would end.
        hadChannels ??= store.channels().then(
          (channels) => channels.length > 0,
          // Who tells nobody does not end for a table that cannot be read; the notifier tries it again.
          () => true,
        );
        if (!(await hadChannels)) return;
      }
      isWanted = true;
      await started();
    },
    gauges: () => notifier?.gauges() ?? null,
    operations: {
      list: (query) => store.messages(query),
      kindOf: (name) =>
        settings().notifications?.channels.find((channel) => channel.name === name)?.target.kind ?? null,
      replay,
    },
    async stop() {
      stopped = true;
      await notifier?.stop();
    },
  };
}
