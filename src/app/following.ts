import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import type { ExcludedPeriod } from '../domain/exclusion.js';
import { readPeriods } from '../store/excluded-periods.js';
import type { Bus } from '../store/fleet-port.js';
import type { ModelKey, Store } from '../store/port.js';
import { idSchema, mostKeysInMessage, writtenSchema } from '../wire/instance-messages.js';
import type { Ownership } from './ownership.js';
import type { Recording } from './recording.js';
import type { Scheduling } from './scheduling.js';
import { show, type Tracked } from './tracked.js';

/** Messages of written models in a second. */
const messagesAtOnce = 10;
/** Models that are read again at once. */
const readsAtOnce = 200;
/** Reads in a second while somebody asks for models; else one. */
const mostReads = 5;
/** Without the bus all models are read again in so many turns; exclusions are in any case, since a message may be lost. */
const turnsOfRound = 60;
/** ms after a question for pages or the API in which the uptime of models of other instances is read. */
const askedMs = 60_000;

/** Ids of exclusions, the same for the same exclusions. */
const idsOf = (periods: readonly ExcludedPeriod[]): string =>
  periods
    .map(({ id }) => id)
    .sort((a, b) => a - b)
    .join(' ');

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
  store: Pick<Store, 'exclusions' | 'excludedPeriods'>;
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
  let turnsToExclusions = turnsOfRound;

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
      turnsToExclusions = 1;
    }),
  ];
  const isAsked = (): boolean => clock.monotonic() - askedAt < askedMs;

  const tell = async (): Promise<void> => {
    for (let sent = 0; sent < messagesAtOnce && toTell.size > 0; sent += 1) {
      const keys = [...toTell].slice(0, mostKeysInMessage);
      for (const key of keys) toTell.delete(key);
      try {
        await bus.publish('wrote', keys);
      } catch (error) {
        for (const key of keys) toTell.add(key);
        throw error;
      }
    }
  };

  /** The next models to read again; `idOf` has the followed ones by their keys. */
  const nextIds = (idOf: ReadonlyMap<ModelKey, string>): string[] => {
    if (written.size > 0) {
      const due: string[] = [];
      // In the order in which they came: however much is written, each has its turn.
      for (const key of written) {
        written.delete(key);
        const id = idOf.get(key);
        if (id !== undefined && due.push(id) >= readsAtOnce) break;
      }
      return due;
    }
    if (bus.isOpen()) return [];
    if (round.length === 0) round = [...idOf.values()];
    return round.splice(0, Math.min(readsAtOnce, Math.ceil(idOf.size / turnsOfRound)));
  };

  const readOnce = async (idOf: ReadonlyMap<ModelKey, string>): Promise<void> => {
    const ids = nextIds(idOf);
    if (ids.length === 0) return;
    try {
      for (const [before, tracked] of await scheduling.readAgain(ids))
        if (isFollowed(tracked)) publisher.follow(before, tracked);
    } catch (error) {
      for (const { view } of ids.flatMap((id) => roster.get(id) ?? [])) written.add(view.key);
      throw error;
    }
  };
  const read = async (): Promise<void> => {
    if (written.size === 0 && bus.isOpen()) return;
    const idOf = new Map(followed().map(({ view }) => [view.key, view.model.id]));
    await readOnce(idOf);
    for (let reads = 1; reads < mostReads && written.size > 0 && isAsked(); reads += 1) await readOnce(idOf);
  };

  /** Compares the exclusions of all models with the stored ones. */
  const readExclusions = async (): Promise<void> => {
    turnsToExclusions -= 1;
    if (turnsToExclusions > 0) return;
    const before = new Map([...roster.all()].map((tracked) => [tracked, tracked.view.exclusions]));
    const stored = new Map<ModelKey, ExcludedPeriod[]>();
    for (const { key, ...period } of await readPeriods(store)) {
      const known = stored.get(key);
      if (known === undefined) stored.set(key, [period]);
      else known.push(period);
    }
    turnsToExclusions = turnsOfRound;
    for (const [tracked, known] of before) {
      const periods = stored.get(tracked.view.key) ?? [];
      // One that has changed meanwhile may not be in what was read.
      if (tracked.view.exclusions !== known || idsOf(periods) === idsOf(known)) continue;
      show(tracked, { exclusions: periods });
      await parts.excluded(tracked);
    }
  };

  return {
    async turn() {
      if (reading) return;
      reading = true;
      try {
        await Promise.all([tell(), read(), readExclusions()]);
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
      // Who does not hear of it reads it within a minute.
      bus.publish('excluded', id).catch((error: unknown) => log.debug({ err: error }, 'not told'));
    },
    asked() {
      askedAt = clock.monotonic();
    },
    shown() {
      if (isAsked()) return roster.all();
      return [...roster.all()].filter((tracked) => !isFollowed(tracked));
    },
    stop() {
      for (const end of unsubscribe) end();
    },
  };
}
