import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Settings } from '../config/settings.js';
import type { Clock } from '../domain/clock.js';
import type { Model } from '../domain/model.js';
import {
  disagree,
  generationNumber,
  roleOf,
  type Fleet,
  type Instance,
  type RegistryRole,
} from '../store/fleet-port.js';
import type { Store } from '../store/port.js';
import type { Roster } from './roster.js';
import type { Scheduling, SharedScheduling } from './scheduling.js';

/** The part of a configuration that instances compare. */
type Compared = Pick<Settings, 'models' | 'generation'>;

/** ms for which an instance still follows a newer configuration that nobody has any more: its instance may just restart. */
const restartMs = 60_000;
/** ms that a start waits while another instance registers its models: as long as the right to that lasts. */
const startPatienceMs = 300_000;

/** Whether instances that share a database have the same models, and what this one may do where they have not. */
export interface Agreement {
  readonly scheduling: Pick<SharedScheduling, 'withRight' | 'applied'>;
  /** Live instances, some seconds old; null while unknown. */
  readonly live: () => readonly Instance[] | null;
  /** True where there was no other instance when they were counted last. */
  readonly isAlone: () => boolean;
  /** What operators are told while instances differ; null otherwise. */
  readonly difference: () => string | null;
  /** Counts the instances, and logs when they begin or cease to differ. Never rejects. */
  count(): Promise<void>;
  /** Applies the configuration again where it can be applied further. Rejects with StoreError. */
  finish(parts: AgreementParts): Promise<void>;
}

interface AgreementParts {
  readonly roster: Pick<Roster, 'all'>;
  readonly scheduling: Pick<Scheduling, 'applyAgain'>;
  readonly store: Pick<Store, 'names'>;
}

/** Digest of what instances must agree on before a model is removed or renamed. */
function digestOf(models: readonly Model[]): string {
  const parts = models.map(({ id, renameFrom, schedule, pause }) =>
    JSON.stringify([id, renameFrom, schedule, pause]),
  );
  return createHash('sha256').update(parts.sort().join('\n')).digest('hex').slice(0, 32);
}

/** What each role means while instances differ. */
const meanings: Readonly<Record<RegistryRole, string>> = {
  decides:
    'instances have different models, and this one has the newest configuration: its models count, and those that only it has may not be checked',
  waits:
    'instances have different models: those that only some of them have may not be checked, and none is removed or renamed until all have the same',
  follows:
    'instances have different models, and another one has a newer configuration: this one checks no model that is not in it, and adds, removes and renames none',
};

function areEqual(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((id) => other.has(id));
}

export function createAgreement(parts: {
  readonly fleet: Fleet;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Logger;
}): Agreement {
  const { fleet, clock, log } = parts;
  let applied: { readonly compared: Compared; readonly digest: string; readonly role: RegistryRole } | null =
    null;
  let live: readonly Instance[] | null = null;
  let newer = { generation: -1, until: -Infinity };
  let announced: number | null | undefined;
  let said: RegistryRole | null = null;
  let [postponed, doubtful, alone] = [false, false, true];

  /** The role with this configuration, among these instances. */
  const roleWith = (
    { generation }: Compared,
    configDigest: string,
    all: readonly Instance[],
  ): RegistryRole => {
    const own = { id: fleet.id, configDigest, generation };
    const ownNumber = generationNumber(own);
    for (const one of all)
      if (one.id !== own.id && generationNumber(one) > ownNumber)
        newer = {
          generation: Math.max(newer.generation, generationNumber(one)),
          until: clock.monotonic() + restartMs,
        };
    const follows = newer.generation > ownNumber && clock.monotonic() < newer.until;
    if (!follows) newer = { generation: -1, until: -Infinity };
    return follows ? 'follows' : roleOf(own, all);
  };

  let role: RegistryRole = 'waits';
  const withRight: SharedScheduling['withRight'] = async (next, work) => {
    // First: whoever changes the registry after this one knows of its configuration.
    if (announced !== next.generation && (await fleet.announce({ generation: next.generation })))
      announced = next.generation;
    return fleet.withRegistry(
      async ({ fence }) => {
        role = roleWith(next, digestOf(next.models), await fleet.instances());
        return work({ fences: [fence], role, own: fleet.id });
      },
      // A start would end; a reload is tried again.
      applied === null ? { waitMs: startPatienceMs } : {},
    );
  };

  const count = async (): Promise<void> => {
    live = await fleet.instances().catch(() => null);
    if (live !== null) alone = live.every(({ id }) => id === fleet.id);
    if (live === null || applied === null) return;
    const present = disagree(live) ? roleWith(applied.compared, applied.digest, live) : null;
    if (present !== null) doubtful = true;
    if (present === said) return;
    const generations = live.map(({ generation }) => generation);
    if (present === null) log.info({ instances: live.length }, 'instances have the same models again');
    else log.warn({ instances: live.length, generations }, meanings[present]);
    said = present;
  };

  return {
    scheduling: {
      withRight,
      async applied(compared, change) {
        const digest = digestOf(compared.models);
        applied = { compared, digest, role };
        ({ postponed } = change);
        await fleet.announce({ configDigest: digest });
        await count();
      },
    },
    live: () => live,
    isAlone: () => alone,
    difference: () => said && `${meanings[said]}.`,
    count,
    async finish({ roster, scheduling, store }) {
      if (applied === null || !(postponed || doubtful || applied.role === 'follows')) return;
      const present = await fleet.instances();
      const now = roleWith(applied.compared, applied.digest, present);
      const names = await store.names([]);
      const active = new Set(names.filter(({ retiredAt }) => retiredAt === null).map(({ id }) => id));
      const configured = new Set(applied.compared.models.map(({ id }) => id));
      const known = new Set([...roster.all()].map(({ view }) => view.model.id));
      const wanted = now === 'follows' ? new Set([...configured].filter((id) => active.has(id))) : configured;
      const isComplete =
        now === 'waits'
          ? applied.role !== 'follows'
          : areEqual(known, wanted) && (now === 'follows' || areEqual(active, wanted));
      if (!isComplete) return scheduling.applyAgain();
      doubtful = disagree(present);
    },
  };
}
