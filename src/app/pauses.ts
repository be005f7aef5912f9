import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import { HttpError } from '../http/http-error.js';
import type { Pauses } from '../http/port.js';
import type { Roster } from './roster.js';

/** Pauses that an operator asks for. They are kept with the memory of the model, so a restart or a reload does not end them. */
export function createPauses(parts: {
  clock: Clock;
  roster: Roster;
  log: Logger;
  /** Puts the plans of the roster in force and writes what changed. */
  replanned: () => Promise<void>;
}): Pauses {
  const { clock, roster, log } = parts;

  const set = async (id: string, paused: boolean): Promise<boolean> => {
    const tracked = roster.get(id);
    if (tracked === undefined) return false;
    if (!paused && tracked.configured.pause)
      throw new HttpError(
        409,
        'paused_by_configuration',
        'the configuration pauses the model; remove "pause: true" there and reload it',
      );
    if (tracked.memory.pausedByOperator === paused) return true;
    roster.pauseByHand(tracked, paused, clock.wall());
    await parts.replanned();
    log.info({ model: id }, paused ? 'model paused by an operator' : 'model resumed by an operator');
    return true;
  };

  return { pause: (id) => set(id, true), resume: (id) => set(id, false) };
}
