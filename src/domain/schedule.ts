/** When a model is checked. An interval's phase and a cron's spread come from a hash of the id. */
export type Schedule =
  | { readonly kind: 'every'; readonly everyMs: number }
  | {
      readonly kind: 'cron';
      readonly expression: string;
      readonly timezone: string;
      /** Largest delay after the cron time; null for the default (10 % of the gap, at most 10 s). */
      readonly spreadMs: number | null;
    };

/**
 * A fraction in [0, 1) that depends on the id alone: FNV-1a over UTF-16 code units with murmur3's finaliser,
 * so that ids that differ in their last digit lie far apart.
 */
export function hashFraction(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
