import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import type { FleetGauges } from '../metrics/monitor.js';
import { messageOf } from '../domain/thrown.js';
import { disagree, shardOf, type Instance } from '../store/fleet-port.js';
import type { ModelKey, Store } from '../store/port.js';
import type { FencedError } from '../store/store-error.js';
import { createAgreement } from './agreement.js';
import { createFollowing, type Following } from './following.js';
import type { SharedDatabase } from './opened-database.js';
import { joinFleet, type Ownership } from './ownership.js';
import type { Recording, SharedRecording } from './recording.js';
import type { Scheduling, SharedScheduling } from './scheduling.js';
import type { Tracked } from './tracked.js';

/** ms for checks to end whose models pass to another instance; with the write it stays below what the leases wait. */
const patienceMs = 1_500;
/** ms between two tries to read models again, and to bring what others are told. */
const everyMs = 1_000;
/** ms for which models that are read again are waited for at the end. */
const settleMs = 500;
/** Turns between two counts of the instances. */
const countEvery = 5;
/** Turns between two looks whether the configuration can be applied further. */
const agreeEvery = 10;

/** The part of an instance that shares its database with others. */
export interface Sharing {
  readonly ownership: Ownership;
  readonly recording: SharedRecording;
  readonly scheduling: SharedScheduling;
  /** What operators are told while instances have different models; null otherwise. */
  readonly difference: () => string | null;
  /** For metrics; the number of instances is at most some seconds old. */
  readonly gauges: () => FleetGauges;
  /** Claims the first shards. */
  start(parts: SharingParts): Promise<Following>;
  /** Begins to follow the others, once the first configuration is applied. */
  begin(): void;
  /** Takes over no more models from now on: the instance is about to stop. */
  takeNoMore(): void;
  /** Hands all models over to the others. */
  stop(): Promise<void>;
}

interface SharingParts {
  readonly recording: Recording;
  readonly scheduling: Scheduling;
  readonly store: Store;
  readonly clock: Clock;
  readonly excluded: (tracked: Tracked) => Promise<void>;
}

const isDifferent = (live: readonly Instance[] | null): boolean | null => live && disagree(live);

/** Joins the instances that share the database. Rejects with StoreError. */
export async function createSharing(
  shared: SharedDatabase,
  { log, clock, generation }: { log: Logger; clock: Clock; generation: number | null },
): Promise<Sharing> {
  const ownership = await joinFleet((handlers) => shared.join(handlers, { generation }));
  const { fleet } = ownership;
  let parts: SharingParts | null = null;
  let following: Following | null = null;
  let fencedWrites = 0;
  const agreement = createAgreement({ fleet, clock, log });
  let [stopped, failing] = [false, false];
  let settling: Promise<void> | null = null;
  let again = false;
  let timer: NodeJS.Timeout | undefined;

  /** Reads the models again whose shards have come or gone. */
  const settleOnce = async ({ recording, scheduling }: SharingParts): Promise<void> => {
    const stale = [...recording.roster.all()].filter(ownership.isStale);
    if (stale.length === 0) return;
    try {
      await scheduling.readAgain(stale.map(({ view }) => view.model.id));
      failing = false;
    } catch (error) {
      again = true;
      if (!failing)
        log.error({ err: error }, 'models that pass between instances cannot be read; retried every second');
      failing = true;
    }
  };
  const goesOn = (): boolean => again && !failing && !stopped;
  const settle = (): void => {
    again = true;
    if (parts === null || stopped) return;
    const known = parts;
    settling ??= (async () => {
      do {
        again = false;
        await settleOnce(known);
      } while (goesOn());
    })().finally(() => (settling = null));
  };

  ownership.handle({
    changed: settle,
    async lost(shards) {
      if (parts === null) return;
      await parts.scheduling.release((id) => shards.has(shardOf(id)), patienceMs);
    },
  });

  const finish = (): Promise<void> | null =>
    parts === null
      ? null
      : agreement.finish({ ...parts, roster: parts.recording.roster, scheduling: parts.scheduling });
  let turns = 0;
  const turn = (): void => {
    if (again) {
      failing = false;
      settle();
    }
    turns += 1;
    void following?.turn();
    if (turns % countEvery === 0) void agreement.count();
    if (turns % agreeEvery === 0)
      finish()?.catch((error: unknown) => log.debug({ err: error }, 'the registry is not changed yet'));
  };

  const takeNoMore = (): void => {
    stopped = true;
    fleet.claimNoMore();
  };
  const stop = async (): Promise<void> => {
    takeNoMore();
    clearInterval(timer);
    following?.stop();
    const settled = settling?.catch((error: unknown) =>
      log.debug({ err: messageOf(error) }, 'not read again'),
    );
    await Promise.race([settled, pause(settleMs, undefined, { ref: false })]);
    await ownership.stop();
  };
  let stopping: Promise<void> | null = null;

  const toTell = { written: new Set<ModelKey>(), changed: new Set<ModelKey>() };
  const toldStates = new WeakMap<Tracked, string>();
  const noteWritten = (tracked: Tracked): void => {
    const { key, health } = tracked.view;
    toTell.written.add(key);
    const state = `${health.state} ${health.since} ${health.reason} ${health.incident?.openedAt ?? ''}`;
    if (toldStates.get(tracked) === state) return;
    toldStates.set(tracked, state);
    toTell.changed.add(key);
  };
  return {
    ownership,
    recording: {
      ownership,
      models: shared.models,
      registerAll: shared.registerAll,
      stored(models) {
        for (const tracked of models) noteWritten(tracked);
      },
      mayShowUnwritten: ({ view }) => agreement.isAlone() && ownership.mayStart(view.model.id),
      fenced(models: readonly Tracked[], error: FencedError) {
        fencedWrites += 1;
        log.warn(
          { shards: error.shards, models: models.length },
          'another instance has taken over models: results of this one are dropped',
        );
        void fleet.renew();
      },
    },
    scheduling: { ownership, ...agreement.scheduling },
    difference: agreement.difference,
    gauges: () => ({
      instances: agreement.live()?.length ?? null,
      disagree: isDifferent(agreement.live()),
      shardsOwned: fleet.owned().length,
      renewalsFailed: fleet.renewalsFailed(),
      fencedWrites,
    }),
    async start(given) {
      parts = given;
      following = createFollowing({ ...given, ownership, toTell, log });
      await fleet.start();
      return following;
    },
    begin() {
      timer = setInterval(turn, everyMs);
      void agreement.count();
      settle();
    },
    takeNoMore,
    stop: () => (stopping ??= stop()),
  };
}
