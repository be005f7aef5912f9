import { isIP, type LookupFunction } from 'node:net';
import type { Clock } from '../domain/clock.js';
import { addressesOf } from './transport/lookup.js';

/** ms for which known addresses are not looked up again. */
const freshMs = 600_000;
/** Least ms between two look-ups of a name whose host does not answer. */
const guessEveryMs = 30_000;

/** Addresses of names, best as they were while the hosts answered: without the network a resolver may give one address for all. */
export interface Addresses {
  /** The addresses of a name; the name itself while none is known. */
  of(name: string): readonly string[];
  /** Looks a name up whose host has just answered, if that is due. Resolves once its addresses are known, or not found. */
  learn(name: string): Promise<void>;
  /** Looks a name up whose host did not answer, while no address is known: names that never answered may be one machine, too. Resolves afterwards. */
  guess(name: string): Promise<void>;
  /** Notes the address at which a host was reached. */
  note(name: string, address: string): void;
  /** Forgets all other names. */
  keep(names: ReadonlySet<string>): void;
}

interface Known {
  readonly addresses: readonly string[];
  /** Monotonic ms of the newest look-up. */
  readonly at: number;
  /** True when the host had answered. */
  readonly answered: boolean;
  /** The addresses that the newest look-up found. */
  readonly found: Promise<readonly string[]>;
}

/** `learned` is called with a name whose addresses were looked up. */
export function createAddresses(parts: {
  readonly clock: Clock;
  readonly lookup: LookupFunction;
  readonly learned: (name: string) => void;
}): Addresses {
  const { clock, lookup, learned } = parts;
  const known = new Map<string, Known>();

  async function look(name: string, answered: boolean): Promise<void> {
    const { addresses = [name] } = known.get(name) ?? {};
    const at = clock.monotonic();
    const found = new Promise<readonly string[]>((resolve) => {
      lookup(name, { all: true }, (error, list) => resolve(error === null ? addressesOf(list) : []));
    });
    known.set(name, { addresses, at, answered, found });
    const all = await found;
    // An answer in the meantime had a look-up of its own.
    if (all.length === 0 || known.get(name)?.found !== found) return;
    known.set(name, { addresses: all, at: clock.monotonic(), answered, found });
    learned(name);
  }

  return {
    of: (name) => known.get(name)?.addresses ?? [name],
    async learn(name) {
      const before = known.get(name);
      if (isIP(name) !== 0) return;
      const isDue = before?.answered !== true || clock.monotonic() - before.at >= freshMs;
      await (isDue ? look(name, true) : before.found);
    },
    async guess(name) {
      const before = known.get(name);
      if (isIP(name) !== 0 || (before !== undefined && before.addresses[0] !== name)) return;
      const isDue = before === undefined || clock.monotonic() - before.at >= guessEveryMs;
      await (isDue ? look(name, before?.answered === true) : before.found);
    },
    note(name, address) {
      const addresses = [address];
      known.set(name, {
        addresses,
        at: clock.monotonic(),
        answered: false,
        found: Promise.resolve(addresses),
      });
      learned(name);
    },
    keep(names) {
      for (const name of known.keys()) if (!names.has(name)) known.delete(name);
    },
  };
}
