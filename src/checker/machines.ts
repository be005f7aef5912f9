import type { Path } from './path.js';

type Host = readonly [string, Path];

/**
 * The first host of each machine: names that share an address are one, since they fail together. Behind a proxy each host is one. Looks at
 * no more hosts than are taken.
 */
export function* firstOfMachines(
  hosts: Iterable<Host>,
  addressesOf: (name: string) => readonly string[],
): Generator<Host> {
  const seen = new Set<string>();
  for (const one of hosts) {
    const { host, proxy } = one[1];
    const addresses = proxy === null ? addressesOf(host) : [host];
    if (!addresses.some((address) => seen.has(address))) yield one;
    for (const address of addresses) seen.add(address);
  }
}

/** True if hosts are on two machines at least. */
export function areSeveral(...[hosts, addressesOf]: Parameters<typeof firstOfMachines>): boolean {
  const machines = firstOfMachines(hosts, addressesOf);
  machines.next();
  return machines.next().done === false;
}
