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
/** Models that are read again at once, and without a question if only their last check is another one: that costs as much as half a check. */
const readsAtOnce = 200;
const readsUnasked = 10;
/** Reads in a second while somebody asks for models; else one. */
const mostReads = 5;
/** Without the bus all models are read again in so many turns; exclusions are in any case, since a message may be lost. */
const turnsOfRound = 60;
/** Turns between two looks for models whose keys are not known yet. */
const turnsOfNames = 5;
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
  /** Keys of models that were written and not yet told, and of those of them whose state has changed. */
  toTell: { readonly written: Set<ModelKey>; readonly changed: Set<ModelKey> };
  /** Called with a model whose exclusions have changed. */
  excluded: (tracked: Tracked) => Promise<void>;
  log: Logger;
}): Following {
  const { ownership, scheduling, store, clock, toTell, log } = parts;
  const { roster, publisher } = parts.recording;
  const bus: Bus = ownership.fleet.bus;
  const written = new Set<ModelKey>();
  /** Those of another state: they are read first. */
  const changed = new Set<ModelKey>();
  let reading = false;
  let failing = false;
  let askedAt = -Infinity;
  let round: string[] = [];
  let perTurn = 0;
  let turnsToExclusions = turnsOfRound;
  let turns = 0;
  /** Ids of the models, those of other instances as well, as of some turn: listing them all each second costs much. */
  let idOf = new Map<ModelKey, string>();
  let namedAt = -Infinity;

  const isFollowed = (tracked: Tracked): boolean => ownership.fenceOf(tracked) === null;
  const followed = (): Tracked[] => [...roster.all()].filter(isFollowed);

  const unsubscribe = [
    bus.subscribe('wrote', (body) => {
      for (const key of writtenSchema.parse(body)) written.add(key);
    }),
    bus.subscribe('changed', (body) => {
      for (const key of writtenSchema.parse(body)) changed.add(key);
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

  const tellOf = async (kind: 'wrote' | 'changed', waiting: Set<ModelKey>): Promise<void> => {
    for (let sent = 0; sent < messagesAtOnce && waiting.size > 0; sent += 1) {
      const keys = [...waiting].slice(0, mostKeysInMessage);
      for (const key of keys) waiting.delete(key);
      try {
        await bus.publish(kind, keys);
      } catch (error) {
        for (const key of keys) waiting.add(key);
        throw error;
      }
    }
  };
  const tell = async (): Promise<void> => {
    await tellOf('changed', toTell.changed);
    await tellOf('wrote', toTell.written);
  };

  const known = (key: ModelKey): Tracked | undefined => {
    const tracked = roster.get(idOf.get(key) ?? '');
    return tracked?.view.key === key ? tracked : undefined;
  };
  /** The model with this key; undefined for one that this instance does not have, or has had for some turns only. */
  const modelOf = (key: ModelKey): Tracked | undefined => {
    const tracked = known(key);
    if (tracked !== undefined || turns - namedAt < turnsOfNames) return tracked;
    namedAt = turns;
    idOf = new Map([...roster.all()].map(({ view }) => [view.key, view.model.id]));
    return known(key);
  };

  /** The next models to read again. */
  const nextIds = (): string[] => {
    const due: string[] = [];
    // In the order in which they came: however much is written, each has its turn.
    const take = (keys: Set<ModelKey>, most: number): void => {
      for (const key of keys) {
        if (due.length >= most) return;
        keys.delete(key);
        const tracked = modelOf(key);
        if (tracked !== undefined && isFollowed(tracked)) due.push(tracked.view.model.id);
      }
    };
    for (const key of changed) written.delete(key);
    take(changed, readsAtOnce);
    take(written, isAsked() ? readsAtOnce : readsUnasked);
    if (due.length > 0 || bus.isOpen()) return due;
    if (round.length === 0) {
      round = followed().map(({ view }) => view.model.id);
      perTurn = Math.min(readsAtOnce, Math.ceil(round.length / turnsOfRound));
    }
    return round.splice(0, perTurn);
  };

  const readOnce = async (): Promise<void> => {
    const ids = nextIds();
    if (ids.length === 0) return;
    try {
      for (const [before, tracked] of await scheduling.readAgain(ids))
        if (isFollowed(tracked)) publisher.follow(before, tracked);
    } catch (error) {
      for (const { view } of ids.flatMap((id) => roster.get(id) ?? [])) changed.add(view.key);
      throw error;
    }
  };
  const read = async (): Promise<void> => {
    const waits = (): boolean => written.size > 0 || changed.size > 0;
    if (!waits() && bus.isOpen()) return;
    await readOnce();
    for (let reads = 1; reads < mostReads && waits() && isAsked(); reads += 1) await readOnce();
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
      turns += 1;
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
