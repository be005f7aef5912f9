import type { Logger } from 'pino';
import type { AskBalance } from '../checker/balance.js';
import type { Balance } from '../domain/balance.js';
import type { Clock, MonotonicMs } from '../domain/clock.js';
import { show, type Tracked } from './tracked.js';

/** One key at one address: an account. Keys stay in memory. */
interface Account {
  /** The model that asks: of those with the key the one with the highest `warn_below`, else the first. */
  readonly asking: Tracked;
  readonly position: number;
  readonly everyMs: number;
  /** All models with the key, and its position there. */
  readonly users: readonly { readonly tracked: Tracked; readonly position: number }[];
}

/** What is known of an account between two questions. */
interface Known {
  /** Monotonic ms of the next question. */
  dueAt: number;
  /** Monotonic ms of the newest answer. */
  answeredAt: number;
  amounts: readonly Pick<Balance, 'amount' | 'currency' | 'at'>[];
  /** Whether the newest question had no answer, which is logged once. */
  failed: boolean;
}

/** An answer counts for this many intervals, so that a failed question leaves it. */
const validIntervals = 3;

const warnBelow = ({ view }: Tracked): number => view.model.balance?.warnBelow ?? -Infinity;

/** The accounts of models that watch their balance, by address and key. */
export function accountsOf(models: Iterable<Tracked>): Map<string, Account> {
  const accounts = new Map<string, Account>();
  for (const tracked of models) {
    const { model } = tracked.view;
    const { balance = null, endpoint } = model;
    if (balance === null || model.pause) continue;
    endpoint.apiKeys.forEach((key, position) => {
      const name = JSON.stringify([endpoint.baseUrl, key]);
      const known = accounts.get(name);
      const users = [...(known?.users ?? []), { tracked, position }];
      const everyMs = Math.min(known?.everyMs ?? Infinity, balance.everyMs);
      const { asking, position: at } =
        known === undefined || warnBelow(tracked) > warnBelow(known.asking)
          ? { asking: tracked, position }
          : known;
      accounts.set(name, { asking, position: at, everyMs, users });
    });
  }
  return accounts;
}

/** Watches balances beside the checks, one question a host at a time. They never change the state of a model. */
export function createBalances(parts: {
  clock: Clock;
  log: Logger;
  ask: AskBalance;
  /** Models that this instance checks, in the order of the registry. */
  models: () => Iterable<Tracked>;
}): { turn(): Promise<void>; stop(): void } {
  const { clock, log } = parts;
  const known = new Map<string, Known>();
  const stopping = new AbortController();
  /** The questions to each host that are asked: one that hangs holds up no other host. */
  const running = new Map<string, Promise<void>>();

  async function question(account: Account, state: Known): Promise<void> {
    const { asking, position, everyMs } = account;
    const answer = await parts.ask(asking.view.model, position, stopping.signal);
    if (stopping.signal.aborted) return;
    const now: MonotonicMs = clock.monotonic();
    state.dueAt = now + everyMs;
    const line = { model: asking.view.model.id, key: position + 1 };
    if ('problem' in answer) {
      if (!state.failed)
        log.warn({ ...line, problem: answer.problem }, 'balance of the account is not known');
      state.failed = true;
    } else {
      if (state.failed) log.info(line, 'balance of the account is known again');
      const at = clock.wall();
      Object.assign(state, {
        failed: false,
        answeredAt: now,
        amounts: answer.map((each) => ({ ...each, at })),
      });
    }
  }

  /** Gives each model the balances of its keys. */
  function tell(accounts: ReadonlyMap<string, Account>): void {
    const balances = new Map<Tracked, Balance[]>();
    for (const tracked of parts.models())
      if ((tracked.view.balances?.length ?? 0) > 0) balances.set(tracked, []);
    for (const [name, { asking, everyMs, users }] of accounts) {
      const state = known.get(name);
      const fresh = state !== undefined && clock.monotonic() - state.answeredAt <= validIntervals * everyMs;
      for (const { tracked, position } of users) {
        const own = balances.get(tracked) ?? [];
        const askedBy = asking.view.model.id;
        for (const each of fresh ? state.amounts : []) own.push({ key: position + 1, ...each, askedBy });
        balances.set(tracked, own);
      }
    }
    for (const [tracked, own] of balances) show(tracked, { balances: own });
  }

  /** Asks what is due of one host, and tells the models after each answer. */
  async function askHost(names: readonly string[]): Promise<void> {
    for (const name of names) {
      // A reload in between may have changed who asks, or whether.
      const account = accountsOf(parts.models()).get(name);
      const state = known.get(name);
      if (account === undefined || state === undefined) continue;
      await question(account, state);
      if (stopping.signal.aborted) return;
      tell(accountsOf(parts.models()));
    }
  }

  return {
    /** Asks for what is due, and resolves when all of it is answered. */
    async turn() {
      const accounts = accountsOf(parts.models());
      for (const name of known.keys()) if (!accounts.has(name)) known.delete(name);
      tell(accounts);
      const due = new Map<string, string[]>();
      for (const [name, { asking }] of accounts) {
        const state = known.get(name) ?? {
          dueAt: -Infinity,
          answeredAt: -Infinity,
          amounts: [],
          failed: false,
        };
        known.set(name, state);
        const { host } = new URL(asking.view.model.endpoint.baseUrl);
        if (state.dueAt <= clock.monotonic() && !running.has(host))
          due.set(host, [...(due.get(host) ?? []), name]);
      }
      for (const [host, names] of due)
        running.set(
          host,
          askHost(names).finally(() => running.delete(host)),
        );
      await Promise.all(running.values());
    },
    stop() {
      stopping.abort();
    },
  };
}
