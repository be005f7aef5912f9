import type { Path } from '../../config/read/problem.js';
import { isObject, memberOf } from '../../domain/json.js';

/** One map of a foreign configuration, which remembers which of its keys were understood. */
export interface ForeignMap {
  readonly path: Path;
  at(key: string): Path;
  /** The value as it is, taken. */
  take(key: string): unknown;
  /** Non-empty text, or a number or boolean as text; null for none, and then a value of another kind is not taken. */
  text(key: string): string | null;
  number(key: string): number | null;
  flag(key: string): boolean | null;
  inside(key: string): ForeignMap;
  list(key: string): readonly unknown[];
  /** Keys with a value that nobody took. */
  rest(): readonly string[];
}

/** ForeignMap of `value`, of none where it is no map. */
export function foreignMap(value: unknown, path: Path): ForeignMap {
  const map = isObject(value) ? value : {};
  const taken = new Set<string>();
  const get = (key: string): unknown => memberOf(map, key);
  const at = (key: string): Path => [...path, key];
  const take = (key: string): unknown => {
    taken.add(key);
    return get(key);
  };
  return {
    path,
    at,
    take,
    text(key) {
      const found = get(key);
      if (typeof found === 'object' && found !== null) return null;
      take(key);
      if (typeof found === 'number' || typeof found === 'boolean') return String(found);
      return typeof found === 'string' && found !== '' ? found : null;
    },
    number(key) {
      const found = get(key);
      const number = typeof found === 'string' && found.trim() !== '' ? Number(found) : found;
      if (typeof number !== 'number' || !Number.isFinite(number)) return null;
      take(key);
      return number;
    },
    flag(key) {
      const found = get(key);
      if (found !== true && found !== false && found !== 0 && found !== 1) return null;
      take(key);
      return Boolean(found);
    },
    inside: (key) => foreignMap(take(key), at(key)),
    list(key) {
      const found = take(key);
      return Array.isArray(found) ? (found as readonly unknown[]) : [];
    },
    rest: () =>
      Object.keys(map).filter((key) => !taken.has(key) && map[key] !== null && map[key] !== undefined),
  };
}

/** A copy of a parsed file with each text replaced by `read` of it; keys stay. */
export function mapTexts(
  value: unknown,
  read: (text: string, path: Path) => string,
  path: Path = [],
): unknown {
  if (typeof value === 'string') return read(value, path);
  if (Array.isArray(value)) return value.map((item, index) => mapTexts(item, read, [...path, index]));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapTexts(item, read, [...path, key])]),
  );
}
