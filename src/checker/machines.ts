import type { Path } from './path.js';

/**
 * True if hosts are on two machines at least: names that share an address are one, since they fail together. Behind a proxy each host is
 * one. Looks at no more hosts than needed.
 */
export function areSeveral(
  hosts: Iterable<readonly [string, Pick<Path, 'host' | 'proxy'>]>,
  addressesOf: (name: string) => readonly string[],
): boolean {
  const first = new Set<string>();
  for (const [, { host, proxy }] of hosts) {
    const addresses = proxy === null ? addressesOf(host) : [host];
    if (first.size > 0 && !addresses.some((address) => first.has(address))) return true;
    for (const address of addresses) first.add(address);
  }
  return false;
}
