/** Bytes of replies that are read in one turn of the event loop; those of one connection alone take some 2 ms at worst. */
const mostInTurn = 16 * 1024;

/** Shares the turns of the event loop between the replies of all checks, which a provider can send at one moment. */
export interface Turns {
  /** Calls `work` at once if this turn has read less than 16 KiB, else in a later turn, in the order of the calls. */
  take(bytes: number, work: () => void): void;
}

/** Creates the turns that all probers share. */
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
/** Bytes up to which pieces that wait are joined, and ms: what is joined came at one time. */
const joinedBytes = 4 * 1024;
const joinedMs = 10;

/** The pieces of one reply, which are read in turn. */
export interface Pieces {
  /** `at` is the time at which the piece came. */
  push(piece: Buffer, at: number): void;
  /** Calls `done` when all pieces are read; the first call counts. */
  after(done: () => void): void;
  /** Leaves the rest unread. */
  drop(): void;
}

interface Joined {
  readonly parts: Buffer[];
  bytes: number;
  /** When the first part came. */
  readonly since: number;
  at: number;
}

/** Creates the pieces of a reply; they are not bounded, since the exchange holds them anyway. */
export function createPieces(turns: Turns, read: (piece: Buffer, at: number) => void): Pieces {
  let unread: Joined[] = [];
  let whenRead: (() => void) | null = null;

  function next(): void {
    const [first] = unread;
    if (first === undefined) return;
    read(
      first.parts.length === 1 ? (first.parts[0] ?? Buffer.alloc(0)) : Buffer.concat(first.parts),
      first.at,
    );
    unread.shift();
    const [following] = unread;
    if (following !== undefined) turns.take(following.bytes + pieceCost, next);
    else whenRead?.();
  }

  return {
    push(piece, at) {
      const last = unread.at(-1);
      if (last !== undefined && last.bytes + piece.length <= joinedBytes && at - last.since < joinedMs) {
        last.parts.push(piece);
        last.bytes += piece.length;
        last.at = at;
        return;
      }
      unread.push({ parts: [piece], bytes: piece.length, since: at, at });
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
