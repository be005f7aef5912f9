import { setImmediate } from 'node:timers/promises';
import { dayMs } from '../../domain/period.js';
import type { ModelView } from '../../domain/view.js';
import type { Glance } from '../../page/glance.js';
import type { Backend } from '../port.js';

/** Models of one question to the thread: some 20 ms of its time, and less memory than more of them take. */
const atOnce = 20;
/** ms after which a glance is made anew, while it is still shown. */
const freshMs = 60_000;
/** ms for which an older one is shown at most; then, or from another day, a reader waits as for none. */
const mostAgeMs = 600_000;
/** ms for which a reader waits for glances. */
const patienceMs = 1_500;

/** Bars, latencies and their course for the overview, made beside the loop and kept while the pages are read. */
export interface Glances {
  /**
   * Makes what is missing or old. Resolves when all models have a glance, or after 1.5 s; what comes later is there for the next
   * reader. Never rejects.
   */
  refresh(views: readonly ModelView[]): Promise<void>;
  /** The newest glance of a model, by its key in the store; null before the first. */
  of(key: number): Glance | null;
}

interface Kept {
  readonly glance: Glance;
  /** Those it was made with: excluded time is no downtime. */
  readonly exclusions: ModelView['exclusions'];
}

export function createGlances(backend: Backend): Glances {
  const kept = new Map<number, Kept>();
  /** What is being made, so that two readers do not ask twice and both wait. */
  const asked = new Map<number, Promise<void>>();

  const read = async (views: readonly ModelView[]): Promise<void> => {
    const now = backend.now();
    const pasts = views.map(({ key, stored, exclusions }) => ({ key, stored, exclusions }));
    try {
      const { text } = await backend.readLong({ kind: 'glances', pasts, now });
      const glances = JSON.parse(new TextDecoder().decode(text)) as Glance[];
      for (const [index, { key, exclusions }] of views.entries()) {
        const glance = glances[index];
        if (glance !== undefined) kept.set(key, { glance, exclusions });
      }
    } finally {
      for (const { key } of views) asked.delete(key);
    }
  };

  /** Forgets models that left the registry. */
  const forget = (): void => {
    const known = new Set([...backend.views()].map(({ key }) => key));
    for (const key of kept.keys()) if (!known.has(key)) kept.delete(key);
  };

  const readAll = async (stale: readonly ModelView[]): Promise<void> => {
    await setImmediate();
    // One question at a time: other long reads get their turn in between.
    for (let first = 0; first < stale.length; first += atOnce) {
      const some = stale.slice(first, first + atOnce);
      // A failed read leaves the old glances; the next reader asks again.
      await read(some).catch(() => undefined);
    }
    forget();
  };

  /** False for a glance that is to be made anew, `mostAgeMs` for how long it may be shown meanwhile. */
  const isWithin = ({ key, exclusions }: ModelView, now: number, ms: number): boolean => {
    const known = kept.get(key);
    return known?.exclusions === exclusions && Math.abs(now - known.glance.at) < ms;
  };
  const mayShow = (view: ModelView, now: number): boolean =>
    isWithin(view, now, mostAgeMs) && dayOf(kept.get(view.key)?.glance.at ?? 0) === dayOf(now);

  return {
    async refresh(views) {
      const now = backend.now();
      const stale = views.filter((view) => !isWithin(view, now, freshMs));
      const fresh = stale.filter(({ key }) => !asked.has(key));
      if (fresh.length > 0) {
        const made = readAll(fresh);
        for (const { key } of fresh) asked.set(key, made);
      }
      const missing = stale.filter((view) => !mayShow(view, now));
      if (missing.length === 0) return;
      for (const { key } of missing) kept.delete(key);
      let late: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => (late = setTimeout(resolve, patienceMs)));
      const all = Promise.all(missing.flatMap(({ key }) => asked.get(key) ?? []));
      await Promise.race([all, patience]);
      clearTimeout(late);
    },
    of: (key) => kept.get(key)?.glance ?? null,
  };
}

const dayOf = (time: number): number => Math.floor(time / dayMs);
