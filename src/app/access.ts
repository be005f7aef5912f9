import { isLoopback } from '../config/listen.js';
import type { Settings } from '../config/settings.js';
import type { Hosts } from '../http/auth.js';

type Server = Settings['server'];

/**
 * Who may ask under the configuration in force. The address is that of the start: while it can be reached from
 * outside, a configuration that is safe without a token only by another address does not take the token away.
 */
export function createAccess(bound: Server): {
  /** The token to ask for; null for none. */
  tokenFor(server: Server): string | null;
  hostsOf(server: Server): Hosts;
} {
  const local = isLoopback(bound.host);
  let token = bound.bearerToken;
  return {
    tokenFor(server) {
      const safe = local || server.insecurePublic;
      if (server.bearerToken !== null || safe) token = server.bearerToken;
      return token;
    },
    hostsOf: ({ allowedHosts }) => ({ allowed: allowedHosts, local }),
  };
}
