import type { Clock } from '../../../domain/clock.js';
import { messageOf } from '../../../domain/thrown.js';
import { within, type Timers } from '../../../domain/timers.js';
import { shardCount, type Announcement, type ShardFence, type ShardHandlers } from '../../fleet-port.js';
import { StoreError } from '../../store-error.js';
import type { ConnectionOptions } from '../database.js';
import type { HeldShards } from './held-shards.js';
import type { LeaseTable } from './lease-table.js';
import { drainMs, leaseMs, marginMs, stepMs } from './lease-times.js';
import { planShare } from './share-plan.js';

export interface RenewalParts {
  readonly own: string;
  /** The place of the database in words. */
  readonly shown: string;
  readonly table: LeaseTable;
  readonly held: HeldShards;
  readonly handlers: ShardHandlers;
  readonly announced: () => Announcement;
  /** False for an instance that is about to stop. */
  readonly mayClaim: () => boolean;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly timers: Timers;
  readonly log: ConnectionOptions['log'];
}

/** Keeps the shards of an instance and its share of them. */
export interface Renewal {
  /** Renews all shards, then gives back or claims; false where that failed, which is counted, and logged when it begins. Never rejects. */
  run(): Promise<boolean>;
  /** Calls `lost` with all shards and gives them back. Never rejects. */
  leave(): Promise<void>;
  failures(): number;
}

export function createRenewal(parts: RenewalParts): Renewal {
  const { own, shown, table, held, handlers, announced, mayClaim, clock, timers, log } = parts;
  let failures = 0;
  let failing = false;

  /** Read before the statement is sent: the database's lease begins later, and so ends later. */
  const leaseEnd = (): number => clock.monotonic() + leaseMs - marginMs;
  const late = (): Error =>
    new StoreError('unavailable', `the database at ${shown} does not answer within ${stepMs / 1000} s`);

  function tellGained(shards: readonly ShardFence[]): void {
    if (shards.length === 0) return;
    try {
      handlers.gained(shards);
    } catch (error) {
      log.error({ err: error }, 'shards were gained, but their models are not checked');
    }
  }
  async function tellLost(shards: readonly number[]): Promise<void> {
    if (shards.length === 0) return;
    try {
      await handlers.lost(shards);
    } catch (error) {
      log.error({ err: error }, 'shards were lost, but what is left of their models was not ended');
    }
  }
  /** What has taken too long is fenced off by whoever claims the shards. */
  const drained = (shards: readonly number[]): Promise<void> =>
    within(timers, drainMs, tellLost(shards), late).catch(() => undefined);

  async function give(ids: readonly number[], answered: Answered): Promise<void> {
    const given = ids.map((id) => held.fenceOf(id)).filter((one) => one !== null);
    held.close(ids);
    await drained(ids);
    // Where the statement fails, the next renewal gains them again.
    held.drop(ids);
    await answered(() => table.give(given));
  }

  async function renewAll(answered: Answered): Promise<void> {
    const until = leaseEnd();
    const { gained, lost } = held.replace(await answered(() => table.renew(announced())), until);
    // Another instance has them: there is nothing to wait for.
    void tellLost(lost);
    tellGained(gained);
  }

  async function balance(answered: Answered): Promise<void> {
    const askedAt = clock.monotonic();
    const { now, live, shards } = await answered(() => table.survey());
    if (now > -Infinity) handlers.time?.({ databaseMs: now, askedAt });
    const plan = planShare(own, live, shards, now);
    if (plan.give.length > 0) await give(plan.give, answered);
    if (plan.claim === 0 || !mayClaim()) return;
    const until = leaseEnd();
    tellGained(held.add(await answered(() => table.claim(plan.claim, 0, shardCount - 1)), until));
  }

  type Answered = <Result>(ask: () => Promise<Result>) => Promise<Result>;
  /** One deadline for all statements of a step. */
  async function step(): Promise<void> {
    const begun = clock.monotonic();
    const answered: Answered = (ask) =>
      within(timers, Math.max(0, stepMs - (clock.monotonic() - begun)), ask(), late);
    await renewAll(answered);
    await balance(answered);
  }

  return {
    async run() {
      try {
        await step();
        if (failing) log.info({}, 'the leases of the shards are renewed again');
        failing = false;
        return true;
      } catch (error) {
        failures += 1;
        const message = messageOf(error);
        if (!failing)
          log.error(
            { err: { message } },
            `the leases of the shards are not renewed; without that no check starts after ${(leaseMs - marginMs) / 1000} s`,
          );
        failing = true;
        return false;
      }
    },
    async leave() {
      const shards = held.all().map(({ shard }) => shard);
      held.close(shards);
      await drained(shards);
      held.drop(shards);
      try {
        await within(timers, stepMs, table.leave(), late);
      } catch (error) {
        log.warn(
          { err: { message: messageOf(error) } },
          `the shards are not given back; others claim them after ${leaseMs / 1000} s`,
        );
      }
    },
    failures: () => failures,
  };
}
