import type { Model } from './model.js';
import { outcomeFor } from './reason.js';
import type { CheckResult } from './result.js';

/** Fewest hosts by which a failure of the monitor's network is told; one or two may fail together by chance. */
export const fewestHosts = 3;

/** What a result tells of the network. */
export interface Evidence extends Pick<CheckResult, 'reason' | 'httpStatus' | 'phases'> {
  /** The reply is that of a proxy, which looks into TLS or which nobody configured, and which did not reach the target. */
  readonly intercepted?: boolean;
}

/** Classifies a result as evidence on the monitor's network: a peer answered, no peer was reached, or null for neither. */
export function signOf({ reason, httpStatus, phases, intercepted }: Evidence): 'answered' | 'silent' | null {
  if (intercepted === true) return 'silent';
  // A wrong certificate proves that the peer was reached, so it never counts as a broken network.
  if (httpStatus !== null || reason === 'tls_error' || reason === 'malformed_response') return 'answered';
  if (reason === 'timeout') return phases.request === undefined ? 'silent' : null;
  const cut = reason === 'dns_error' || reason === 'connect_error' || reason === 'connection_lost';
  return cut ? 'silent' : null;
}

/**
 * How a host did not answer: without an address, without a connection, without TLS on one, after the connection was established, or a
 * proxy that intercepts answered for it.
 */
type Silent = 'unnamed' | 'unreached' | 'unsecured' | 'connected' | 'intercepted';

/** Hosts without an answer since any host last answered. */
export type Silence = ReadonlyMap<string, Silent>;

export const noSilence: Silence = new Map();

function silentBy({ reason, phases, intercepted }: Evidence): Silent {
  if (intercepted === true) return 'intercepted';
  if (reason === 'dns_error') return 'unnamed';
  const lost = reason === 'connection_lost';
  // A request in plain HTTP is sent as soon as there is a connection.
  if ((lost || reason === 'timeout') && phases.tcp !== undefined && phases.request === undefined)
    return phases.tls === undefined ? 'unsecured' : 'connected';
  return lost ? 'connected' : 'unreached';
}

/** Adds a result from `host`. */
export function withResult(silence: Silence, host: string, result: Evidence): Silence {
  const sign = signOf(result);
  if (sign === null) return silence;
  if (sign === 'answered') return noSilence;
  return new Map(silence).set(host, silentBy(result));
}

/** Clears the silence after a successful connection, or TLS on it, except of hosts whose silence that does not disprove. */
export function withConnection(silence: Silence, secured = false): Silence {
  return new Map(
    [...silence].filter(
      ([, how]) => how !== 'unnamed' && how !== 'unreached' && !(secured && how === 'unsecured'),
    ),
  );
}

/** Clears the silence of one host. */
export function withoutHost(silence: Silence, host: string): Silence {
  return new Map([...silence].filter(([silent]) => silent !== host));
}

/**
 * What has to be seen of a host beyond a connection, null for nothing: a reply where a proxy accepts connections and TLS for it, TLS where
 * connections carry nothing, as where a sidecar accepts them or the path loses packets by their size.
 */
export function proofAmid(silence: Silence): 'reply' | 'tls' | null {
  const all = [...silence.values()];
  if (all.includes('intercepted')) return 'reply';
  return all.includes('unsecured') ? 'tls' : null;
}

/** True when a host was silent whose name had been found: the resolver replies, if late. */
export function isNamed(silence: Silence): boolean {
  return [...silence.values()].some((how) => how !== 'unnamed');
}

/** True when there are hosts and all of them are silent. */
export function allSilent(hosts: readonly string[], silence: Silence): boolean {
  return hosts.length > 0 && hosts.every((host) => silence.has(host));
}

/** Host name of a model's endpoint without the port: servers on one machine fail together and count once. */
export function machineOf(model: Pick<Model, 'endpoint'>): string {
  return new URL(model.endpoint.baseUrl).hostname;
}

/** Changes the reason to `no_connectivity` and keeps the original reason in the detail. */
export function withoutConnectivity(result: CheckResult, { outcomes }: Pick<Model, 'outcomes'>): CheckResult {
  const { reason, detail } = result;
  return {
    ...result,
    outcome: outcomeFor('no_connectivity', outcomes),
    reason: 'no_connectivity',
    detail: detail === null ? reason : `${reason}: ${detail}`,
  };
}
