/** Places that callers share. */
export interface Places {
  /** There is one for this key: of `total`, and where there are several keys of half of them. */
  free(key: string): boolean;
  /** Takes one; the function that comes back gives it back, once. */
  take(key: string): () => void;
}

/** Makes `total` places, of which one key may take half unless `alone` says that there is no other. */
export function createPlaces(total: number, alone: () => boolean): Places {
  const taken = new Map<string, number>();
  let all = 0;

  return {
    free: (key) => all < total && (taken.get(key) ?? 0) < (alone() ? total : Math.ceil(total / 2)),
    take(key) {
      all += 1;
      taken.set(key, (taken.get(key) ?? 0) + 1);
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        all -= 1;
        const left = (taken.get(key) ?? 1) - 1;
        if (left === 0) taken.delete(key);
        else taken.set(key, left);
      };
    },
  };
}
