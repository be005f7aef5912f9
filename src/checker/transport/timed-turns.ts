/** Bytes of a part that is read at once. The cost of a byte is up to its sender, who can put each into a chunk of its own. */
export const partBytes = 4 * 1024;
/** ms of reading after which other work runs before the next part. */
const turnMs = 1;
/** Bytes that are read in a turn without waiting for one. */
const mostAtOnce = 16 * 1024;
/** What a read costs beside its bytes. */
const readCost = 256;

/** Calls works that wait, in the order of their coming, for about a millisecond in each turn of the event loop. */
export interface TimedTurns {
  /** Nothing happens for one that waits already. */
  soon(work: () => void): void;
  cancel(work: () => void): void;
  /** True for a read of a usual size while nothing waits and little was read in this turn: it needs not wait. */
  free(bytes: number): boolean;
}

/** Creates the turns that all connections share: many providers can send at one moment. */
export function createTimedTurns(): TimedTurns {
  const waiting = new Set<() => void>();
  let begun = false;
  let atOnce = 0;

  function turn(): void {
    begun = false;
    atOnce = 0;
    const until = performance.now() + turnMs;
    for (const work of waiting) {
      waiting.delete(work);
      work();
      if (performance.now() >= until) break;
    }
    if (waiting.size > 0) begin();
  }

  function begin(): void {
    if (begun) return;
    begun = true;
    setImmediate(turn);
  }

  return {
    soon(work) {
      waiting.add(work);
      begin();
    },
    cancel: (work) => void waiting.delete(work),
    free(bytes) {
      const cost = bytes + readCost;
      if (waiting.size > 0 || bytes > partBytes || atOnce + cost > mostAtOnce) return false;
      atOnce += cost;
      begin();
      return true;
    },
  };
}

/** Whom a feed gives what it holds. */
interface Reader {
  /** Takes a part, or null at the end; false while it wants no more, as `push` of a stream. */
  readonly push: (part: Buffer | null) => boolean;
  /** All is read, and more is wanted. */
  readonly more: () => void;
}

/** What has come on a connection, and is read in parts, in turn with other connections. */
export interface Feed {
  readonly waits: boolean;
  add(chunk: Buffer): void;
  /** What came before is read first. */
  end(): void;
  /** The reader wants more. */
  want(): void;
  clear(): void;
}

export function createFeed(turns: TimedTurns, { push, more }: Reader): Feed {
  let parts: Buffer[] = [];
  let ended = false;
  let wanted = false;
  let cleared = false;

  const soon = (): void => {
    turns.soon(next);
  };

  const next = (): void => {
    const [chunk] = parts;
    if (!wanted) return;
    if (chunk !== undefined) {
      const until = performance.now() + turnMs;
      let rest = chunk;
      do {
        const part = rest.subarray(0, partBytes);
        rest = rest.subarray(partBytes);
        // It may be asked for while the part is taken.
        wanted = false;
        if (push(part)) wanted = true;
      } while (wanted && rest.length > 0 && performance.now() < until);
      if (cleared) return;
      if (rest.length > 0) parts[0] = rest;
      else parts.shift();
      soon();
    } else if (ended) push(null);
    else more();
  };

  return {
    get waits() {
      return parts.length > 0 || ended;
    },
    add(chunk) {
      parts.push(chunk);
      soon();
    },
    end() {
      ended = true;
      soon();
    },
    want() {
      wanted = true;
      soon();
    },
    clear() {
      cleared = true;
      turns.cancel(next);
      parts = [];
    },
  };
}
