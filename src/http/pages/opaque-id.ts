import { createHmac } from 'node:crypto';

/**
 * An id that stays the same and says nothing. For a model, `secret` is the ms at which it was first seen, which no page tells:
 * numbers in the store are small, and a hash of them alone could be tried out.
 */
export function opaqueId(secret: string, ...parts: readonly (string | number)[]): string {
  return createHmac('sha256', secret).update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
