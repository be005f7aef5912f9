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
