import { isIP, type LookupFunction } from 'node:net';
import type { Clock } from '../domain/clock.js';
import { addressesOf } from './transport/lookup.js';

/** ms for which a known address is not looked up again. */
const freshMs = 600_000;

/** Addresses of names, as they were while the hosts answered: without the network a resolver may give one address for all. */
export interface Addresses {
  /** The least address of a name; the name itself while none is known. */
  of(name: string): string;
  /** Looks a name up whose host has just answered, if that is due. */
  learn(name: string): void;
  /** Forgets all other names. */
  keep(names: ReadonlySet<string>): void;
}

export function createAddresses({ clock, lookup }: { clock: Clock; lookup: LookupFunction }): Addresses {
  const known = new Map<string, { readonly address: string; readonly at: number }>();
  return {
    of: (name) => known.get(name)?.address ?? name,
    learn(name) {
      const { address, at } = known.get(name) ?? { address: name, at: -Infinity };
      if (isIP(name) !== 0 || clock.monotonic() - at < freshMs) return;
      known.set(name, { address, at: clock.monotonic() });
      lookup(name, { all: true }, (error, found) => {
        const [least] = error === null ? [...addressesOf(found)].sort() : [];
        if (least !== undefined && known.has(name))
          known.set(name, { address: least, at: clock.monotonic() });
      });
    },
    keep(names) {
      for (const name of known.keys()) if (!names.has(name)) known.delete(name);
    },
  };
}
