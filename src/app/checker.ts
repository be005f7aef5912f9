import type { Ask } from '../domain/check.js';
import type { Clock } from '../domain/clock.js';
import { createProber } from '../checker/prober.js';
import { createRemoteChecker } from '../checker/remote-checker.js';
import type { Settings } from '../config/settings.js';

export interface Checker {
  readonly check: Ask;
  /** Puts the mode in force; checks that run end as they began. */
  configure(settings: Pick<Settings, 'checker' | 'remote'>): void;
  close(): void;
}

/**
 * The check in force: by the builtin prober or through a remote health API. `retried` is called when a request is sent again on
 * a fresh connection.
 */
export function createChecker(clock: Clock, version: string, retried = (): void => undefined): Checker {
  const userAgent = `modelpulse/${version}`;
  let inForce: { check: Ask; close(): void; mode: string; running: number } | null = null;

  return {
    async check(model, signal, key) {
      const used = inForce;
      if (used === null) throw new Error('the checker was not configured');
      used.running += 1;
      const result = await used.check(model, signal, key);
      used.running -= 1;
      if (used !== inForce && used.running === 0) used.close();
      return result;
    },
    configure({ checker, remote }) {
      const mode = JSON.stringify([checker.mode, checker.reuseConnections, remote]);
      if (inForce?.mode === mode) return;
      const former = inForce;
      const next =
        remote === null
          ? createProber({ clock, reuseConnections: checker.reuseConnections, userAgent, retried })
          : createRemoteChecker({ ...remote, clock, userAgent, retried });
      inForce = { ...next, mode, running: 0 };
      if (former?.running === 0) former.close();
    },
    close() {
      inForce?.close();
    },
  };
}
