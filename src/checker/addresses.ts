import { isIP, type LookupFunction } from 'node:net';
import type { Clock } from '../domain/clock.js';
import { addressesOf } from './transport/lookup.js';

/** ms for which known addresses are not looked up again. */
const freshMs = 600_000;

/** Addresses of names, as they were while the hosts answered: without the network a resolver may give one address for all. */
export interface Addresses {
  /** The addresses of a name; the name itself while none is known. */
  of(name: string): readonly string[];
  /** Looks a name up whose host has just answered, if that is due. */
  learn(name: string): void;
  /** Forgets all other names. */
  keep(names: ReadonlySet<string>): void;
}

/** `learned` is called with a name whose addresses were looked up. */
export function createAddresses(parts: {
  readonly clock: Clock;
  readonly lookup: LookupFunction;
  readonly learned: (name: string) => void;
}): Addresses {
  const { clock, lookup, learned } = parts;
  const known = new Map<string, { readonly addresses: readonly string[]; readonly at: number }>();
  return {
    of: (name) => known.get(name)?.addresses ?? [name],
    learn(name) {
      const { addresses, at } = known.get(name) ?? { addresses: [name], at: -Infinity };
      if (isIP(name) !== 0 || clock.monotonic() - at < freshMs) return;
      known.set(name, { addresses, at: clock.monotonic() });
      lookup(name, { all: true }, (error, found) => {
        const all = error === null ? addressesOf(found) : [];
        if (all.length === 0 || !known.has(name)) return;
        known.set(name, { addresses: all, at: clock.monotonic() });
        learned(name);
      });
    },
    keep(names) {
      for (const name of known.keys()) if (!names.has(name)) known.delete(name);
    },
  };
}
