import { parseDuration } from '../domain/duration.js';
import { behaviours, type Behaviour } from './behaviours.js';
import type { Call } from './call.js';
import { highest } from '../domain/list.js';

/** A behaviour with its values filled in. */
type Play = (call: Call) => void;

/** Finds the behaviour for a model name; null for an unknown name. A prefix that ends in a slash is ignored. */
export function createCatalogue(): (model: string) => Play | null {
  const find = createFinder(behaviours);
  return (model) => {
    const found = find(model.slice(model.lastIndexOf('/') + 1));
    return found && ((call) => found.row.play(call, found.first, found.second));
  };
}

/** Finds the row for a name, and the values in that; null for an unknown name. */
export function createFinder<Row extends Pick<Behaviour, 'form'>>(
  rows: readonly Row[],
): (name: string) => { readonly row: Row; readonly first: number; readonly second: number } | null {
  const patterns = rows.map((row) => ({ pattern: patternOf(row.form), kinds: kindsIn(row.form), row }));
  return (name) => {
    for (const { pattern, kinds, row } of patterns) {
      const texts = pattern.exec(name)?.slice(1);
      const values = texts?.map((text, index) =>
        (kinds[index] === 'percent' ? percent : parseDuration)(text),
      );
      if (values?.every((value) => value !== null) !== true) continue;
      const [first = 0, second = 0] = values;
      return { row, first, second };
    }
    return null;
  };
}

/** A name that selects this behaviour, with the example values. */
export function exampleName({ form }: Pick<Behaviour, 'form'>): string {
  return form.replace(/[{}]/g, '');
}

/** All behaviours as plain text, one line each. */
export function describeBehaviours(rows: readonly Pick<Behaviour, 'form' | 'help'>[] = behaviours): string {
  const width = highest(rows.map((behaviour) => exampleName(behaviour).length));
  const lines = rows.map((behaviour) => `${exampleName(behaviour).padEnd(width)}  ${behaviour.help}`);
  return `${lines.join('\n')}\n`;
}

function patternOf(form: string): RegExp {
  return new RegExp(`^${form.replace(/\{\w+\}/g, '(\\w+)')}$`);
}

function kindsIn(form: string): readonly ('percent' | 'duration')[] {
  return [...form.matchAll(/\{(\w+)\}/g)].map(([, example = '']) =>
    percent(example) === null ? 'duration' : 'percent',
  );
}

function percent(text: string): number | null {
  return /^\d{1,3}$/.test(text) && Number(text) <= 100 ? Number(text) : null;
}
