import type { Logger } from 'pino';
import type { AskBalance } from '../checker/balance.js';
import type { Clock } from '../domain/clock.js';
import { madeOnce } from '../domain/made-once.js';
import type { Model } from '../domain/model.js';
import type { Tracked } from './tracked.js';

/** ms between two looks for what is due. */
const turnMs = 5_000;

/** Starts to watch balances with the first model that wants it, and loads what it takes then. */
export function createBalanceWatch(parts: {
  clock: Clock;
  log: Logger;
  ask: AskBalance;
  /** Models that this instance checks, in the order of the registry. */
  models: () => Iterable<Tracked>;
}): { configure(models: readonly Model[]): void; stop(): void } {
  let balances: { turn(): Promise<void>; stop(): void } | null = null;
  const started = madeOnce(async () => {
    const { createBalances } = await import('./balances.js');
    balances = createBalances(parts);
    return balances;
  });
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;

  const turn = (): void => {
    if (stopped) return;
    started()
      .then((begun) => (stopped ? begun.stop() : begun.turn()))
      .catch((err: unknown) => parts.log.error({ err }, 'balances are not watched'));
    timer ??= setInterval(turn, turnMs).unref();
  };

  return {
    /** A model may also come from another instance later. */
    configure(models) {
      if (timer !== null || models.some(({ balance = null }) => balance !== null)) turn();
    },
    stop() {
      stopped = true;
      if (timer !== null) clearInterval(timer);
      balances?.stop();
    },
  };
}
