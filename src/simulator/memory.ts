import { hashFraction } from '../domain/schedule.js';

/** What the simulator remembers of the names it was asked for. */
export interface Memory {
  /** Notes one more request for `model`. */
  ask(model: string, now: number): { readonly firstAsked: number; readonly chance: number };
}

/** Bounded: beyond so many names the one first asked longest ago is forgotten. */
const mostNames = 10_000;

/** Each name has a sequence of chances of its own, fixed by `seed`. */
export function createMemory(seed: number): Memory {
  const names = new Map<string, { count: number; readonly firstAsked: number }>();
  return {
    ask: (model, now) => {
      let known = names.get(model);
      if (!known) {
        const [oldest] = names.keys();
        if (oldest !== undefined && names.size >= mostNames) names.delete(oldest);
        known = { count: 0, firstAsked: now };
        names.set(model, known);
      }
      known.count += 1;
      return { firstAsked: known.firstAsked, chance: hashFraction(`${seed}:${model}:${known.count}`) };
    },
  };
}
