import type { z } from 'zod';
import { closestName } from './closest-name.js';

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

function keysOf(schema: unknown): string[] {
  const shape = (schema as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape;
  return Object.keys(shape ?? {});
}

/** What is wrong with a key that `allowed` does not list. */
export function unknownKey(key: string, allowed: readonly string[]): string {
  const meant = closestName(key, allowed);
  return `unknown key; ${meant === null ? `allowed: ${allowed.join(', ')}` : `did you mean "${meant}"?`}`;
}

/** The words for a zod issue that its schema has none for; one line for each unknown key. */
export function issueMessage(issue: z.core.$ZodRawIssue): string | undefined {
  // What has words of its own in its schema is left to it.
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, keysOf(issue.inst))).join('\n');
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
