import type { Logger } from 'pino';
import { createConnectivity } from '../checker/connectivity.js';
import type { Settings } from '../config/settings.js';
import type { Clock } from '../domain/clock.js';
import type { MonitorMetrics } from '../metrics/monitor.js';
import { createChecker } from './checker.js';
import { noteSight } from './outage.js';
import { createAttempt, createUnrecordedAttempt } from './runner.js';
import { despiteStalls, watchStalls } from './stalls.js';

/** The parts a check passes on its way from a model to its result. */
export interface Checking {
  readonly attempt: ReturnType<typeof createAttempt>;
  readonly unrecorded: ReturnType<typeof createUnrecordedAttempt>;
  readonly connectivityUp: () => boolean | null;
  configure(settings: Settings): void;
  readonly close: () => void;
}

export function createChecking(parts: {
  clock: Clock;
  version: string;
  metrics: MonitorMetrics;
  log: Logger;
  settings: () => Settings;
  /** Whatever stands for a model as long as it is in the registry. */
  followed: (id: string) => object | undefined;
}): Checking {
  const { clock, metrics, log } = parts;
  const checker = createChecker(clock, parts.version, metrics.connectionRetried);
  const connectivity = createConnectivity({
    clock,
    changed: (sight) => {
      noteSight(sight, parts.settings().models.length, clock.wall(), log);
    },
  });
  const stalls = watchStalls(clock, log);
  const check = despiteStalls(checker.check, {
    stalls,
    clock,
    counted: metrics.checkStalled,
    followed: parts.followed,
  });
  const attempt = createAttempt(connectivity.guard(check), clock);
  return {
    attempt,
    unrecorded: createUnrecordedAttempt({ attempt, clock, log }),
    connectivityUp: connectivity.up,
    configure(settings) {
      checker.configure(settings);
      connectivity.configure(settings);
    },
    close() {
      stalls.stop();
      connectivity.close();
      checker.close();
    },
  };
}
