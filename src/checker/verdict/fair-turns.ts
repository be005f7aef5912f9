/** One after another, each in its turn. */
export interface FairTurns {
  /** Does the work when it is the turn of `owner`; settles like it. */
  take<T>(owner: string, work: () => Promise<T>): Promise<T>;
}

interface Owner {
  /** Time that was used, in ms; one that comes anew begins where the turns have got to. */
  used: number;
  readonly waiting: (() => Promise<void>)[];
}

/**
 * Shares the time of something that does one work at a time. The next turn is for the owner that has used least of it, not
 * for the work that came first: who takes a second for each work delays others by the one that runs, not by all that wait.
 */
export function createFairTurns(now = (): number => performance.now()): FairTurns {
  const owners = new Map<string, Owner>();
  /** Time that the owner of the present turn had used when it began. */
  let reached = 0;
  let serving = false;

  /** The owner whose turn it is; null when nobody waits. */
  function next(): Owner | null {
    let least: Owner | null = null;
    for (const [name, owner] of owners) {
      if (owner.waiting.length > 0) least = least !== null && least.used <= owner.used ? least : owner;
      // It would begin there again.
      else if (owner.used <= reached) owners.delete(name);
    }
    return least;
  }

  async function serve(): Promise<void> {
    if (serving) return;
    serving = true;
    for (let owner = next(); owner !== null; owner = next()) {
      reached = owner.used;
      const from = now();
      await owner.waiting.shift()?.();
      owner.used += now() - from;
    }
    owners.clear();
    reached = 0;
    serving = false;
  }

  return {
    take: (name, work) =>
      new Promise((resolve, reject) => {
        const owner = owners.get(name) ?? { used: reached, waiting: [] };
        owners.set(name, owner);
        if (owner.waiting.length === 0) owner.used = Math.max(owner.used, reached);
        owner.waiting.push(() => work().then(resolve, reject));
        void serve();
      }),
  };
}
