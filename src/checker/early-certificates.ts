import type { Clock } from '../domain/clock.js';
import { fewestHosts } from '../domain/connectivity.js';
import type { Sight } from './gate.js';

/** Fewest machines with such a certificate: all names of one may share it. */
const fewestMachines = 2;

/** Tells a clock of the monitor that is behind by certificates that have not begun to be valid on several machines. */
export function createEarlyCertificates(parts: {
  readonly clock: Clock;
  readonly changed: (sight: Sight) => void;
  readonly addressesOf: (name: string) => readonly string[];
}) {
  const { clock, changed, addressesOf } = parts;
  /** Hosts whose newest certificate has not begun. A valid one of another host shows nothing: it may be older. */
  const early = new Set<string>();
  let behind: { readonly since: number; results: number } | null = null;

  function judge(): void {
    const machines = new Set([...early].map((host) => addressesOf(host)[0]));
    const are = early.size >= fewestHosts && machines.size >= fewestMachines;
    if (are === (behind !== null)) return;
    const { since, results } = behind ?? { since: clock.wall(), results: 0 };
    behind = are ? { since, results } : null;
    changed({ blind: are, since, results });
  }

  return {
    /** Takes note of such a certificate; true if the clock is taken to be behind. */
    found(host: string): boolean {
      early.add(host);
      judge();
      if (behind !== null) behind.results += 1;
      return behind !== null;
    },
    /** Takes note of another result of a host. */
    passed(host: string): void {
      if (early.delete(host)) judge();
    },
    /** Forgets all other hosts. */
    keep(hosts: ReadonlySet<string>): void {
      for (const host of early) if (!hosts.has(host)) early.delete(host);
      judge();
    },
    isBehind: (): boolean => behind !== null,
  };
}
