import { BlockList, isIP, isIPv4, type LookupFunction } from 'node:net';
import { hostOf, type Path } from './path.js';
import { createReachAny, type ReachAny } from './reach.js';
import { addressesOf } from './transport/lookup.js';

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
  const name = proxy === null ? host : hostOf(new URL(proxy));
  return isIP(name) !== 0 || near.test(name) ? null : name;
}

/** Creates the test whether the resolver replies for any name of paths, if only that there is none. A connection to an address does not show it. */
export function createFindNames(lookup: LookupFunction): ReachAny {
  return createReachAny(
    ({ host }) =>
      new Promise((resolve) => {
        lookup(host, { all: true }, (error, found) => {
          const replies = error === null ? !addressesOf(found).every(isNear) : error.code === 'ENOTFOUND';
          resolve(replies ? 'replied' : null);
        });
      }),
  );
}
