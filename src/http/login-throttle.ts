import { networkOf } from './client-network.js';

/**
 * Wrong tokens of one address in a minute, after which the rest of the minute is refused. There is no limit of all addresses
 * together: anybody could lock everybody out with it.
 */
const mostFailures = 10;
const minuteMs = 60_000;
/** Addresses that are counted one by one; those beyond count together. */
const mostAddresses = 1_000;

/** Slows the guessing of tokens down. Only wrong ones count. */
export interface LoginThrottle {
  /** ms for which this address has to wait; 0 when it may try. */
  waitMs(address: string): number;
  failed(address: string): void;
}

export function createLoginThrottle(now: () => number): LoginThrottle {
  let began = now();
  const failures = new Map<string, number>();
  const others = 'others';

  const turn = (): void => {
    // Also a clock that was set back begins anew.
    if (Math.abs(now() - began) < minuteMs) return;
    began = now();
    failures.clear();
  };
  const countedAs = (address: string): string => {
    const network = networkOf(address);
    return failures.has(network) || failures.size < mostAddresses ? network : others;
  };

  return {
    waitMs(address) {
      turn();
      const tooMany = (failures.get(countedAs(address)) ?? 0) >= mostFailures;
      return tooMany ? Math.max(1, began + minuteMs - now()) : 0;
    },
    failed(address) {
      turn();
      const network = countedAs(address);
      failures.set(network, (failures.get(network) ?? 0) + 1);
    },
  };
}
