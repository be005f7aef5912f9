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

/** The monitor became blind or sees again. */
export interface Sight {
  readonly blind: boolean;
  /** Unix ms at which it became blind. */
  readonly since: number;
  /** Results that were set aside since then. */
  readonly results: number;
}

interface ConnectivityOptions {
  readonly clock: Clock;
  readonly changed: (sight: Sight) => void;
  readonly lookup?: LookupFunction;
  /** Where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are read. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Hosts that are tried at most; those whose answers are the newest say the most. */
const mostHosts = 16;
/** ms between two looks around without configured targets, which are taken only while blind. */
const blindEveryMs = 30_000;

/**
 * Tells failures of models from failures of the monitor's own network. When a check finds nobody at the other end, and
 * before anything is concluded from that, the configured targets are tried, or else the hosts of the models: while none
 * of them takes a connection the result says nothing of the model.
 */
export function createConnectivity({
  clock,
  changed,
  lookup = createLookup(),
  env = process.env,
}: ConnectivityOptions) {
  let targets: readonly Address[] | null = null;
  /** Where connections to each machine go, those with the newest answers last; empty while there are too few to tell. */
  let hosts = new Map<string, Address>();
  let silence = noSilence;
  /** The newest look around, or answer, found somebody; null before the first. */
  let reached: boolean | null = null;
  /** A model answered during the look around that is going on. */
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
      // A reload may have ended the watch meanwhile.
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
      // What the configured targets say of the way out, an answer from within does not refute.
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
    const proxy = proxyFor(url, endpoint.proxy, env);
    return addressOf(proxy !== null && URL.canParse(proxy) ? new URL(proxy) : url);
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
    /** Puts targets and hosts in force; a remote health API has a network of its own, of which nothing is known here. */
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
     * True where what a check of the model found says nothing of it, because the monitor can reach nobody. Looks around where
     * that is in question, within the time limit of the check.
     */
    isBlindTo,

    /** Null while nothing is known. */
    up: (): boolean | null => (blindness !== null ? false : watches() && reached !== null ? true : null),

    close(): void {
      around.close();
      lookEvery(null);
    },
  };
}
