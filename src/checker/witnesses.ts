import { allSilent, fewestHosts, type Silence } from '../domain/connectivity.js';
import type { Path } from './path.js';

/** Fewest machines that have to be silent: all names of a single one fail together. */
const fewestMachines = 2;
/** Most hosts to try: those with the newest answers. */
const mostHosts = 16;

/** The hosts of a way, and which of them show a lost network by their silence. */
export interface Witnesses {
  /** Replaces the hosts, with the path to each. Fewer than three count as none. */
  configure(paths: ReadonlyMap<string, Path>): void;
  readonly count: () => number;
  has(host: string): boolean;
  /** Notes that a host answered. */
  answered(host: string): void;
  /**
   * Notes hosts that were silent while another was reached, `by` it or, if null, by any: until they answer, their silence is their own.
   * That of a host on another way is left out.
   */
  failed(hosts: Iterable<string>, by: string | null): void;
  /** True when the others are on enough machines to tell a lost network from a lost machine. */
  areEnough(): boolean;
  /** True when none of the others has answered. */
  areSilent(silence: Silence): boolean;
  /** True when all paths lead through a proxy. */
  areProxied(): boolean;
  /** The paths to try: one to each machine, then the others; newest answers first. */
  paths(): readonly Path[];
}

/** A path among those to one machine; `joined` leads to the first of them. */
interface Place {
  readonly path: Path;
  joined: Place | null;
}

function firstOf(place: Place): Place {
  let first = place;
  while (first.joined !== null) first = first.joined;
  return first;
}

/** Creates the witnesses of one way. */
export function createWitnesses(parts: {
  /** The addresses of a name, or the name itself: hosts that share one are one machine. */
  readonly addressesOf: (name: string) => readonly string[];
  /** True for a host of which nothing is checked at present. */
  readonly isIdle: (host: string) => boolean;
}): Witnesses {
  const { addressesOf, isIdle } = parts;
  /** Path by host, newest answers last. */
  let hosts = new Map<string, Path>();
  let down = new Set<string>();

  const able = (): [string, Path][] => [...hosts].filter(([host]) => !down.has(host) && !isIdle(host));

  /** The newest path to each machine, where the paths are newest first. */
  function machinesOf(paths: readonly Path[]): readonly Path[] {
    const byAddress = new Map<string, Place>();
    const places = paths.map((path): Place => {
      const place: Place = { path, joined: null };
      // Behind a proxy the addresses are the proxy's business.
      for (const address of path.proxy === null ? addressesOf(path.host) : [path.host]) {
        const first = firstOf(byAddress.get(address) ?? place);
        const own = firstOf(place);
        if (own !== first) own.joined = first;
        byAddress.set(address, first);
      }
      return place;
    });
    return places.filter(({ joined }) => joined === null).map(({ path }) => path);
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
      down = new Set([...down].filter((host) => hosts.has(host)));
    },
    count: () => hosts.size,
    has: (host) => hosts.has(host),
    answered(host) {
      const path = hosts.get(host);
      if (path === undefined) return;
      hosts.delete(host);
      hosts.set(host, path);
      down.delete(host);
    },
    failed(silent, by) {
      const ways = new Set([...hosts.values()].map(({ proxy }) => proxy));
      const reached = by === null ? undefined : hosts.get(by);
      if (reached === undefined && ways.size > 1) return;
      for (const host of silent) {
        const path = hosts.get(host);
        if (path !== undefined && (reached === undefined || path.proxy === reached.proxy)) down.add(host);
      }
    },
    areEnough: () => machinesOf(able().map(([, path]) => path)).length >= fewestMachines,
    areSilent: (silence) =>
      allSilent(
        able().map(([host]) => host),
        silence,
      ),
    areProxied: () => [...hosts.values()].every(({ proxy }) => proxy !== null),
    paths() {
      const newest = [...hosts.values()].reverse();
      return [...new Set([...machinesOf(newest), ...newest])].slice(0, mostHosts);
    },
  };
}
