import { isIP, type LookupFunction } from 'node:net';
import { isNearName } from './own-network.js';
import { hostOf, type Path } from './path.js';
import { createReachAny, type ReachAny } from './reach.js';
import { addressesOf } from './transport/lookup.js';

/** The name that the monitor itself looks up on a path; null for an address, and for a name of the own network. */
export function nameOn({ host, proxy }: Path): string | null {
  const name = proxy === null ? host : hostOf(new URL(proxy));
  return isIP(name) !== 0 || isNearName(name) ? null : name;
}

/** Creates the test whether the resolver replies for any name of paths, if only that there is none. A connection to an address does not show it. */
export function createFindNames(lookup: LookupFunction, isNear: (address: string) => boolean): ReachAny {
  return createReachAny(
    ({ host }) =>
      new Promise((resolve) => {
        lookup(host, { all: true }, (error, found) => {
          if (error === null) resolve(addressesOf(found).every(isNear) ? 'near' : 'replied');
          else resolve(error.code === 'ENOTFOUND' ? 'replied' : null);
        });
      }),
  );
}
