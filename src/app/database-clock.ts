import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import { isPlausible } from '../domain/time.js';
import type { TimeOfDatabase } from '../store/fleet-port.js';

/** Differences in ms up to which the machine's clock counts as right: with NTP it is by a few ms. */
const toleranceMs = 250;

/** The machine's clock, corrected to the database's. */
export interface DatabaseClock {
  readonly clock: Clock;
  /** Takes a new look at the database's clock. */
  readonly see: (time: TimeOfDatabase) => void;
}

/**
 * A clock for instances that share a database: its wall time is the database's, so that all have the same slots whatever their machines
 * say. It is corrected only where the difference is surely over 250 ms: the answer may have been on its way for as long as it took.
 */
export function createDatabaseClock(raw: Clock, log: Pick<Logger, 'warn' | 'info'>): DatabaseClock {
  /** ms that the database's clock is ahead of the machine's. */
  let ahead = 0;
  return {
    clock: { wall: () => raw.wall() + ahead, monotonic: () => raw.monotonic() },
    see({ databaseMs, askedAt }) {
      if (!isPlausible(databaseMs)) return;
      const answeredMs = raw.monotonic() - askedAt;
      const least = databaseMs - raw.wall();
      const most = least + answeredMs;
      if (ahead >= least - toleranceMs && ahead <= most + toleranceMs) return;
      const right = least <= toleranceMs && most >= -toleranceMs ? 0 : Math.round((least + most) / 2);
      ahead = right;
      const fields = { ahead_ms: right };
      if (right === 0) log.info(fields, 'the clock of this machine is that of the database again');
      else
        log.warn(
          fields,
          'the clock of this machine differs from that of the database, which counts: synchronise both',
        );
    },
  };
}
