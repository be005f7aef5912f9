import { createProber } from '../checker/prober.js';
import { packageVersion } from '../cli/package-files.js';
import { systemClock } from '../domain/clock.js';
import { checkOutcome } from './check-outcome.js';
import { loadFrom, withIds } from './loaded-models.js';
import type { Prober, ProberOptions } from './public-types.js';

/** A prober with all that it needs. */
export function createLoadedProber({ env = process.env, reuseConnections = true }: ProberOptions): Prober {
  const prober = createProber({
    clock: systemClock,
    userAgent: `modelpulse/${packageVersion()}`,
    reuseConnections,
    env,
  });
  return {
    async check(description, { signal = new AbortController().signal } = {}) {
      const { settings } = await loadFrom({ models: withIds([description]) }, env);
      const [model] = settings.models;
      if (model === undefined) throw new TypeError('there is no model to check');
      return checkOutcome(model.id, await prober.check(model, signal));
    },
    close() {
      prober.close();
      return Promise.resolve();
    },
  };
}
