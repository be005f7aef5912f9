import type { LookupFunction } from 'node:net';
import { fewestHosts } from '../domain/connectivity.js';
import { absentNames, createFindNames, deniesNames } from './find-names.js';
import { createGate } from './gate.js';
import type { Path } from './path.js';

type Gate = ReturnType<typeof createGate>;

/** Knows whether the resolver finds any names: while it finds none, a look-up that fails is its failure. */
interface NameGate extends Pick<Gate, 'answered' | 'unanswered' | 'isBlind' | 'up' | 'close'> {
  /** Applies the names that checks look up. */
  configure(hosts: ReadonlyMap<string, Path>): void;
}

/**
 * Creates the gate of names. Fewer than three may fail together by chance: beside these, names that do not exist are asked for, if the resolver
 * has said that they do not.
 */
export function createNameGate(
  parts: Pick<Parameters<typeof createGate>[0], 'clock' | 'changed' | 'isNear'> & {
    readonly lookup: LookupFunction;
    readonly isNearAddress: (address: string) => boolean;
  },
): NameGate {
  const { lookup, isNearAddress } = parts;
  const gate = createGate({ ...parts, reach: createFindNames(lookup, isNearAddress), failsAlone: false });
  let hosts: ReadonlyMap<string, Path> = new Map();
  let asked = false;
  let denies = false;

  const areFew = (): boolean => hosts.size > 0 && hosts.size < fewestHosts;

  function apply(): void {
    const all = denies && areFew() ? new Map([...hosts, ...absentNames]) : hosts;
    gate.configure({ targets: null, trusted: true, hosts: all, everyMs: 0 });
  }

  return {
    ...gate,
    configure(next) {
      hosts = next;
      apply();
    },
    answered(name) {
      gate.answered(name);
      if (asked || !areFew()) return;
      asked = true;
      void deniesNames(lookup).then((said) => {
        denies = said;
        apply();
      });
    },
  };
}
