/** Bytes of replies that are read in one turn of the event loop; those of one connection alone take some 2 ms at worst. */
const mostInTurn = 16 * 1024;

/** Shares the turns of the event loop between the replies of all checks, which a provider can send at one moment. */
export interface Turns {
  /** Calls `work` at once if this turn has read less than 16 KiB, else in a later turn, in the order of the calls. */
  take(bytes: number, work: () => void): void;
}

/** Creates the turns of one prober. */
export function createTurns(): Turns {
  const waiting: { readonly bytes: number; readonly work: () => void }[] = [];
  let read = 0;
  let begun = false;

  function begin(): void {
    if (begun) return;
    begun = true;
    setImmediate(() => {
      begun = false;
      read = 0;
      while (read < mostInTurn) {
        const next = waiting.shift();
        if (next === undefined) return;
        read += next.bytes;
        begin();
        next.work();
      }
    });
  }

  return {
    take(bytes, work) {
      if (waiting.length > 0 || read >= mostInTurn) {
        waiting.push({ bytes, work });
        return;
      }
      read += bytes;
      begin();
      work();
    },
  };
}

/** Bytes that the reading of a piece costs beside its own: a piece may be a single byte. */
const pieceCost = 256;

/** The pieces of one reply, which are read in turn. */
export interface Pieces {
  push(piece: Buffer): void;
  /** Calls `done` when all pieces are read; the first call counts. */
  after(done: () => void): void;
  /** Leaves the rest unread. */
  drop(): void;
}

/** Creates the pieces of a reply; they are not bounded, since the exchange holds them anyway. */
export function createPieces(turns: Turns, read: (piece: Buffer) => void): Pieces {
  let unread: Buffer[] = [];
  let whenRead: (() => void) | null = null;

  function next(): void {
    const [piece] = unread;
    if (piece === undefined) return;
    read(piece);
    unread.shift();
    const [following] = unread;
    if (following !== undefined) turns.take(following.length + pieceCost, next);
    else whenRead?.();
  }

  return {
    push(piece) {
      unread.push(piece);
      if (unread.length === 1) turns.take(piece.length + pieceCost, next);
    },
    after(done) {
      whenRead ??= done;
      if (unread.length === 0) whenRead();
    },
    drop() {
      unread = [];
      whenRead = null;
    },
  };
}
