import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';

/** Networks of the special-purpose registries (RFC 6890), and those that embed IPv4 addresses. */
const special = {
  ipv4: [
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    // The metadata service of Azure, which looks public.
    '168.63.129.16/32',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.31.196.0/24',
    '192.52.193.0/24',
    '192.88.99.0/24',
    '192.168.0.0/16',
    '192.175.48.0/24',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '224.0.0.0/3',
  ],
  // Public addresses of IPv6 are in 2000::/3; refused are all others, and of those the ones that lead elsewhere.
  ipv6: [
    '::/3',
    '4000::/2',
    '8000::/1',
    '2001::/23',
    '2001:db8::/32',
    '2002::/16',
    '2620:4f:8000::/48',
    '3fff::/20',
  ],
} as const;

/** One list per family: in a common list ::/3 would contain all mapped IPv4 addresses. */
function createBlockList(family: keyof typeof special): BlockList {
  const list = new BlockList();
  for (const network of special[family]) {
    const [address = '', prefix] = network.split('/');
    list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

/** Thrown for an address that the caller may not use. */
export class BlockedAddressError extends Error {
  override readonly name = 'BlockedAddressError';
  readonly code = 'ERR_BLOCKED_ADDRESS';
  constructor(host: string) {
    // Not the address: callers could read the names of a private network in it.
    super(`${host} does not lead to a public address`);
  }
}

export interface GuardTerms {
  /** Host names or addresses that are let through, with or without a port; case does not matter. */
  readonly allowHosts: readonly string[];
}

/** Allows connections to public addresses only. */
interface AddressGuard {
  /** Throws a BlockedAddressError for an address that is private as it is written. */
  inspect(url: URL): void;
  /**
   * Looks up names for the socket itself, so that no second look-up can answer otherwise: fails with a
   * BlockedAddressError when any of the addresses is not public, and when there is none.
   */
  readonly lookup: LookupFunction;
}

const bare = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');

export function createGuard({ allowHosts }: GuardTerms, lookup: LookupFunction): AddressGuard {
  const blocked = { ipv4: createBlockList('ipv4'), ipv6: createBlockList('ipv6') };
  const allowed = new Set(allowHosts.map((host) => host.toLowerCase().replace(/\.(?=$|:\d+$)/, '')));
  const names = new Set([...allowed].map((host) => bare(host.replace(/(?<=[^:]):\d{1,5}$/, ''))));

  const isPublic = (address: string): boolean => {
    const [plain = ''] = address.split('%', 1);
    const family = isIPv6(plain) ? 'ipv6' : 'ipv4';
    return isIP(plain) !== 0 && !blocked[family].check(plain, family);
  };

  return {
    inspect(url) {
      const host = bare(url.hostname);
      const written = url.hostname.replace(/\.$/, '');
      const port = url.port || { 'http:': '80', 'https:': '443' }[url.protocol];
      if ([host, written, `${written}:${port ?? ''}`].some((one) => allowed.has(one))) return;
      const local = host === 'localhost' || host.endsWith('.localhost');
      // A name on the list for another port is not let through by `lookup` below for this one.
      if (local || names.has(host) || (isIP(host) !== 0 && !isPublic(host)))
        throw new BlockedAddressError(host);
    },
    lookup(hostname, options, callback) {
      if (names.has(bare(hostname))) {
        lookup(hostname, options, callback);
        return;
      }
      lookup(hostname, { ...options, all: true }, (error, found) => {
        const addresses = Array.isArray(found) ? found : [];
        const [first] = addresses;
        // The same for a name that does not exist: callers could read the names of a private network in the difference.
        if (error?.code === 'ERR_LOOKUPS_BUSY') callback(error, []);
        else if (
          error !== null ||
          first === undefined ||
          !addresses.every(({ address }) => isPublic(address))
        )
          callback(new BlockedAddressError(hostname), []);
        else if (options.all === true) callback(null, addresses);
        else callback(null, first.address, first.family);
      });
    },
  };
}
