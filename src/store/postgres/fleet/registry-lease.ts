import type { Clock } from '../../../domain/clock.js';
import type { Timers } from '../../../domain/timers.js';
import { registryShard, type Fleet, type RegistryRight, type ShardFence } from '../../fleet-port.js';
import { StoreError } from '../../store-error.js';
import type { LeaseTable } from './lease-table.js';
import { leaseMs, marginMs, renewMs } from './lease-times.js';

/** ms that a caller waits for the right unless it says otherwise. */
const patienceMs = 30_000;
/** ms between two tries. */
const retryMs = 250;
/** ms after which work that hangs has the right no longer. */
const mostMs = 300_000;

interface RegistryLeaseParts {
  readonly table: LeaseTable;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly timers: Timers;
}

/** Prepares `withRegistry`: a lease of the shard -1, which work of one instance has at a time. */
export function prepareRegistryLease({ table, clock, timers }: RegistryLeaseParts): Fleet['withRegistry'] {
  const leaseEnd = (): number => clock.monotonic() + leaseMs - marginMs;
  const pause = (ms: number): Promise<void> => new Promise((resolve) => timers.set(resolve, ms));

  async function claimed(waitMs: number): Promise<{ fence: ShardFence; until: number }> {
    const giveUp = clock.monotonic() + waitMs;
    for (;;) {
      const until = leaseEnd();
      const [row] = await table.claim(1, registryShard, registryShard);
      if (row !== undefined) return { fence: { shard: row.id, fence: row.fence }, until };
      if (clock.monotonic() + retryMs > giveUp)
        throw new StoreError(
          'locked',
          `another instance has been changing the registry for over ${waitMs / 1000} s`,
        );
      await pause(retryMs);
    }
  }

  return async (work, { waitMs = patienceMs } = {}) => {
    const { fence, until } = await claimed(waitMs);
    const begun = clock.monotonic();
    let ends = until;
    let cancel = (): void => undefined;
    let ended = false;
    const renewLater = (): void => {
      cancel = timers.set(() => void renew(), renewMs);
    };
    /** A failure is tried again while the lease holds; then the fence stops the work. */
    async function renew(): Promise<void> {
      const next = leaseEnd();
      const kept = await table.keep(fence).catch(() => null);
      if (kept === true) ends = next;
      if (kept === false) ends = -Infinity;
      if (kept !== false && !ended && clock.monotonic() - begun < mostMs) renewLater();
    }
    const right: RegistryRight = { fence, mayGoOn: () => !ended && clock.monotonic() < ends };
    renewLater();
    try {
      const result = await work(right);
      ended = true;
      // Proves the fence and frees the shard in one statement.
      if ((await table.give([fence])) === 0)
        throw new StoreError('fenced', 'another instance has changed the registry meanwhile');
      return result;
    } catch (error) {
      // What the work rejects with tells more than a failure of this.
      if (!ended) await table.give([fence]).catch(() => undefined);
      throw error;
    } finally {
      ended = true;
      cancel();
    }
  };
}
