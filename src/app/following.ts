import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import type { Bus } from '../store/fleet-port.js';
import type { ModelKey, Store } from '../store/port.js';
import { idSchema, mostKeysInMessage, writtenSchema } from '../wire/instance-messages.js';
import type { Ownership } from './ownership.js';
import type { Recording } from './recording.js';
import type { Scheduling } from './scheduling.js';
import { show, type Tracked } from './tracked.js';

/** Messages of written models in a second. */
const messagesAtOnce = 10;
/** Models that are read again in a second. */
const readsAtOnce = 200;
/** Without the bus all models are read again in so many turns. */
const turnsOfRound = 60;
/** ms after a question for pages or the API in which the uptime of models of other instances is read. */
const askedMs = 60_000;

/** What an instance shows of models that others check. */
export interface Following {
  /** Tells what was written, and reads what others have written; call it once a second. */
  turn(): Promise<void>;
  /** Tells the others that the exclusions of a model have changed. */
  tellExcluded(id: string): void;
  /** Notes that somebody asked for models. */
  asked(): void;
  /** Models whose uptime is kept: all while somebody asks, else this instance's own. */
  shown(): Iterable<Tracked>;
  stop(): void;
}

export function createFollowing(parts: {
  ownership: Ownership;
  recording: Recording;
  scheduling: Scheduling;
  store: Pick<Store, 'exclusions'>;
  clock: Pick<Clock, 'monotonic'>;
  /** Keys of models that were written and not yet told. */
  toTell: Set<ModelKey>;
  /** Called with a model whose exclusions have changed. */
  excluded: (tracked: Tracked) => Promise<void>;
  log: Logger;
}): Following {
  const { ownership, scheduling, store, clock, toTell, log } = parts;
  const { roster, publisher } = parts.recording;
  const bus: Bus = ownership.fleet.bus;
  const written = new Set<ModelKey>();
  let reading = false;
  let failing = false;
  let askedAt = -Infinity;
  let round: string[] = [];

  const isFollowed = (tracked: Tracked): boolean => ownership.fenceOf(tracked) === null;
  const followed = (): Tracked[] => [...roster.all()].filter(isFollowed);

  const unsubscribe = [
    bus.subscribe('wrote', (body) => {
      for (const key of writtenSchema.parse(body)) written.add(key);
    }),
    bus.subscribe('excluded', async (body) => {
      const tracked = roster.get(idSchema.parse(body));
      if (tracked === undefined) return;
      show(tracked, { exclusions: await store.exclusions(tracked.view.key) });
      await parts.excluded(tracked);
    }),
    bus.onReturn(() => {
      for (const { view } of followed()) written.add(view.key);
    }),
  ];

  const tell = async (): Promise<void> => {
    for (let sent = 0; sent < messagesAtOnce && toTell.size > 0; sent += 1) {
      const keys = [...toTell].slice(0, mostKeysInMessage);
      for (const key of keys) toTell.delete(key);
      await bus.publish('wrote', keys);
    }
  };

  /** The next models to read again. */
  const nextIds = (): string[] => {
    if (written.size > 0) {
      const all = followed();
      const due = all.filter(({ view }) => written.has(view.key)).slice(0, readsAtOnce);
      if (due.length < readsAtOnce) written.clear();
      for (const { view } of due) written.delete(view.key);
      return due.map(({ view }) => view.model.id);
    }
    if (bus.isOpen()) return [];
    if (round.length === 0) round = followed().map(({ view }) => view.model.id);
    return round.splice(0, Math.min(readsAtOnce, Math.ceil(followed().length / turnsOfRound)));
  };

  const read = async (): Promise<void> => {
    const ids = nextIds();
    if (ids.length === 0) return;
    try {
      for (const [before, tracked] of await scheduling.readAgain(ids))
        if (isFollowed(tracked)) publisher.follow(before, tracked);
    } catch (error) {
      for (const { view } of ids.flatMap((id) => roster.get(id) ?? [])) written.add(view.key);
      throw error;
    }
  };

  return {
    async turn() {
      if (reading) return;
      reading = true;
      try {
        await Promise.all([tell(), read()]);
        failing = false;
      } catch (error) {
        if (!failing)
          log.warn({ err: error }, 'what other instances do is not followed; tried again every second');
        failing = true;
      } finally {
        reading = false;
      }
    },
    tellExcluded(id) {
      // Who does not hear of it reads it with the return of the bus.
      bus.publish('excluded', id).catch((error: unknown) => log.debug({ err: error }, 'not told'));
    },
    asked() {
      askedAt = clock.monotonic();
    },
    shown() {
      if (clock.monotonic() - askedAt < askedMs) return roster.all();
      return [...roster.all()].filter((tracked) => !isFollowed(tracked));
    },
    stop() {
      for (const end of unsubscribe) end();
    },
  };
}
