import { expect } from '@jest/globals';

interface Shown {
  readonly model: string;
  readonly slot: string;
  readonly outcome: string;
  readonly reason: string;
}

/** Remembers everything that daemons have shown, one after another. */
export interface Witness {
  /** A result that was answered, listed or told as an event; it must be the same each time. */
  saw(result: Shown): void;
  /** An exposition: no counter that outlives the daemon may be lower than it ever was. */
  scraped(text: string): void;
  readonly results: ReadonlyMap<string, Shown>;
}

const lasting =
  /^modelpulse_(?:check_results_total|checks_total|check_failures_total|tokens_total|model_version_changes_total|scheduler_checks_missed_total)\{/;

export function createWitness(): Witness {
  const results = new Map<string, Shown>();
  const counters = new Map<string, number>();
  return {
    results,
    saw({ model, slot, outcome, reason }) {
      const shown = { model, slot, outcome, reason };
      const key = `${model} ${slot}`;
      expect(shown).toEqual(results.get(key) ?? shown);
      results.set(key, shown);
    },
    scraped(text) {
      const now = new Map<string, number>();
      for (const line of text.split('\n')) {
        if (!lasting.test(line)) continue;
        const at = line.lastIndexOf(' ');
        now.set(line.slice(0, at), Number(line.slice(at + 1)));
      }
      // The series of a model vanish when it leaves the registry, and go on when it comes back.
      const present = (name: string): boolean => {
        const model = /model="[^"]+"/.exec(name)?.[0];
        return model === undefined || now.has(`modelpulse_checks_total{${model}}`);
      };
      const lost = [...counters].filter(([name, count]) => present(name) && (now.get(name) ?? 0) < count);
      expect(lost.map(([name, count]) => `${name} was ${count}, is ${now.get(name)}`)).toEqual([]);
      for (const [name, count] of now) counters.set(name, count);
    },
  };
}
