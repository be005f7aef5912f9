import { BlockList, isIP, isIPv4, type LookupFunction } from 'node:net';
import type { Path } from './path.js';
import type { ReachAny } from './reach.js';

/** Names of the own network, which are found without the rest of the world. */
const near = /^[^.]+$|\.(?:localhost|local|internal|svc|lan|home\.arpa)$/;

const ownNetworks = new BlockList();
for (const [net, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  ownNetworks.addSubnet(net, bits, 'ipv4');
ownNetworks.addSubnet('fc00::', 7, 'ipv6');

/** True for an address of the own network: the office's resolver knows its names without the rest of the world. */
export const isNear = (address: string): boolean =>
  isIP(address) !== 0 && ownNetworks.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');

/** The name that the monitor itself looks up on a path; null for an address, and for a name of the own network. */
export function nameOn({ host, proxy }: Path): string | null {
  const name = proxy === null ? host : new URL(proxy).hostname.replace(/^\[|\]$/g, '');
  return isIP(name) !== 0 || near.test(name) ? null : name;
}

/** Creates the test whether the resolver replies for any name of paths, if only that there is none. A connection to an address does not show it. */
export function createFindNames(lookup: LookupFunction): ReachAny {
  return (paths, { timeoutMs, signal }) =>
    new Promise((resolve) => {
      let left = paths.length;
      const end = (found: boolean): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        resolve({ reached: found, replied: found });
      };
      const giveUp = (): void => end(false);
      const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
      signal.addEventListener('abort', giveUp);
      for (const { host } of paths) {
        lookup(host, { all: true }, (error, found) => {
          left -= 1;
          const addresses = [found].flat().map((each) => (typeof each === 'string' ? each : each.address));
          const replied = error === null ? !addresses.every(isNear) : error.code === 'ENOTFOUND';
          if (replied || left === 0) end(replied);
        });
      }
      if (signal.aborted) giveUp();
    });
}
