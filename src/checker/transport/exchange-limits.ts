import { createHeldBytes, type HeldBytes } from './held-bytes.js';
import { createTimedTurns, type TimedTurns } from './timed-turns.js';
import { createTurns, type Turns } from './turns.js';

/** Most bytes of a decompressed body. */
export const bodyLimit = 1024 * 1024;

/** What the exchanges of all probers share, so that many replies at one moment cost no more than one. */
export interface Shared {
  readonly turns: Turns;
  readonly held: HeldBytes;
  /** Turns in which TLS reads. */
  readonly tls: TimedTurns;
}

export function createShared(): Shared {
  return { turns: createTurns(), held: createHeldBytes(), tls: createTimedTurns() };
}
