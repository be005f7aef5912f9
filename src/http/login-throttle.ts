import { isIPv6 } from 'node:net';

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

/** What one household or server has: an IPv6 network of 64 bits. */
function placeOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array.from({ length: zeros }, () => '0'), ...after].slice(0, 4).join(':');
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
    const place = placeOf(address);
    return failures.has(place) || failures.size < mostAddresses ? place : others;
  };

  return {
    waitMs(address) {
      turn();
      const tooMany = (failures.get(countedAs(address)) ?? 0) >= mostFailures;
      return tooMany ? Math.max(1, began + minuteMs - now()) : 0;
    },
    failed(address) {
      turn();
      const place = countedAs(address);
      failures.set(place, (failures.get(place) ?? 0) + 1);
    },
  };
}
