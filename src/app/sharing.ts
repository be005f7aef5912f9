import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import type { Model } from '../domain/model.js';
import type { FleetGauges } from '../metrics/monitor.js';
import { messageOf } from '../domain/thrown.js';
import { disagree, shardOf, type ShardFence } from '../store/fleet-port.js';
import type { ModelKey, Store } from '../store/port.js';
import type { FencedError } from '../store/store-error.js';
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
/** Turns between two counts of the instances. */
const countEvery = 5;
/** Turns between two tries of what waits for other instances to have the same configuration. */
const agreeEvery = 10;

/** The part of an instance that shares its database with others. */
export interface Sharing {
  readonly ownership: Ownership;
  readonly recording: SharedRecording;
  readonly scheduling: SharedScheduling;
  /** For metrics; the number of instances is at most some seconds old. */
  readonly gauges: () => FleetGauges;
  /** Claims the first shards. */
  start(parts: SharingParts): Promise<Following>;
  /** Begins to follow the others, once the first configuration is applied. */
  begin(): void;
  stop(): Promise<void>;
}

interface SharingParts {
  readonly recording: Recording;
  readonly scheduling: Scheduling;
  readonly store: Store;
  readonly clock: Clock;
  readonly excluded: (tracked: Tracked) => Promise<void>;
}

/** Digest of what instances must agree on before a model is removed or renamed. */
function digestOf(models: readonly Model[]): string {
  const parts = models.map(({ id, renameFrom, schedule, pause }) =>
    JSON.stringify([id, renameFrom, schedule, pause]),
  );
  return createHash('sha256').update(parts.sort().join('\n')).digest('hex').slice(0, 32);
}

/** Joins the instances that share the database. Rejects with StoreError. */
export async function createSharing(shared: SharedDatabase, log: Logger): Promise<Sharing> {
  const ownership = await joinFleet((handlers) => shared.join(handlers));
  const { fleet } = ownership;
  let parts: SharingParts | null = null;
  let following: Following | null = null;
  let fencedWrites = 0;
  let [stopped, failing, postponed, differing] = [false, false, false, false];
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

  /** True when no live instance has other models, or has not said which: then models may be removed and renamed. */
  const agreed = async (digest: string): Promise<boolean> =>
    (await fleet.instances()).every(({ id, configDigest }) => id === fleet.id || configDigest === digest);
  const withRight: SharedScheduling['withRight'] = (models, work) =>
    fleet.withRegistry(async ({ fence }: { readonly fence: ShardFence }) =>
      // Another instance may check what this one would rename: that waits until both have the same models.
      work({ fences: [fence], mayRemove: await agreed(digestOf(models)) }),
    );
  let applied = '';
  const announce: SharedScheduling['applied'] = async (models, change) => {
    applied = digestOf(models);
    postponed = change.postponed;
    await fleet.announce({ configDigest: applied });
    const instances = await fleet.instances().catch(() => []);
    const differ = disagree(instances);
    if (differ && !differing)
      log.warn(
        { instances: instances.length },
        'instances have different models: those that only some of them have may not be checked, and none is removed or renamed until all have the same',
      );
    differing = differ;
  };

  /** What waits for the others is tried again. */
  const finish = async (): Promise<void> => {
    if (!postponed || parts === null || !(await agreed(applied))) return;
    await parts.scheduling.applyAgain();
  };
  let instances: number | null = null;
  /** Of the others, when they were counted last. */
  let others = 0;
  /** Asked here, since a scrape does not wait for a database that is away. */
  const count = async (): Promise<void> => {
    const live = await fleet.instances().catch(() => null);
    instances = live?.length ?? null;
    if (live !== null) others = live.filter(({ id }) => id !== fleet.id).length;
  };
  let turns = 0;
  const turn = (): void => {
    if (again) {
      failing = false;
      settle();
    }
    turns += 1;
    void following?.turn();
    if (turns % countEvery === 0) void count();
    if (turns % agreeEvery === 0)
      finish().catch((error: unknown) => log.debug({ err: error }, 'the registry is not changed yet'));
  };

  const toTell = new Set<ModelKey>();
  return {
    ownership,
    recording: {
      ownership,
      models: shared.models,
      registerAll: shared.registerAll,
      stored(models) {
        for (const { view } of models) toTell.add(view.key);
      },
      mayShowUnwritten: ({ view }) => others === 0 && ownership.mayStart(view.model.id),
      fenced(models: readonly Tracked[], error: FencedError) {
        fencedWrites += 1;
        log.warn(
          { shards: error.shards, models: models.length },
          'another instance has taken over models: results of this one are dropped',
        );
        void fleet.renew();
      },
    },
    scheduling: { ownership, withRight, applied: announce },
    gauges: () => ({
      instances,
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
      void count();
      settle();
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      following?.stop();
      await settling?.catch((error: unknown) => log.debug({ err: messageOf(error) }, 'not read again'));
      await ownership.stop();
    },
  };
}
