import type { Logger } from 'pino';
import type { AskBalance } from '../checker/balance.js';
import { createConnectivity, type Change } from '../checker/connectivity.js';
import { createProber } from '../checker/prober.js';
import { createRemoteChecker } from '../checker/remote-checker.js';
import { createShared, type Shared } from '../checker/transport/exchange-limits.js';
import type { Settings } from '../config/settings.js';
import type { Ask } from '../domain/check.js';
import type { Clock } from '../domain/clock.js';
import type { Reason } from '../domain/reason.js';
import type { MonitorMetrics } from '../metrics/monitor.js';
import { createAttempt, createUnrecordedAttempt, type Attempt } from './attempt.js';
import { createBalanceWatch } from './balance-watch.js';
import type { Memory } from './memory.js';
import { createFindStalled, watchStalls } from './stalls.js';
import { withCostBudget } from './cost-budget.js';
import { createTokenBudget } from './token-budget.js';
import type { StoreReader } from '../store/port.js';
import type { Tracked } from './tracked.js';
import { createUsualSpeeds } from './usual-speeds.js';

/** A timeout may be that of a host that answers late. */
const silences: readonly (Reason | null)[] = ['dns_error', 'connect_error'];

/** True for a model that is down because its endpoint does not answer. */
const isSilent = ({ health, conclusive }: Memory): boolean =>
  health.belief === 'down' && silences.includes(conclusive);

export interface Checker {
  readonly check: Ask;
  /** A remote health API tells no balances. */
  readonly askBalance: AskBalance;
  /** Applies the mode; running checks finish in the previous one. */
  configure(settings: Pick<Settings, 'checker' | 'remote'>): void;
  close(): void;
}

/**
 * Creates the checker: builtin prober or remote health API, by the configured mode. `retried` is called when a request is
 * sent again on a new connection.
 */
export function createChecker(
  clock: Clock,
  version: string,
  shared = createShared(),
  retried = (): void => undefined,
): Checker {
  const userAgent = `modelpulse/${version}`;
  let inForce: { check: Ask; askBalance?: AskBalance; close(): void; mode: string; running: number } | null =
    null;

  return {
    async check(model, signal, key) {
      const used = inForce;
      if (used === null) throw new Error('the checker was not configured');
      used.running += 1;
      try {
        return await used.check(model, signal, key);
      } finally {
        used.running -= 1;
        if (used !== inForce && used.running === 0) used.close();
      }
    },
    async askBalance(model, key, signal) {
      const used = inForce;
      if (used?.askBalance === undefined)
        return { problem: 'the health API of remote mode tells no balances' };
      used.running += 1;
      try {
        return await used.askBalance(model, key, signal);
      } finally {
        used.running -= 1;
        if (used !== inForce && used.running === 0) used.close();
      }
    },
    configure({ checker, remote }) {
      const mode = JSON.stringify([checker.mode, checker.reuseConnections, remote]);
      if (inForce?.mode === mode) return;
      const former = inForce;
      const next =
        remote === null
          ? createProber({ clock, reuseConnections: checker.reuseConnections, userAgent, shared, retried })
          : createRemoteChecker({ ...remote, clock, userAgent, shared, retried });
      inForce = { ...next, mode, running: 0 };
      if (former?.running === 0) former.close();
    },
    close() {
      inForce?.close();
    },
  };
}

/** Lines of the log for the loss and the return. */
function linesOf({ proxy, names, dates }: Change): readonly [string, string] {
  if (names === true)
    return [
      'the resolver of the monitor finds no names: checks of hosts whose names it does not find count as unknown',
      'the resolver finds names again',
    ];
  if (dates === true)
    return [
      'the clock of the monitor is behind: no certificate has begun to be valid by it, and checks that end so count as unknown',
      'certificates are valid again by the clock of the monitor',
    ];
  if (proxy === undefined)
    return [
      'no network connectivity of the monitor: checks that reach no host count as unknown',
      'network connectivity is back',
    ];
  return proxy === null
    ? [
        'no connectivity without a proxy: checks that reach no host directly count as unknown',
        'connectivity without a proxy is back',
      ]
    : [
        'no connectivity through the proxy: checks that reach no host behind it count as unknown',
        'connectivity through the proxy is back',
      ];
}

/** Logs loss and return of connectivity. */
function noteChange(change: Change, models: number, now: number, log: Logger): void {
  const { blind, since, results, proxy } = change;
  const about = proxy === undefined ? { models } : proxy === null ? {} : { proxy };
  const line = { since: new Date(since).toISOString(), ...about };
  const [lost, back] = linesOf(change);
  if (blind) log.warn(line, lost);
  else
    log.warn({ ...line, blind_seconds: Math.round((now - since) / 1_000), results_set_aside: results }, back);
}

/** The parts that make a check. */
export interface Checking {
  readonly attempt: Attempt;
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
  shared: Shared;
  store: Pick<StoreReader, 'hourHistograms'>;
  /** The state of a model while it is in the registry. */
  followed: (id: string) => Tracked | undefined;
  /** Models that this instance checks, in the order of the registry. */
  own: () => Iterable<Tracked>;
  /** Called when there is something to store of a model in the registry. */
  changed: (tracked: Tracked) => void;
}): Checking {
  const { clock, metrics, log } = parts;
  const checker = createChecker(clock, parts.version, parts.shared, metrics.connectionRetried);
  const connectivity = createConnectivity({
    clock,
    isPaused: (id) => parts.followed(id)?.memory.pausedByOperator === true,
    isDown(id) {
      const tracked = parts.followed(id);
      return tracked !== undefined && isSilent(tracked.memory);
    },
    changed: (change) => {
      noteChange(change, parts.settings().models.length, clock.wall(), log);
    },
  });
  const stalls = watchStalls(clock, log);
  const usual = createUsualSpeeds(parts.store);
  const findStalled = createFindStalled({ stalls, counted: metrics.checkStalled, followed: parts.followed });
  const attempt = createAttempt({
    ask: checker.check,
    findStalled,
    connectivity,
    clock,
    budget: withCostBudget(createTokenBudget({ clock, log }), { clock, log }),
    usualOf: usual.of,
  });
  const balances = createBalanceWatch({ clock, log, ask: checker.askBalance, models: parts.own });
  const changed = (tracked: Tracked): void => {
    if (parts.followed(tracked.view.model.id) === tracked) parts.changed(tracked);
  };
  return {
    attempt,
    unrecorded: createUnrecordedAttempt({ attempt, changed }),
    connectivityUp: connectivity.up,
    configure(settings) {
      checker.configure(settings);
      connectivity.configure(settings);
      balances.configure(settings.models);
    },
    close() {
      stalls.stop();
      usual.stop();
      balances.stop();
      connectivity.close();
      checker.close();
    },
  };
}
