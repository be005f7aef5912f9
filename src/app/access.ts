import { isLoopback } from '../config/listen.js';
import type { Settings } from '../config/settings.js';

type Server = Settings['server'];

/**
 * The token to ask for under the configuration in force. The address is that of the start: while it can be reached from
 * outside, a configuration that is safe without a token only by another address does not take the token away.
 */
export function createAccess(bound: Server): { tokenFor(server: Server): string | null } {
  let token = bound.bearerToken;
  return {
    tokenFor(server) {
      const safe = isLoopback(bound.host) || server.insecurePublic;
      if (server.bearerToken !== null || safe) token = server.bearerToken;
      return token;
    },
  };
}
