import type { LookupFunction } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Settings } from '../config/settings.js';
import type { Found } from '../domain/check.js';
import type { Clock } from '../domain/clock.js';
import { machineOf, signOf, type Evidence } from '../domain/connectivity.js';
import type { Model } from '../domain/model.js';
import { createAddresses } from './addresses.js';
import { createEarlyCertificates } from './early-certificates.js';
import { nameOn } from './find-names.js';
import { createGate, type Sight, type Surroundings } from './gate.js';
import { createNameGate } from './name-gate.js';
import { isNear, isNearName } from './own-network.js';
import { pathsToTarget, pathTo, type Path } from './path.js';
import { createReach } from './reach.js';
import { beforeLookMs } from './transport/deadline.js';
import { createLookup } from './transport/lookup.js';
import type { TimeLimit } from './transport/time-limit.js';
import { nameOfProxy } from './transport/tunnel.js';

/** A loss or return of connectivity, in general or on one of several ways. */
export interface Change extends Sight {
  /** Host and port of the proxy; null for the way without one beside others; absent in general. */
  readonly proxy?: string | null;
  /** The resolver finds no names; what has an address may be reached. */
  readonly names?: true;
  /** No certificate has begun to be valid by the clock of the monitor. */
  readonly dates?: true;
}

interface ConnectivityOptions {
  readonly clock: Clock;
  readonly changed: (change: Change) => void;
  readonly lookup?: LookupFunction;
  /** Where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are read. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** True for a model that is paused by the operator. */
  readonly isPaused?: (id: string) => boolean;
  /** True for a model that was found to be down since it was silent. */
  readonly isDown?: (id: string) => boolean;
  /** True for an address of the own network. */
  readonly isNear?: (address: string) => boolean;
}

/** ms for which the addresses of a host that answers are waited for. */
const addressMs = 500;

/** Waits for addresses, but not for long. */
const soon = (known: Promise<unknown> | null, limit: TimeLimit): Promise<unknown> =>
  limit.within(Promise.race([known, wait(addressMs, undefined, { ref: false })]), () => undefined);

const nothing: Surroundings = { targets: null, trusted: true, hosts: new Map(), everyMs: 0 };

const isTooEarly = ({ reason, detail }: Found): boolean =>
  reason === 'tls_error' && detail?.includes('CERT_NOT_YET_VALID') === true;

/** The result as evidence of the peer: a certificate that is refused may be that of the proxy. */
function evidenceOf(asked: Evidence, { proxy, by }: Path): Evidence {
  const tunnelled = by === 'tls' && asked.phases.tcp !== undefined;
  return asked.reason === 'tls_error' && proxy !== null && !tunnelled
    ? { ...asked, reason: 'connect_error' }
    : asked;
}

/**
 * True for a request without a reply on a connection that does not show the peer to be there: one of an earlier check, or one that
 * ends at a proxy.
 */
function isMute({ reason, httpStatus, phases }: Evidence, { proxy, by }: Path): boolean {
  const shown = phases.tcp !== undefined && (proxy === null || by === 'tls');
  return reason === 'timeout' && httpStatus === null && !shown;
}

/**
 * Distinguishes failures of models from failures of the monitor's own network. Each way, through a proxy or without one, has a gate
 * of its own, for what is reached on it: one can be lost while the others are well.
 */
export function createConnectivity({
  clock,
  changed,
  lookup = createLookup(),
  env = process.env,
  isPaused = () => false,
  isDown = () => false,
  isNear: isNearAddress = isNear,
}: ConnectivityOptions) {
  const addresses = createAddresses({ clock, lookup, learned: (name) => sortNear(name) });
  const addressesOf = addresses.of;
  const reach = createReach({ lookup, env, isNear: isNearAddress, addressesOf });
  /** Hosts of models in the own network; of a name, some address is. */
  const near = new Set<string>();
  const sortNear = (host: string): void => {
    if (isNearName(host) || addressesOf(host).some(isNearAddress)) near.add(host);
    else near.delete(host);
  };
  const isNearPath = ({ host, proxy }: Path): boolean => proxy === null && near.has(host);
  /** The models on each host. */
  let modelsOn = new Map<string, string[]>();
  let hosts = new Map<string, Path>();
  const isIdle = (host: string): boolean => modelsOn.get(host)?.every(isPaused) === true;
  const ofHosts = {
    ...{ clock, reach, addressesOf, isIdle, isNear: isNearPath },
    isDown: (host: string) => modelsOn.get(host)?.every(isDown) === true,
  };
  /** For a network without proxies, and for models on a way that too little is known of. */
  const general = createGate({ ...ofHosts, changed });
  /** For failures of look-ups: while no name is found, these are the resolver's. */
  const names = createNameGate({
    ...{ clock, lookup, isNearAddress },
    isNear: isNearPath,
    changed: (sight) => changed({ ...sight, names: true }),
  });
  const early = createEarlyCertificates({
    clock,
    addressesOf,
    isIdle,
    changed: (sight) => changed({ ...sight, dates: true }),
  });
  /** By address of the proxy; null for the way without one, beside others. */
  const ways = new Map<string | null, ReturnType<typeof createGate>>();

  /** Paths of models, as long as these live: exceptions of NO_PROXY take time to compare. */
  const paths = new WeakMap<Model, Path>();

  function pathOf(model: Model): Path {
    const { baseUrl, proxy } = model.endpoint;
    const path = paths.get(model) ?? pathTo(new URL(baseUrl), proxy, env);
    paths.set(model, path);
    return path;
  }

  function gateOf({ proxy }: Path): ReturnType<typeof createGate> {
    const own = ways.get(proxy);
    return own?.watches() === true ? own : general;
  }

  function gateOn(proxy: string | null): ReturnType<typeof createGate> {
    const known = ways.get(proxy);
    if (known !== undefined) return known;
    const name = proxy === null ? null : nameOfProxy(proxy);
    const gate = createGate({ ...ofHosts, changed: (sight) => changed({ ...sight, proxy: name }) });
    ways.set(proxy, gate);
    return gate;
  }

  /** True when a way is lost; where its hosts are too few machines to tell, when all others are. */
  async function isLost(gate: ReturnType<typeof createGate>, limit: TimeLimit): Promise<boolean> {
    if (await gate.isBlind(limit)) return true;
    const others = [...ways.values()].filter((other) => other !== gate && other.watches() && !other.tooFew());
    if (!gate.tooFew() || others.length === 0) return false;
    const blind = await Promise.all(others.map((other) => other.isBlind(limit)));
    return !blind.includes(false);
  }

  async function isBlindTo(model: Model, found: Found, limit: TimeLimit): Promise<boolean> {
    const { tokenEndpoint } = found;
    const { jwt, proxy, tls } = model.endpoint;
    const machine = tokenEndpoint?.machine ?? machineOf(model);
    const path =
      tokenEndpoint === undefined || jwt === null ? pathOf(model) : pathTo(new URL(jwt.url), proxy, env);
    const evidence = evidenceOf({ ...found, ...tokenEndpoint }, path);
    const sign = signOf(evidence);
    const gate = gateOf(path);
    const name = nameOn(path);
    const learned = sign === 'answered' && path.proxy === null ? addresses.learn(path.host) : null;
    // The answer on a connection of an earlier check shows nothing of names.
    const looked = sign === 'answered' && evidence.phases.tcp !== undefined;
    if (looked && name !== null) names.answered(name);
    if (isTooEarly(found)) {
      await soon(learned, limit);
      return early.found(path);
    }
    if (evidence.httpStatus !== null && path.by === 'tls' && !tls.insecure) early.passed(path);
    for (const each of new Set([gate, general])) {
      if (sign === 'answered') each.answered(machine);
      if (sign === 'silent' || isMute(evidence, path)) each.unanswered(machine, evidence);
    }
    if (sign !== 'silent' && !isMute(evidence, path)) return false;
    if (evidence.reason === 'dns_error')
      return (await isLost(gate, limit)) || isLostByName(name, evidence, limit);
    const answers = gate.answers();
    await limit.within(
      addresses.guess(() => namesFrom(path)),
      () => undefined,
    );
    // Newer than the failure.
    if (gate.answers() !== answers) return gate.isSince(limit);
    return isLost(gate, limit);
  }

  /** The names of the hosts that are reached directly, that of the path first. */
  function* namesFrom(path: Path): Generator<string> {
    for (const { host, proxy } of [path, ...hosts.values()]) if (proxy === null) yield host;
  }

  /** True when the look-up of a name failed, and no other name is found either. */
  async function isLostByName(name: string | null, evidence: Evidence, limit: TimeLimit): Promise<boolean> {
    if (name === null) return false;
    names.unanswered(name, evidence);
    return names.isBlind(limit);
  }

  /** Applies targets and hosts. Disabled in remote mode, where the health API's own network makes the checks. */
  function configure({
    connectivity,
    models,
    remote,
  }: Pick<Settings, 'connectivity' | 'models' | 'remote'>): void {
    const wanted = remote === null ? connectivity : null;
    const asked = models.filter(
      ({ pause, missingSecret }) => remote === null && !pause && missingSecret === null,
    );
    const targets = wanted?.targets.flatMap((target) => pathsToTarget(target, asked, env)) ?? null;
    const everyMs = wanted?.everyMs ?? 0;
    addresses.keep(new Set(models.map((model) => pathOf(model).host)));
    modelsOn = new Map();
    near.clear();
    hosts = new Map();
    const hostsOn = new Map<string | null, Map<string, Path>>();
    for (const model of asked) {
      const path = pathOf(model);
      const others = hostsOn.get(path.proxy) ?? new Map<string, Path>();
      const host = machineOf(model);
      sortNear(path.host);
      hosts.set(host, path);
      hostsOn.set(path.proxy, others.set(host, path));
      const ids = modelsOn.get(host) ?? [];
      ids.push(model.id);
      modelsOn.set(host, ids);
    }
    const alone = hostsOn.size === 1;
    // That is the network itself.
    if (alone) hostsOn.delete(null);
    for (const [proxy, gate] of ways) {
      if (hostsOn.has(proxy)) continue;
      gate.configure(nothing);
      gate.close();
      ways.delete(proxy);
    }
    for (const [proxy, own] of hostsOn) {
      const those = targets?.filter((target) => target.proxy === proxy) ?? [];
      gateOn(proxy).configure({
        targets: those.length > 0 ? those : null,
        trusted: alone,
        hosts: own,
        everyMs,
      });
    }
    const covered = ways.size > 0 && [...ways.values()].every((gate) => gate.watches());
    const named = [...asked.map(pathOf), ...(targets ?? [])].flatMap((path): [string, Path][] => {
      const host = nameOn(path);
      return host === null ? [] : [[host, { ...path, host, proxy: null }]];
    });
    names.configure(new Map(named));
    early.keep(new Set([...hosts.values()].map(({ host }) => host)));
    general.configure(covered ? nothing : { targets, trusted: true, hosts, everyMs });
  }

  return {
    configure,

    /**
     * True when a result is not evidence about the model because the monitor has no connectivity. Tests connectivity if
     * necessary, within the time limit of the check.
     */
    isBlindTo,

    /** Tests connectivity through the proxy of a check that hangs, while there is time: one that is forwarded may hang to its end. */
    async watching<T>(model: Model, asking: Promise<T>): Promise<T> {
      const path = pathOf(model);
      const gate = gateOf(path);
      if (path.proxy === null || gate === general) return asking;
      const timer = setTimeout(gate.look, beforeLookMs(model.timeoutMs));
      return asking.finally(() => clearTimeout(timer));
    },

    /** Whether anybody can be reached on any way; null while unknown. */
    up(): boolean | null {
      const known = [general, ...ways.values()].map((gate) => gate.up());
      if (early.isBehind() || general.up() === false || names.up() === false) return false;
      return known.includes(true) ? true : known.includes(false) ? false : null;
    },

    close(): void {
      for (const gate of [general, names, ...ways.values()]) gate.close();
    },
  };
}
