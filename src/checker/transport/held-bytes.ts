/** Most bytes of unread replies that all checks hold together. A usual reply has some kilobytes, the largest that is read a mebibyte. */
const mostHeld = 12 * 1024 * 1024;

/** The bytes that one exchange holds. */
export interface Share {
  add(bytes: number): void;
  /** Holds nothing any longer. */
  close(): void;
}

/** Bounds what all exchanges hold, since a provider can leave each of many replies without its last byte. */
export interface HeldBytes {
  /** `giveUp` is called when all hold too much and this one the most. */
  open(giveUp: () => void): Share;
}

/** Creates the bound of one prober. */
export function createHeldBytes(most = mostHeld): HeldBytes {
  const shares = new Set<{ bytes: number; readonly giveUp: () => void }>();
  let all = 0;

  function giveUpLargest(): void {
    let largest: { bytes: number; readonly giveUp: () => void } | null = null;
    for (const share of shares) if (share.bytes > (largest?.bytes ?? 0)) largest = share;
    largest?.giveUp();
  }

  return {
    open(giveUp) {
      const share = { bytes: 0, giveUp };
      shares.add(share);
      return {
        add(bytes) {
          if (!shares.has(share)) return;
          share.bytes += bytes;
          all += bytes;
          if (all > most) giveUpLargest();
        },
        close() {
          if (shares.delete(share)) all -= share.bytes;
        },
      };
    },
  };
}
