import { isList, isObject, type Members } from '../../domain/json.js';

/** Characters of a text that are compared or counted in one step. */
const textStep = 20;

/** Steps to look at each part of a value of JSON. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 1 + value.length / textStep;
  if (typeof value !== 'object' || value === null) return 1;
  let size = 1;
  for (const [name, part] of Object.entries(value) as [string, unknown][])
    size += (isList(value) ? 0 : name.length / textStep) + sizeOf(part);
  return size;
}

/** Steps that it takes to count a part. */
const countSteps = 2;

/** Steps to compare one part of a list or an object with another: their names are listed and looked up. */
const equalSteps = 8;

/** Steps to compare a value of `enum` or `const` with another one. */
const equality = (value: unknown): number =>
  typeof value === 'object' && value !== null ? equalSteps * sizeOf(value) : sizeOf(value);

const namesIn = (map: unknown): number => (isObject(map) ? Object.keys(map).length : 0);

/** Names that `dependencies` looks for. */
function dependenciesIn(map: unknown): number {
  if (!isObject(map)) return 0;
  return Object.values(map).reduce<number>((sum, names) => sum + 1 + (isList(names) ? names.length : 0), 0);
}

/**
 * Creates a function that returns the steps that one part of a schema takes for a value, without the schemas inside it,
 * which are counted where they are applied, and without patterns.
 */
export function createWeigher(part: Members): (value: unknown) => number {
  const fixed =
    countSteps +
    Object.keys(part).length +
    (isList(part.enum) ? part.enum.reduce<number>((sum, value) => sum + equality(value), 0) : 0) +
    equality(part.const) +
    (isList(part.required) ? part.required.length : 0) +
    namesIn(part.properties) +
    dependenciesIn(part.dependencies);
  const lengths = Number('minLength' in part) + Number('maxLength' in part);
  const loopsItems = 'items' in part || 'contains' in part || 'additionalItems' in part;
  const counts = Number('minProperties' in part) + Number('maxProperties' in part);
  const eachName =
    counts +
    Number('propertyNames' in part) +
    namesIn(part.patternProperties) +
    ('additionalProperties' in part ? 1 + namesIn(part.patternProperties) : 0);
  return (value) => {
    if (typeof value === 'string') return fixed + (lengths * value.length) / textStep;
    if (typeof value !== 'object' || value === null) return fixed;
    if (isList(value)) return fixed + (loopsItems ? value.length : 0);
    return fixed + (eachName === 0 ? 0 : eachName * Object.keys(value).length);
  };
}
