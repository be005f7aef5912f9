import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../domain/clock.js';
import type { Model } from '../domain/model.js';
import { dayMs } from '../domain/period.js';
import { noDurations } from '../domain/timeline.js';
import { objectiveWindowMs } from '../domain/notify/warned.js';
import { budgetUse, providerUptimeOf, uptimeOf, type BudgetUse, type Uptime } from '../domain/uptime.js';
import { uptimeWindows, type UptimeWindow } from '../domain/view.js';
import { clip, spentOfAll, type Past, type PastWindow } from '../store/history.js';
import type { StoreReader } from '../store/port.js';
import { show, type Tracked } from './tracked.js';
import { keysOf, tableOf } from '../domain/table.js';

const stepsPerRound = 60;
/** Models read in one call: with a year of changes they take the thread of the store some ms. */
const mostAtOnce = 20;

const nothingKnown = uptimeOf(noDurations);

type Uptimes = Record<UptimeWindow, Uptime>;

/** Uptime by window, and that of the provider alone. */
interface KnownUptimes {
  readonly uptime: Uptimes;
  readonly providerUptime: Uptimes;
}

interface Known extends KnownUptimes {
  readonly errorBudget: BudgetUse | null;
}

/** Uptime and coverage of each of the pasts over the standard windows, and the use of the error budget; one call of the store. */
async function readUptimes(
  store: Pick<StoreReader, 'spent'>,
  pasts: readonly (Past & { readonly model?: Pick<Model, 'slo'> })[],
  to: number,
): Promise<Known[]> {
  const windows: PastWindow[] = [];
  const places = pasts.map((past) => {
    // Windows longer than the model's history are clipped to it and give the same result.
    const known = new Map<number, number>();
    return tableOf(keysOf(uptimeWindows), (name) => {
      const { from } = clip(past.stored, { from: to - uptimeWindows[name] * dayMs, to });
      const place = known.get(from) ?? windows.push({ past, from, to }) - 1;
      known.set(from, place);
      return place;
    });
  });
  const spent = await spentOfAll(store, windows);
  const uptimes = spent.map(({ durations }) => uptimeOf(durations));
  const ofProvider = spent.map(providerUptimeOf);
  return places.map((at, index) => {
    const objective = pasts[index]?.model?.slo ?? null;
    const month = spent[at['30d']]?.durations;
    const aheadMs = objectiveWindowMs - (to - (windows[at['30d']]?.from ?? to));
    return {
      uptime: tableOf(keysOf(at), (name) => uptimes[at[name]] ?? nothingKnown),
      providerUptime: tableOf(keysOf(at), (name) => ofProvider[at[name]] ?? nothingKnown),
      errorBudget:
        objective === null || month === undefined ? null : budgetUse(objective, month, Math.max(0, aheadMs)),
    };
  });
}

/** Uptime and coverage over the standard windows, and those of the provider. */
export async function readUptime(
  store: Pick<StoreReader, 'spent'>,
  past: Past,
  to: number,
): Promise<KnownUptimes> {
  const [known] = await readUptimes(store, [past], to);
  const nothing = tableOf(keysOf(uptimeWindows), () => nothingKnown);
  return known ?? { uptime: nothing, providerUptime: nothing };
}

export interface UptimeRefresh {
  /** Queues a model for a refresh in the background. */
  readonly soon: (tracked: Tracked) => void;
  /** Refreshes one sixtieth of the models; call it once a second. After an error the rest of its share waits for the next round. */
  step(models: () => Iterable<Tracked>): Promise<void>;
  /** Stops further reads. */
  readonly stop: () => void;
}

/**
 * Keeps the uptime in metrics and lists about a minute old at most while the store answers, and fresher after a change of
 * state. Reading it on each scrape takes seconds with many models.
 */
export function createUptimeRefresh(store: StoreReader, clock: Clock): UptimeRefresh {
  let restOfRound: Tracked[] = [];
  let modelsPerStep = 1;
  const queued = new Set<Tracked>();
  let draining: Promise<void> | null = null;
  let stopped = false;

  const read = async (several: readonly Tracked[]): Promise<void> => {
    const pasts = several.map(({ view }) => view);
    const uptimes = await readUptimes(store, pasts, clock.wall());
    several.forEach((tracked, index) => {
      const known = uptimes[index];
      if (known !== undefined) show(tracked, known);
    });
  };

  const refresh = async (several: readonly Tracked[]): Promise<void> => {
    try {
      await read(several);
    } catch (error) {
      if (several.length === 1) throw error;
      // One that cannot be read does not hold up the others.
      const each = await Promise.allSettled(several.map((tracked) => read([tracked])));
      const failed = each.find((one) => one.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    }
    await setImmediate();
  };

  const drain = async (): Promise<void> => {
    await setImmediate();
    while (queued.size > 0 && !stopped) {
      const several = [...queued].slice(0, mostAtOnce);
      for (const tracked of several) queued.delete(tracked);
      await refresh(several);
    }
  };

  return {
    soon(tracked) {
      queued.add(tracked);
      // A failed queue is dropped: the next round of `step` reads its models and reports errors.
      draining ??= drain()
        .catch(() => {
          queued.clear();
        })
        .finally(() => {
          draining = null;
        });
    },
    async step(models) {
      if (restOfRound.length === 0) {
        restOfRound = [...models()];
        modelsPerStep = Math.ceil(restOfRound.length / stepsPerRound);
      }
      const share = restOfRound.splice(0, modelsPerStep);
      while (share.length > 0 && !stopped) await refresh(share.splice(0, mostAtOnce));
    },
    stop() {
      stopped = true;
    },
  };
}
