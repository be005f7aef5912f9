import type { Clock } from '../domain/clock.js';
import {
  isNamed,
  noSilence,
  proofAmid,
  withConnection,
  withoutHost,
  withResult,
  type Evidence,
  type Silence,
} from '../domain/connectivity.js';
import { createLookAround } from './look-around.js';
import type { Path } from './path.js';
import type { ReachAny } from './reach.js';
import type { TimeLimit } from './transport/time-limit.js';
import { createWitnesses } from './witnesses.js';

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
  /** The path to each host of the models; too few count as none. */
  readonly hosts: ReadonlyMap<string, Path>;
  /** ms between tests of the targets. */
  readonly everyMs: number;
}

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
  /** The addresses of a name, or the name itself. */
  readonly addressesOf?: (name: string) => readonly string[];
  /** True for a path in the own network. */
  readonly isNear?: (path: Path) => boolean;
  /** True for a host of which nothing is checked at present. */
  readonly isIdle?: (host: string) => boolean;
  /** True for a host that was silent by itself before it is watched here. */
  readonly isDown?: (host: string) => boolean;
  /** False where a host that fails while others do not may be the first of all: a resolver forgets names one by one. */
  readonly failsAlone?: boolean;
}) {
  const { clock, reach, changed, failsAlone = true } = parts;
  const { addressesOf = (name: string) => [name], isNear = () => false } = parts;
  const { isIdle = () => false, isDown = () => false } = parts;
  const witnesses = createWitnesses({ clock, addressesOf, isNear, isIdle, isDown });
  let targets: readonly Path[] | null = null;
  let trusted = false;
  /** True once a target was reached. */
  let proven = false;
  let silence = noSilence;
  /** True when the newest connectivity test or answer reached a host; null before the first. */
  let reached: boolean | null = null;
  /** True when a model answered during the running connectivity test. */
  let answeredMeanwhile = false;
  /** Answers that showed connectivity. */
  let answers = 0;
  /** What the running test asks for. */
  let asks: ReturnType<typeof proofAmid> = null;
  let blindness: { readonly since: number; results: number } | null = null;
  /** Monotonic ms at which connectivity came back. */
  let backAt = -Infinity;
  let timer: { readonly everyMs: number; readonly handle: NodeJS.Timeout } | null = null;

  /** The targets; null without, and while they do not count. */
  const counted = (): readonly Path[] | null => (trusted || proven ? targets : null);
  const watches = (): boolean => counted() !== null || witnesses.count() > 0;
  /** True without targets, where too few machines are left to tell a lost network from a lost machine. */
  const tooFew = (): boolean => counted() === null && witnesses.count() > 0 && !witnesses.areEnough();

  /** Takes the silence that is left after somebody was reached. While there was connectivity, the other hosts failed by themselves. */
  function leave(left: Silence, by: string | null = null): void {
    const others = [...silence.keys()].filter((host) => !left.has(host));
    if (blindness === null && failsAlone && others.length > 0) witnesses.failed(others, by);
    silence = left;
  }

  function showSight(): void {
    // A proxy may accept connections to the targets, too, with no way out.
    const proxied = counted() !== null && witnesses.areProxied();
    const silentAll =
      (counted() === null || proxied) &&
      witnesses.areSilent(proxied ? withConnection(silence) : silence) &&
      witnesses.areEnough();
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
      const asked = (asks = proofAmid(silence));
      const named = isNamed(silence);
      const known = witnesses.paths().map((path) => ({ ...path, named }));
      const wanted = counted();
      if (asked === null) return wanted ?? known;
      // Connections prove nothing now; not all targets can be asked.
      const asking = wanted?.filter(({ by }) => by !== 'tunnel') ?? [];
      // One machine that cuts TLS is no network that does, while targets accept connections.
      if (wanted !== null && asking.length === 0 && asked === 'tls' && !witnesses.areEnough()) return wanted;
      const askable = [...asking, ...known];
      return askable.length > 0 ? askable.map((path) => ({ ...path, asks: asked })) : (wanted ?? []);
    },
    saw({ reached: somebody, replied, near }) {
      // A reload may have disabled the tests in the meantime.
      if (!watches()) return;
      const found = somebody && !(near && counted() === null && witnesses.areFar());
      reached = found || answeredMeanwhile;
      const left = replied ? noSilence : withConnection(silence, asks === 'tls');
      // A proxy may open a tunnel to what it does not reach.
      if (found && !replied && witnesses.areProxied()) silence = left;
      else if (found) leave(left);
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

  /** True for a check that began without connectivity, which is back: it may have failed for that. */
  const isSince = (limit: TimeLimit): boolean => limit.from < backAt;

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
      witnesses.configure(next.hosts);
      lookEvery(targets !== null ? next.everyMs : watches() ? blindEveryMs : null);
      if (!same || !watches()) {
        reached = null;
        silence = noSilence;
        showSight();
      }
      if (counted() !== targets) void proof.look();
      if (counted() !== null && reached === null) void around.look();
    },

    /** Takes note of an answer. With targets, or of a host in the own network beside others, it does not prove connectivity. */
    answered(host: string): void {
      if (!witnesses.has(host)) return;
      const shows = witnesses.answered(host) && counted() === null;
      if (silence.size > 0) silence = withoutHost(silence, host);
      if (shows) {
        reached = true;
        answeredMeanwhile = true;
        answers += 1;
        if (silence.size > 0) leave(noSilence, host);
      }
      if (blindness !== null) showSight();
    },

    /** Takes note of a check that reached no peer. */
    unanswered(host: string, evidence: Evidence): void {
      if (watches()) silence = withResult(silence, host, evidence);
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
      return blindness !== null || (alone && !tooFew()) || isSince(limit);
    },

    isSince,

    /** Number of answers that showed connectivity. */
    answers: () => answers,

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
