import type * as z from 'zod';
import { closestName } from './closest-name.js';
import { memberOf, isObject, type Members } from '../../domain/json.js';

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

/** The members of a map by name; none for another schema. */
function shapeOf(schema: unknown): Members {
  const definition = memberOf(memberOf(schema, '_zod'), 'def');
  // Of an optional schema, or one with a default.
  const inner = memberOf(definition, 'innerType');
  if (inner !== undefined) return shapeOf(inner);
  const shape = memberOf(definition, 'shape');
  return isObject(shape) ? shape : {};
}

/** Message for a key that is not in `shape`: where it belongs, the closest name, or the allowed keys. */
function unknownKey(key: string, shape: Readonly<Record<string, unknown>>): string {
  const allowed = Object.keys(shape);
  const inside = allowed.filter((name) => Object.hasOwn(shapeOf(shape[name]), key));
  if (inside.length === 1)
    return `unknown key; it stands in "${inside[0]}": write "${inside[0]}: {${key}: ...}"`;
  const meant = closestName(key, allowed);
  return `unknown key; ${meant === null ? `allowed: ${allowed.join(', ')}` : `did you mean "${meant}"?`}`;
}

/** Message for a zod issue without one of its own; one line for each unknown key. */
export function issueMessage(issue: z.core.$ZodRawIssue): string | undefined {
  // What has words of its own in its schema is left to it.
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, shapeOf(issue.inst))).join('\n');
    case 'invalid_value':
      return issue.input === undefined
        ? 'is required'
        : `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `must be at least ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    case 'invalid_key':
      return issue.issues[0]?.message;
    default:
      return undefined;
  }
}
