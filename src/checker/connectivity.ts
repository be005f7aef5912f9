import type { LookupFunction } from 'node:net';
import type { Settings } from '../config/settings.js';
import type { Found } from '../domain/check.js';
import type { Clock } from '../domain/clock.js';
import {
  allSilent,
  fewestHosts,
  machineOf,
  noSilence,
  signOf,
  withConnection,
  withResult,
} from '../domain/connectivity.js';
import type { Model } from '../domain/model.js';
import { createLookAround } from './look-around.js';
import { createLookup } from './transport/lookup.js';
import { proxyFor } from './transport/proxy.js';
import { addressOf, type Address } from './reach.js';
import type { TimeLimit } from './transport/time-limit.js';

/** A loss or return of connectivity. */
export interface Sight {
  readonly blind: boolean;
  /** Unix ms at which connectivity was lost. */
  readonly since: number;
  /** Number of results set aside since then. */
  readonly results: number;
}

interface ConnectivityOptions {
  readonly clock: Clock;
  readonly changed: (sight: Sight) => void;
  readonly lookup?: LookupFunction;
  /** Where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are read. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Most hosts to try: those with the newest answers. */
const mostHosts = 16;
/** ms between connectivity tests without configured targets; they run only while there is no connectivity. */
const blindEveryMs = 30_000;

/**
 * Distinguishes failures of models from failures of the monitor's own network. When a check reaches no peer, the
 * configured targets, or else the hosts of the models, are tried before the result counts: while none of them accepts a
 * connection, the result is not evidence about the model.
 */
export function createConnectivity({
  clock,
  changed,
  lookup = createLookup(),
  env = process.env,
}: ConnectivityOptions) {
  let targets: readonly Address[] | null = null;
  /** Address to connect to, by machine, newest answers last; empty when there are fewer than `fewestHosts`. */
  let hosts = new Map<string, Address>();
  let silence = noSilence;
  /** True when the newest connectivity test or answer reached a host; null before the first. */
  let reached: boolean | null = null;
  /** True when a model answered during the running connectivity test. */
  let answeredMeanwhile = false;
  let blindness: { since: number; results: number } | null = null;
  let timer: { readonly everyMs: number; readonly handle: NodeJS.Timeout } | null = null;

  const watches = (): boolean => targets !== null || hosts.size > 0;

  function showSight(): void {
    const blind = reached === false || (targets === null && allSilent(new Set(hosts.keys()), silence));
    if (blind && blindness === null) {
      blindness = { since: clock.wall(), results: 0 };
      changed({ blind, ...blindness });
    } else if (!blind && blindness !== null) {
      changed({ blind, ...blindness });
      blindness = null;
    }
  }

  const around = createLookAround({
    clock,
    lookup,
    addresses() {
      answeredMeanwhile = false;
      return targets ?? [...hosts.values()].slice(-mostHosts);
    },
    saw(found) {
      // A reload may have disabled the tests in the meantime.
      if (!watches()) return;
      reached = found || answeredMeanwhile;
      if (found) silence = withConnection(silence);
      showSight();
    },
  });

  function answered(machine: string): void {
    const address = hosts.get(machine);
    if (address === undefined) return;
    hosts.delete(machine);
    hosts.set(machine, address);
    reached = true;
    answeredMeanwhile = true;
    silence = noSilence;
    if (blindness !== null) showSight();
  }

  async function isBlindTo(model: Model, found: Found, limit: TimeLimit): Promise<boolean> {
    const { tokenEndpoint } = found;
    const asked = { ...found, ...tokenEndpoint };
    const machine = tokenEndpoint?.machine ?? machineOf(model);
    const sign = signOf(asked);
    if (sign === null || !watches()) return false;
    if (sign === 'answered') {
      // With configured targets an answer does not prove connectivity: the model may be on the local network.
      if (targets === null) answered(machine);
      return false;
    }
    silence = withResult(silence, machine, asked);
    const looking =
      blindness !== null && around.justLooked() ? Promise.resolve() : around.look(limit.leftMs());
    const alone = await limit.within(
      looking.then(() => false),
      (why) => why === 'overdue' && around.findsNobody(),
    );
    showSight();
    if (blindness !== null) blindness.results += 1;
    return blindness !== null || alone;
  }

  function pathTo({ endpoint }: Model): Address {
    const url = new URL(endpoint.baseUrl);
    const proxy = usableProxy(url, endpoint.proxy);
    return addressOf(proxy !== null && URL.canParse(proxy) ? new URL(proxy) : url);
  }

  /** Null also for a proxy that is not supported, whose checks say so. */
  function usableProxy(url: URL, configured: string | null): string | null {
    try {
      return proxyFor(url, configured, env);
    } catch {
      return null;
    }
  }

  function hostsOf(models: readonly Model[]): Map<string, Address> {
    const asked = models.filter(({ pause, missingSecret }) => !pause && missingSecret === null);
    const paths = new Map(asked.map((model) => [machineOf(model), pathTo(model)]));
    if (paths.size < fewestHosts) return new Map();
    const fresh = [...paths].filter(([machine]) => !hosts.has(machine));
    const known = [...hosts.keys()].flatMap((machine): [string, Address][] => {
      const path = paths.get(machine);
      return path === undefined ? [] : [[machine, path]];
    });
    return new Map([...fresh, ...known]);
  }

  function lookEvery(everyMs: number | null): void {
    if (timer?.everyMs === everyMs) return;
    clearInterval(timer?.handle);
    timer = null;
    if (everyMs === null) return;
    const handle = setInterval(() => {
      if (targets !== null || blindness !== null) void around.look();
    }, everyMs);
    timer = { everyMs, handle: handle.unref() };
  }

  return {
    /** Applies targets and hosts. Disabled in remote mode, where the health API's own network makes the checks. */
    configure({ connectivity, models, remote }: Pick<Settings, 'connectivity' | 'models' | 'remote'>): void {
      const before = JSON.stringify(targets);
      const wanted = remote === null ? connectivity : null;
      targets = wanted?.targets.map((target) => addressOf(new URL(target))) ?? null;
      hosts = hostsOf(remote === null ? models : []);
      lookEvery(watches() ? (wanted?.everyMs ?? blindEveryMs) : null);
      if (JSON.stringify(targets) !== before || !watches()) {
        reached = null;
        silence = noSilence;
        showSight();
      }
      if (targets !== null && reached === null) void around.look();
    },

    /**
     * True when a result is not evidence about the model because the monitor has no connectivity. Tests connectivity if
     * necessary, within the time limit of the check.
     */
    isBlindTo,

    /** Whether there is connectivity; null while unknown. */
    up: (): boolean | null => (blindness !== null ? false : watches() && reached !== null ? true : null),

    close(): void {
      around.close();
      lookEvery(null);
    },
  };
}
