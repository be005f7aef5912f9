import type { Clock } from '../domain/clock.js';
import { allSilent, fewestHosts, type Silence } from '../domain/connectivity.js';
import { areSeveral, firstOfMachines } from './machines.js';
import type { Path } from './path.js';

/** Most hosts to try: those with the newest answers. */
const mostHosts = 16;
/** ms, and number of results, of a silence while others are reached that is a host's own: a lossy network fails in between, too. */
const lastingMs = 120_000;
const lastingTimes = 2;

/** The silences of a host while others were reached, since its last answer, in monotonic ms. */
interface Failing {
  readonly first: number;
  readonly last: number;
  readonly times: number;
}

/** The hosts of a way, and which of them show a lost network by their silence. */
export interface Witnesses {
  /** Replaces the hosts, with the path to each. Fewer than three count as none. */
  configure(paths: ReadonlyMap<string, Path>): void;
  readonly count: () => number;
  has(host: string): boolean;
  /** Notes that a host answered; true if that shows that the others can be reached. */
  answered(host: string): boolean;
  /**
   * Notes hosts that were silent while another was reached, `by` it or, if null, by any. That of a host on another way is left out. Once
   * it has lasted for two minutes, the silence of a host is its own until it answers.
   */
  failed(hosts: readonly string[], by: string | null): void;
  /** True when the others are on enough machines to tell a lost network from a lost machine. */
  areEnough(): boolean;
  /** True when none of the others, at least three, has answered. */
  areSilent(silence: Silence): boolean;
  /** True while hosts outside of the own network are enough: those in it then show nothing. */
  areFar(): boolean;
  /** True when all paths lead through a proxy. */
  areProxied(): boolean;
  /** The paths to try: one to each machine, then the others; newest answers first. */
  paths(): readonly Path[];
}

/** Creates the witnesses of one way. */
export function createWitnesses(parts: {
  readonly clock: Clock;
  /** The addresses of a name, or the name itself: hosts that share one are one machine. */
  readonly addressesOf: (name: string) => readonly string[];
  /** True for a host in the own network, which shows nothing of the way out. */
  readonly isNear: (path: Path) => boolean;
  /** True for a host of which nothing is checked at present. */
  readonly isIdle: (host: string) => boolean;
  /** True for a host that was found to be silent by itself before it is watched here, such as before a restart. */
  readonly isDown: (host: string) => boolean;
}): Witnesses {
  const { clock, addressesOf, isNear, isIdle, isDown } = parts;
  /** Path by host, newest answers last. */
  let hosts = new Map<string, Path>();
  const failing = new Map<string, Failing>();

  function isAble(host: string): boolean {
    const { first = 0, last = 0, times = 0 } = failing.get(host) ?? {};
    return (times < lastingTimes || last - first < lastingMs) && !isIdle(host);
  }

  function* able(far: boolean): Generator<[string, Path]> {
    for (const one of hosts) if (isAble(one[0]) && !(far && isNear(one[1]))) yield one;
  }

  const areMachines = (far: boolean): boolean => areSeveral(able(far), addressesOf);

  function areFar(): boolean {
    let left = fewestHosts;
    for (const path of hosts.values()) {
      if (!isNear(path)) left -= 1;
      if (left === 0) return areMachines(true);
    }
    return false;
  }

  return {
    configure(paths) {
      const kept = paths.size < fewestHosts ? new Map<string, Path>() : paths;
      const fresh = [...kept].filter(([host]) => !hosts.has(host));
      const known = [...hosts.keys()].flatMap((host): [string, Path][] => {
        const path = kept.get(host);
        return path === undefined ? [] : [[host, path]];
      });
      hosts = new Map([...fresh, ...known]);
      const now = clock.monotonic();
      for (const [host] of fresh)
        if (isDown(host)) failing.set(host, { first: now - lastingMs, last: now, times: lastingTimes });
      for (const host of failing.keys()) if (!hosts.has(host)) failing.delete(host);
    },
    count: () => hosts.size,
    has: (host) => hosts.has(host),
    answered(host) {
      const path = hosts.get(host);
      if (path === undefined) return false;
      hosts.delete(host);
      hosts.set(host, path);
      failing.delete(host);
      return !isNear(path) || !areFar();
    },
    failed(silent, by) {
      const reached = by === null ? undefined : hosts.get(by);
      if (reached === undefined && new Set([...hosts.values()].map(({ proxy }) => proxy)).size > 1) return;
      const now = clock.monotonic();
      for (const host of silent) {
        const path = hosts.get(host);
        if (path === undefined || (reached !== undefined && path.proxy !== reached.proxy)) continue;
        const { first, times } = failing.get(host) ?? { first: now, times: 0 };
        failing.set(host, { first, last: now, times: times + 1 });
      }
    },
    areFar,
    areEnough: () => areFar() || areMachines(false),
    areSilent(silence) {
      const others = [...able(areFar())].map(([host]) => host);
      return others.length >= fewestHosts && allSilent(others, silence);
    },
    areProxied: () => [...hosts.values()].every(({ proxy }) => proxy !== null),
    paths() {
      const far = areFar();
      const newest = [...hosts].reverse().filter(([, path]) => !far || !isNear(path));
      const tried = new Map([...firstOfMachines(newest, addressesOf), ...newest]);
      const paths = [...tried.values()].slice(0, mostHosts);
      return far ? paths.map((path) => ({ ...path, far })) : paths;
    },
  };
}
