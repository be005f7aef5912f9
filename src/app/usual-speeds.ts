import { setImmediate } from 'node:timers/promises';
import { comparedHours, usualOf, type Usual } from '../domain/baseline.js';
import { hourMs } from '../domain/period.js';
import type { StoreReader } from '../store/port.js';
import type { Tracked } from './tracked.js';

/** Models read in one call, each seven rows. */
const mostAtOnce = 20;

export interface UsualSpeeds {
  /** What is usual of a model at `now`; null where it is not compared, or not read yet. Reads nothing itself. */
  of(tracked: Tracked, now: number): Usual | null;
  stop(): void;
}

interface Wanted {
  readonly tracked: Tracked;
  readonly hour: number;
}

/**
 * Knows the usual speed of the models with `slow.baseline`, for this hour and the next: all of a day before is written already, so a
 * check finds it in memory, but for the first one after a start. It is read beside the checks, once an hour for each model, some
 * models in a call.
 */
export function createUsualSpeeds(store: Pick<StoreReader, 'hourHistograms'>): UsualSpeeds {
  const known = new WeakMap<Tracked, Map<number, Usual | null>>();
  let wanted: Wanted[] = [];
  let draining: Promise<void> | null = null;
  let stopped = false;

  async function drain(): Promise<void> {
    await setImmediate();
    while (wanted.length > 0 && !stopped) {
      const some = wanted.splice(0, mostAtOnce);
      const asked = some.map(({ tracked, hour }) => ({ key: tracked.view.key, hours: comparedHours(hour) }));
      const found = await store.hourHistograms(asked).catch(() => {
        // What could not be read is asked for again by the next check.
        for (const one of [...some, ...wanted]) known.get(one.tracked)?.delete(one.hour);
        wanted = [];
        return [];
      });
      some.forEach(({ tracked, hour }, index) => {
        const histograms = found[index];
        if (histograms !== undefined) known.get(tracked)?.set(hour, usualOf(histograms));
      });
      await setImmediate();
    }
  }

  function ask(all: readonly Wanted[]): void {
    for (const one of all) wanted.push(one);
    draining ??= drain().finally(() => {
      draining = null;
    });
  }

  return {
    of(tracked, now) {
      if ((tracked.view.model.slow.baseline ?? null) === null) return null;
      const hour = Math.floor(now / hourMs) * hourMs;
      const own = known.get(tracked) ?? new Map<number, Usual | null>();
      known.set(tracked, own);
      for (const older of own.keys()) if (older < hour) own.delete(older);
      const missing = [hour, hour + hourMs].filter((each) => !own.has(each));
      for (const each of missing) own.set(each, null);
      if (missing.length > 0 && !stopped) ask(missing.map((each) => ({ tracked, hour: each })));
      return own.get(hour) ?? null;
    },
    stop() {
      stopped = true;
    },
  };
}
