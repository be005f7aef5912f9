import { randomUUID } from 'node:crypto';
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

/** A top-level domain without names (RFC 6761). */
const nowhere = '.invalid';

/**
 * Beside names that are too few to tell a resolver that fails from a name that does: a resolver that works replies that these do not
 * exist, unless it answers such names by itself, or not at all.
 */
export const absentNames: ReadonlyMap<string, Path> = new Map(
  ['a', 'b'].map((label) => {
    const host = `${label}${nowhere}`;
    return [host, { host, port: 0, proxy: null, by: 'tunnel' }];
  }),
);

/** Creates the test whether the resolver replies for any name of paths, if only that there is none. A connection to an address does not show it. */
export function createFindNames(lookup: LookupFunction, isNear: (address: string) => boolean): ReachAny {
  return createReachAny(
    ({ host }) =>
      new Promise((resolve) => {
        // One that was never asked for, which no cache has.
        const name = host.endsWith(nowhere) ? `${randomUUID()}.${host}` : host;
        lookup(name, { all: true }, (error, found) => {
          if (error === null) resolve(addressesOf(found).every(isNear) ? 'near' : 'replied');
          else resolve(error.code === 'ENOTFOUND' ? 'replied' : null);
        });
      }),
  );
}

/** Resolves to true when the resolver replies that a name does not exist which does not. */
export function deniesNames(lookup: LookupFunction): Promise<boolean> {
  return new Promise((resolve) => {
    lookup(`${randomUUID()}${nowhere}`, { all: true }, (error) => resolve(error?.code === 'ENOTFOUND'));
  });
}
