import { randomUUID } from 'node:crypto';
import { isIP, type LookupFunction } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../domain/clock.js';
import { addressesOf } from './transport/lookup.js';

/** ms for which known addresses are not looked up again. */
const freshMs = 600_000;
/** Least ms between two look-ups of a name whose host does not answer, and between two guesses. */
const guessEveryMs = 30_000;
const guessRestMs = 1_000;
/** ms that a guess takes at most; the checks have just looked the names up. */
const guessMs = 500;
/** Most names of one guess. */
const mostGuessed = 16;

/** Addresses of names, best as they were while the hosts answered: without the network a resolver may give one address for all. */
export interface Addresses {
  /** The addresses of a name; the name itself while none is known. */
  of(name: string): readonly string[];
  /** Looks a name up whose host has just answered, if that is due. Resolves once its addresses are known, or not found. */
  learn(name: string): Promise<void>;
  /**
   * Looks up some of the names whose addresses are not known while their hosts do not answer: they may be one machine. A resolver
   * that also finds a name that does not exist is not believed. Resolves after 500 ms at most.
   */
  guess(names: () => Iterable<string>): Promise<void>;
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
  let guessing = { at: -Infinity, done: Promise.resolve() };

  const find = (name: string): Promise<readonly string[]> =>
    new Promise((resolve) => {
      lookup(name, { all: true }, (error, list) => resolve(error === null ? addressesOf(list) : []));
    });

  async function look(name: string, answered: boolean, isBelieved = Promise.resolve(true)): Promise<void> {
    const { addresses = [name] } = known.get(name) ?? {};
    const found = find(name);
    known.set(name, { addresses, at: clock.monotonic(), answered, found });
    const all = await found;
    const isTrue = await isBelieved;
    // An answer in the meantime had a look-up of its own.
    if (all.length === 0 || !isTrue || known.get(name)?.found !== found) return;
    known.set(name, { addresses: all, at: clock.monotonic(), answered, found });
    learned(name);
  }

  function* dueOf(names: Iterable<string>): Generator<string> {
    const now = clock.monotonic();
    for (const name of names) {
      const before = known.get(name);
      const isKnown = isIP(name) !== 0 || (before !== undefined && before.addresses[0] !== name);
      if (!isKnown && now - (before?.at ?? -Infinity) >= guessEveryMs) yield name;
    }
  }

  function guessSome(names: Iterable<string>): Promise<unknown> {
    const some: string[] = [];
    for (const name of dueOf(names)) if (some.push(name) === mostGuessed) break;
    if (some.length === 0) return Promise.resolve();
    const isBelieved = find(`${randomUUID()}.invalid`).then((found) => found.length === 0);
    return Promise.all(some.map((name) => look(name, known.get(name)?.answered === true, isBelieved)));
  }

  return {
    of: (name) => known.get(name)?.addresses ?? [name],
    async learn(name) {
      const before = known.get(name);
      if (isIP(name) !== 0) return;
      const isDue = before?.answered !== true || clock.monotonic() - before.at >= freshMs;
      await (isDue ? look(name, true) : before.found);
    },
    guess(names) {
      const now = clock.monotonic();
      if (now - guessing.at < guessRestMs) return guessing.done;
      const late = wait(guessMs, undefined, { ref: false });
      guessing = { at: now, done: Promise.race([guessSome(names()), late]).then(() => undefined) };
      return guessing.done;
    },
    keep(names) {
      for (const name of known.keys()) if (!names.has(name)) known.delete(name);
    },
  };
}
