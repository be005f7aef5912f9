/** A text held in memory until all its readers have read it. */
export interface HeldText {
  /** Bytes produced and not yet read by all readers. */
  bytes(): number;
  /** Cuts off all readers. */
  cutAll(): void;
  /** Cuts off the readers that have read least. */
  cutSlowest(): void;
}

/** Limits the memory held for slow readers, over several shared texts. */
export interface TextShelf {
  /** Adds a starting text; cuts the oldest one when there are too many. */
  add(text: HeldText): void;
  /** Removes a text without readers. */
  remove(text: HeldText): void;
  /** Enforces the byte limit after a text has grown: cuts the slowest readers of the largest text. */
  trim(): void;
}

export interface ShelfLimits {
  readonly texts: number;
  readonly bytes: number;
}

/** A shelf for at most `most.texts` texts, which together hold `most.bytes` and one chunk. */
export function createTextShelf(most: ShelfLimits): TextShelf {
  /** In order of their start. */
  const held = new Set<HeldText>();

  return {
    add(text) {
      held.add(text);
      for (const oldest of held) {
        if (held.size <= most.texts) break;
        held.delete(oldest);
        oldest.cutAll();
      }
    },
    remove: (text) => void held.delete(text),
    trim() {
      for (;;) {
        const texts = [...held];
        const total = texts.reduce((sum, text) => sum + text.bytes(), 0);
        if (total <= most.bytes) return;
        texts.reduce((one, other) => (other.bytes() > one.bytes() ? other : one)).cutSlowest();
      }
    },
  };
}
