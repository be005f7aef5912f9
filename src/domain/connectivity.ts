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

/** How a host did not answer: without a connection, after one was established, or a proxy that intercepts answered for it. */
type Silent = 'unreached' | 'connected' | 'intercepted';

/** Hosts without an answer since any host last answered. */
export type Silence = ReadonlyMap<string, Silent>;

export const noSilence: Silence = new Map();

/** Adds a result from `host`. */
export function withResult(silence: Silence, host: string, result: Evidence): Silence {
  const sign = signOf(result);
  if (sign === null) return silence;
  if (sign === 'answered') return noSilence;
  const lost = result.reason === 'connection_lost' ? 'connected' : 'unreached';
  return new Map(silence).set(host, result.intercepted === true ? 'intercepted' : lost);
}

/** Clears the silence after a successful connection, except of hosts whose silence a connection does not disprove. */
export function withConnection(silence: Silence): Silence {
  return new Map([...silence].filter(([, how]) => how !== 'unreached'));
}

/** Clears the silence of one host. */
export function withoutHost(silence: Silence, host: string): Silence {
  return new Map([...silence].filter(([silent]) => silent !== host));
}

/** True when a connection proves nothing, because a proxy accepts it. */
export function isIntercepted(silence: Silence): boolean {
  return [...silence.values()].includes('intercepted');
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
