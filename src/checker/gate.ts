import type { Clock } from '../domain/clock.js';
import {
  allSilent,
  fewestHosts,
  isIntercepted,
  noSilence,
  withConnection,
  withoutHost,
  withResult,
  type Evidence,
} from '../domain/connectivity.js';
import { createLookAround } from './look-around.js';
import type { Path } from './path.js';
import type { ReachAny } from './reach.js';
import type { TimeLimit } from './transport/time-limit.js';

/** A loss or return of connectivity. */
export interface Sight {
  readonly blind: boolean;
  /** Unix ms at which connectivity was lost. */
  readonly since: number;
  /** Number of results set aside since then. */
  readonly results: number;
}

/** What a gate tests. */
export interface Surroundings {
  /** Null without configured targets. */
  readonly targets: readonly Path[] | null;
  /** Whether targets count before one was ever reached: elsewhere they may be no sign of the way that the gate is for. */
  readonly trusted: boolean;
  /** The path to each machine of the models; too few count as none. */
  readonly hosts: ReadonlyMap<string, Path>;
  /** ms between tests of the targets. */
  readonly everyMs: number;
}

/** Fewest machines for those hosts: all names of a single one fail together. */
const fewestMachines = 2;
/** Most hosts to try: those with the newest answers. */
const mostHosts = 16;
/** ms between connectivity tests without configured targets; they run only while there is no connectivity. */
const blindEveryMs = 30_000;

/**
 * Knows whether the monitor reaches anybody. When a check reaches no peer, the targets, or else the hosts, are tried before the
 * result counts: while none of them can be reached, the result is not evidence about the model.
 */
export function createGate(parts: {
  readonly clock: Clock;
  readonly reach: ReachAny;
  readonly changed: (sight: Sight) => void;
  /** The address of a name, or the name itself: hosts of one address are one machine. */
  readonly addressOf?: (name: string) => string;
}) {
  const { clock, reach, changed, addressOf = (name: string) => name } = parts;
  let targets: readonly Path[] | null = null;
  let trusted = false;
  /** True once a target was reached. */
  let proven = false;
  /** Path by machine, newest answers last; empty when there are fewer than `fewestHosts`. */
  let hosts = new Map<string, Path>();
  let silence = noSilence;
  /** True when the newest connectivity test or answer reached a host; null before the first. */
  let reached: boolean | null = null;
  /** True when a model answered during the running connectivity test. */
  let answeredMeanwhile = false;
  /** True when the running test asks for replies. */
  let asks = false;
  let blindness: { since: number; results: number } | null = null;
  /** Monotonic ms at which connectivity came back. */
  let backAt = -Infinity;
  let timer: { readonly everyMs: number; readonly handle: NodeJS.Timeout } | null = null;

  /** The targets; null without, and while they do not count. */
  const counted = (): readonly Path[] | null => (trusted || proven ? targets : null);
  const watches = (): boolean => counted() !== null || hosts.size > 0;

  const machineAt = ({ proxy, host }: Path): string => (proxy === null ? addressOf(host) : host);

  /** The paths by machine, since names of one address fail together; the path to one of its names, newest answers first. */
  function machines(): ReadonlyMap<string, Path> {
    return new Map([...hosts.values()].map((path) => [machineAt(path), path] as const).reverse());
  }

  /** True when the hosts are on enough machines to tell a lost network from a lost machine; most often the first ones are. */
  function areEnough(): boolean {
    const found = new Set<string>();
    for (const path of hosts.values()) {
      if (found.add(machineAt(path)).size >= fewestMachines) return true;
    }
    return false;
  }

  /** True without targets, where the hosts turn out to be on too few machines. */
  const tooFew = (): boolean => counted() === null && hosts.size > 0 && !areEnough();

  function showSight(): void {
    // A proxy may accept connections to the targets, too, with no way out.
    const proxied = counted() !== null && [...hosts.values()].every(({ proxy }) => proxy !== null);
    const silentAll =
      (counted() === null || proxied) &&
      areEnough() &&
      allSilent(new Set(hosts.keys()), proxied ? withConnection(silence) : silence);
    const blind = (reached === false && !tooFew()) || silentAll;
    if (blind && blindness === null) {
      blindness = { since: clock.wall(), results: 0 };
      changed({ blind, ...blindness });
    } else if (!blind && blindness !== null) {
      changed({ blind, ...blindness });
      blindness = null;
      backAt = clock.monotonic();
    }
  }

  const around = createLookAround({
    clock,
    reach,
    paths() {
      answeredMeanwhile = false;
      asks = isIntercepted(silence);
      const known = [...new Set([...machines().values(), ...[...hosts.values()].reverse()])].slice(
        0,
        mostHosts,
      );
      const wanted = counted();
      if (!asks) return wanted ?? known;
      // Connections prove nothing now; not all targets can be asked.
      const askable = [...(wanted?.filter(({ by }) => by !== 'tunnel') ?? []), ...known];
      return askable.length > 0 ? askable.map((path) => ({ ...path, asks })) : (wanted ?? []);
    },
    saw({ reached: found, replied }) {
      // A reload may have disabled the tests in the meantime.
      if (!watches()) return;
      reached = found || answeredMeanwhile;
      if (found) silence = replied ? noSilence : withConnection(silence);
      if (found && counted() !== null) proven = true;
      showSight();
    },
  });

  let tried: readonly Path[] | null = null;
  /** Tests targets that do not count yet. */
  const proof = createLookAround({
    clock,
    reach,
    paths: () => (tried = targets) ?? [],
    saw({ reached: found }) {
      if (!found || targets === null || targets !== tried) return;
      proven = true;
      reached = true;
      silence = withConnection(silence);
      showSight();
    },
  });

  function hostsFrom(paths: ReadonlyMap<string, Path>): Map<string, Path> {
    if (paths.size < fewestHosts) return new Map();
    const fresh = [...paths].filter(([machine]) => !hosts.has(machine));
    const known = [...hosts.keys()].flatMap((machine): [string, Path][] => {
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
      if (counted() !== targets) void proof.look();
      if (counted() !== null || blindness !== null) void around.look();
    }, everyMs);
    timer = { everyMs, handle: handle.unref() };
  }

  return {
    watches,
    tooFew,

    configure(next: Surroundings): void {
      const same = JSON.stringify(next.targets) === JSON.stringify(targets);
      if (!same) targets = next.targets;
      trusted = next.trusted;
      proven &&= same;
      hosts = hostsFrom(next.hosts);
      lookEvery(targets !== null ? next.everyMs : watches() ? blindEveryMs : null);
      if (!same || !watches()) {
        reached = null;
        silence = noSilence;
        showSight();
      }
      if (counted() !== targets) void proof.look();
      if (counted() !== null && reached === null) void around.look();
    },

    /** Takes note of an answer. With targets it does not prove connectivity: the model may be on the local network. */
    answered(machine: string): void {
      const path = hosts.get(machine);
      if (path === undefined) return;
      if (counted() !== null) {
        silence = withoutHost(silence, machine);
        if (blindness !== null) showSight();
        return;
      }
      hosts.delete(machine);
      hosts.set(machine, path);
      reached = true;
      answeredMeanwhile = true;
      silence = noSilence;
      if (blindness !== null) showSight();
    },

    /** Takes note of a check that reached no peer. */
    unanswered(machine: string, evidence: Evidence): void {
      if (watches()) silence = withResult(silence, machine, evidence);
    },

    /**
     * True when a check that may have reached no peer is not evidence about the model. Tests connectivity if necessary, within the time limit
     * of the check. A check that began without connectivity may have failed for that, even if it is back.
     */
    async isBlind(limit: TimeLimit): Promise<boolean> {
      if (!watches()) return false;
      const looking =
        blindness !== null && around.justLooked() ? Promise.resolve() : around.look(limit.leftMs());
      const alone = await limit.within(
        looking.then(() => false),
        (why) => why === 'overdue' && around.findsNobody(),
      );
      showSight();
      if (blindness !== null) blindness.results += 1;
      return blindness !== null || (alone && !tooFew()) || limit.from < backAt;
    },

    /** Tests connectivity, at most once a second. */
    look: (): void => void around.look(),

    /** Whether there is connectivity; null while unknown. */
    up: (): boolean | null => (blindness !== null ? false : watches() && reached === true ? true : null),

    close(): void {
      around.close();
      proof.close();
      lookEvery(null);
    },
  };
}
