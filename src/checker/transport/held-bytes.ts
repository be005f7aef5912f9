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
  /** `giveUp` is called when all hold too much and of those that hold over 64 KiB this one has got nothing for longest. */
  open(giveUp: () => void): Share;
}

/** Bytes of a reply that is given up: usual ones are smaller. */
const leastGivenUp = 64 * 1024;

/** Creates the bound of all probers. */
export function createHeldBytes(most = mostHeld, least = leastGivenUp): HeldBytes {
  /** The one that has got nothing for longest first. */
  const shares = new Set<{ bytes: number; readonly giveUp: () => void }>();
  let all = 0;

  function giveUpSilent(): void {
    for (const share of shares) {
      if (share.bytes < least) continue;
      shares.delete(share);
      all -= share.bytes;
      share.giveUp();
      return;
    }
  }

  return {
    open(giveUp) {
      const share = { bytes: 0, giveUp };
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
