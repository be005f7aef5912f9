/** A text that is held because some of its readers have not read all of it. */
export interface HeldText {
  /** Bytes of what is made and not read by all. */
  bytes(): number;
  /** Gives up every reader. */
  cutAll(): void;
  /** Gives up the readers that have read least. */
  cutSlowest(): void;
}

/** Bounds what readers that do not read may hold, over several shared texts. */
export interface TextShelf {
  /** Takes a text that begins; the oldest text gives way when there are too many. */
  add(text: HeldText): void;
  /** Forgets a text that has no readers any more. */
  remove(text: HeldText): void;
  /** To be called when a text has grown: the slowest readers of the largest text give way. */
  trim(): void;
}

export interface ShelfLimits {
  readonly texts: number;
  readonly bytes: number;
}

/** A shelf for at most `most.texts` texts, which together hold `most.bytes` and one chunk. */
export function createTextShelf(most: ShelfLimits): TextShelf {
  /** In the order in which they began. */
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
