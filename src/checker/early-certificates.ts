import { isIP } from 'node:net';
import type { Clock } from '../domain/clock.js';
import { fewestHosts } from '../domain/connectivity.js';
import type { Sight } from './gate.js';
import { areSeveral } from './machines.js';
import type { Path } from './path.js';

const placeOf = ({ host, port }: Path): string => `${host} ${port}`;

/**
 * Tells a clock of the monitor that is behind by certificates that have not begun to be valid: on at least three hosts, on two machines,
 * and on more of them than have a valid one, which may be older.
 */
export function createEarlyCertificates(parts: {
  readonly clock: Clock;
  readonly changed: (sight: Sight) => void;
  /** The addresses of a name, or the name itself while they are not known. */
  readonly addressesOf: (name: string) => readonly string[];
  readonly isIdle: (host: string) => boolean;
}) {
  const { clock, changed, addressesOf, isIdle } = parts;
  /** Paths by TLS whose newest certificate has not begun, and those with another one. */
  const early = new Map<string, Path>();
  const valid = new Map<string, Path>();
  let behind: { readonly since: number; results: number } | null = null;

  function judge(): boolean {
    if (early.size === 0 && behind === null) return false;
    // Until its addresses are known, a name may be one of the same machine.
    const known = [...early.values()].filter(
      ({ host, proxy }) =>
        !isIdle(host) && (proxy !== null || isIP(host) !== 0 || addressesOf(host)[0] !== host),
    );
    const hosts = new Map(known.map((path) => [path.host, path]));
    const others = [...valid.values()].filter(({ host }) => !isIdle(host)).length;
    const are = hosts.size >= fewestHosts && known.length > others && areSeveral(hosts, addressesOf);
    if (are === (behind !== null)) return are;
    const { since, results } = behind ?? { since: clock.wall(), results: 0 };
    behind = are ? { since, results } : null;
    changed({ blind: are, since, results });
    return are;
  }

  return {
    /** Takes note of such a certificate; true if the clock is taken to be behind. */
    found(path: Path): boolean {
      early.set(placeOf(path), path);
      valid.delete(placeOf(path));
      const are = judge();
      if (behind !== null) behind.results += 1;
      return are;
    },
    /** Takes note of an answer behind another certificate. */
    passed(path: Path): void {
      const place = placeOf(path);
      if (valid.has(place)) return;
      valid.set(place, path);
      early.delete(place);
      judge();
    },
    /** Forgets all other hosts. */
    keep(hosts: ReadonlySet<string>): void {
      for (const paths of [early, valid])
        for (const [place, { host }] of paths) if (!hosts.has(host)) paths.delete(place);
      judge();
    },
    isBehind: judge,
  };
}
