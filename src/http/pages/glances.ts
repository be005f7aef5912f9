import type { ModelView } from '../../domain/view.js';
import type { Glance } from '../../page/glance.js';
import type { Backend } from '../port.js';

/** Models of one question to the thread: some 50 ms of its time. */
const atOnce = 50;
/** ms after which a glance is made anew, while it is still shown. */
const freshMs = 60_000;
/** ms for which a first reader waits for glances. */
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

export function createGlances(backend: Backend): Glances {
  const kept = new Map<number, Glance>();
  /** Keys that are being made, so that two readers do not ask twice. */
  const asked = new Set<number>();

  const read = async (views: readonly ModelView[]): Promise<void> => {
    const now = backend.now();
    const pasts = views.map(({ key, stored, exclusions }) => ({ key, stored, exclusions }));
    try {
      const { text } = await backend.readLong({ kind: 'glances', pasts, now });
      const glances = JSON.parse(new TextDecoder().decode(text)) as Glance[];
      for (const [index, { key }] of views.entries()) {
        const glance = glances[index];
        if (glance !== undefined) kept.set(key, glance);
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
    for (const { key } of stale) asked.add(key);
    // One question at a time: other long reads get their turn in between.
    for (let first = 0; first < stale.length; first += atOnce) {
      const some = stale.slice(first, first + atOnce);
      // A failed read leaves the old glances; the next reader asks again.
      await read(some).catch(() => undefined);
    }
    forget();
  };

  return {
    async refresh(views) {
      const now = backend.now();
      const isStale = ({ key }: ModelView): boolean => {
        const glance = kept.get(key);
        return !asked.has(key) && (glance === undefined || Math.abs(now - glance.at) >= freshMs);
      };
      const stale = views.filter(isStale);
      if (stale.length === 0) return;
      const made = readAll(stale);
      if (stale.every(({ key }) => kept.has(key))) return;
      let late: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => (late = setTimeout(resolve, patienceMs)));
      await Promise.race([made, patience]);
      clearTimeout(late);
    },
    of: (key) => kept.get(key) ?? null,
  };
}
