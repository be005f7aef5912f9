import { isIP, type LookupFunction } from 'node:net';
import type { Path } from './path.js';
import type { ReachAny } from './reach.js';

/** Names of the own network, which are found without the rest of the world. */
const near = /^[^.]+$|\.(?:localhost|local|internal|svc|lan|home\.arpa)$/;

/** The name that the monitor itself looks up on a path; null for an address, and for a name of the own network. */
export function nameOn({ host, proxy }: Path): string | null {
  const name = proxy === null ? host : new URL(proxy).hostname.replace(/^\[|\]$/g, '');
  return isIP(name) !== 0 || near.test(name) ? null : name;
}

/** Creates the test whether the resolver replies for any name of paths, if only that there is none. A connection to an address does not show it. */
export function createFindNames(lookup: LookupFunction): ReachAny {
  return (paths, { timeoutMs, signal }) =>
    new Promise((resolve) => {
      let left = paths.length;
      const end = (found: boolean): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        resolve({ reached: found, replied: found, addresses: new Map() });
      };
      const giveUp = (): void => end(false);
      const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
      signal.addEventListener('abort', giveUp);
      for (const { host } of paths) {
        lookup(host, { all: true }, (error) => {
          left -= 1;
          const replied = error === null || error.code === 'ENOTFOUND';
          if (replied || left === 0) end(replied);
        });
      }
      if (signal.aborted) giveUp();
    });
}
