import { isLoopback } from '../config/listen.js';
import type { Settings } from '../config/settings.js';
import type { Access, Hosts } from '../http/auth.js';

type Server = Settings['server'];

/**
 * Who may ask under the configuration in force. The address is that of the start: while it can be reached from
 * outside, a configuration that is safe without a token only by another address does not take the token away.
 */
export function createAccess(bound: Server): {
  of(server: Server): Access;
  hostsOf(server: Server): Hosts;
} {
  const local = isLoopback(bound.host);
  let token = bound.bearerToken;
  return {
    of(server) {
      const safe = local || server.insecurePublic;
      if (server.bearerToken !== null || safe) token = server.bearerToken;
      return { token, readTokens: server.readTokens, publicBadges: server.publicBadges };
    },
    hostsOf: ({ allowedHosts }) => ({ allowed: allowedHosts, local }),
  };
}
