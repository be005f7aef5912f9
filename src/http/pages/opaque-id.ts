import { createHmac } from 'node:crypto';

/**
 * An id that stays the same and says nothing. `secret` is that of the store: numbers in the store are small and times are known,
 * so a hash of them alone could be tried out.
 */
export function opaqueId(secret: string, ...parts: readonly (string | number)[]): string {
  return createHmac('sha256', secret).update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
