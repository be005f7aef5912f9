import type { Path } from '../../config/read/problem.js';
import { isObject } from '../../domain/json.js';
import type { Drafting } from './drafting.js';

const longestValue = 1_024;
const mostLabels = 50;

/** Labels with names that the registry takes; null for none. The others are noted. */
export function labelsOf(
  given: unknown,
  path: Path,
  { note }: Pick<Drafting, 'note'>,
): Record<string, string> | null {
  const labels: Record<string, string> = {};
  for (const [key, value] of Object.entries(isObject(given) ? given : {})) {
    const name = key
      .replaceAll(/\W/g, '_')
      .replace(/^(?=\d)/, '_')
      .replace(/^__+/, '_')
      .slice(0, 100);
    const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    if (name === '' || typeof text !== 'string' || text.length > longestValue)
      note([...path, key], 'is no label');
    else if (Object.keys(labels).length >= mostLabels)
      note([...path, key], `a model has at most ${mostLabels} labels`);
    else labels[name] = text;
  }
  return Object.keys(labels).length === 0 ? null : labels;
}
