import { highest } from '../../domain/list.js';

/** Most bytes of unread replies that all checks hold together. A usual reply has some kilobytes, the largest that is read a mebibyte. */
const mostHeld = 16 * 1024 * 1024;

/** The bytes that one exchange holds. */
export interface Share {
  add(bytes: number): void;
  /** Holds nothing any longer. */
  close(): void;
}

/** Bounds what all exchanges hold, since a provider can leave each of many replies without its last byte. */
export interface HeldBytes {
  /**
   * `giveUp` is called when all hold too much, replies from this machine hold most, and of those that hold over 64 KiB this
   * one has got nothing for longest. A machine that sends slowly but without end so costs no reply of another.
   */
  open(machine: string, giveUp: () => void): Share;
}

/** Bytes of a reply that is given up: usual ones are smaller. */
const leastGivenUp = 64 * 1024;

/** Creates the bound of all probers. */
export function createHeldBytes(most = mostHeld, least = leastGivenUp): HeldBytes {
  /** The one that has got nothing for longest first. */
  const shares = new Set<{ bytes: number; readonly machine: string; readonly giveUp: () => void }>();
  let all = 0;

  function giveUpSilent(): void {
    const sums = new Map<string, number>();
    for (const { machine, bytes } of shares) {
      if (bytes >= least) sums.set(machine, (sums.get(machine) ?? 0) + bytes);
    }
    const largest = highest(sums.values());
    for (const share of shares) {
      if (share.bytes < least || sums.get(share.machine) !== largest) continue;
      shares.delete(share);
      all -= share.bytes;
      share.giveUp();
      return;
    }
  }

  return {
    open(machine, giveUp) {
      const share = { bytes: 0, machine, giveUp };
      shares.add(share);
      return {
        add(bytes) {
          if (!shares.delete(share)) return;
          shares.add(share);
          share.bytes += bytes;
          all += bytes;
          if (all > most) giveUpSilent();
        },
        close() {
          if (shares.delete(share)) all -= share.bytes;
        },
      };
    },
  };
}
