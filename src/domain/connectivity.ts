import type { Model } from './model.js';
import { outcomeFor, type Reason } from './reason.js';
import type { CheckResult } from './result.js';

/** One or two hosts may well fail together; with so many it is the monitor that cannot reach them. */
export const fewestHosts = 3;

type Evidence = Pick<CheckResult, 'reason' | 'httpStatus' | 'phases'>;

/** What a result says of the monitor's own network: somebody answered, nobody could be reached, or null for neither. */
export function signOf({ reason, httpStatus, phases }: Evidence): 'answered' | 'silent' | null {
  // With a wrong certificate bytes of the peer came all the same: it must never pass for a broken network.
  if (httpStatus !== null || reason === 'tls_error' || reason === 'malformed_response') return 'answered';
  if (reason === 'timeout') return phases.request === undefined ? 'silent' : null;
  const cut = reason === 'dns_error' || reason === 'connect_error' || reason === 'connection_lost';
  return cut ? 'silent' : null;
}

/** Hosts that were silent since any host last answered, and why. */
type Silence = ReadonlyMap<string, Reason>;

export const noSilence: Silence = new Map();

/** Adds what a result from `host` says. */
export function withResult(silence: Silence, host: string, result: Evidence): Silence {
  const sign = signOf(result);
  if (sign === null) return silence;
  return sign === 'answered' ? noSilence : new Map(silence).set(host, result.reason);
}

/** Some host takes connections: left are those whose connection came about and was cut. */
export function withConnection(silence: Silence): Silence {
  return new Map([...silence].filter(([, reason]) => reason === 'connection_lost'));
}

/** True when every one of at least three hosts was silent since any of them last answered. */
export function allSilent(hosts: ReadonlySet<string>, silence: Silence): boolean {
  return hosts.size >= fewestHosts && [...hosts].every((host) => silence.has(host));
}

/** The machine a model is on, whatever the port: several servers of one machine fail together without the monitor's fault. */
export function machineOf(model: Pick<Model, 'endpoint'>): string {
  return new URL(model.endpoint.baseUrl).hostname;
}

/** The result of a check that the monitor was in no position to make; what was found stays in the detail. */
export function withoutConnectivity(result: CheckResult, { outcomes }: Pick<Model, 'outcomes'>): CheckResult {
  const { reason, detail } = result;
  return {
    ...result,
    outcome: outcomeFor('no_connectivity', outcomes),
    reason: 'no_connectivity',
    detail: detail === null ? reason : `${reason}: ${detail}`,
  };
}
