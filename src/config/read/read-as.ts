import type * as z from 'zod';
import { isReference } from './interpolate.js';
import { issueMessage } from './issue-message.js';
import { isWithin, pathOfIssue, shown } from './problem.js';
import type { Path, Problem } from './problem.js';
import { mayHoldSecret } from './secrets.js';
import { memberOf, isObject, type Members } from '../../domain/json.js';
import { addAll } from '../../domain/list.js';

/** Origin of a value. */
interface Origin {
  /** Its place in the file. */
  readonly at: Path;
  /** The value before interpolation. */
  readonly written: unknown;
  /** Places with unresolved references; problems caused only by them are dropped. */
  readonly missing: readonly Path[];
  /** Values to use where a required member is invalid. */
  readonly standIns?: Readonly<Record<string, unknown>>;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(memberOf, value);
}

/** A copy of `value` with `item` at `path`; undefined removes the member. */
function changed(value: unknown, path: Path, item: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return item;
  if (Array.isArray(value)) {
    return value.map((entry: unknown, index) => (index === step ? changed(entry, rest, item) : entry));
  }
  const { [step]: old, ...others }: Members = isObject(value) ? value : {};
  const next = changed(old, rest, item);
  return next === undefined ? others : { ...others, [step]: next };
}

/** The nearest map member at or above `path` that can be removed; null when only the whole value is left. */
function removable(value: unknown, path: Path): Path | null {
  for (let length = path.length; length > 0; length -= 1) {
    const above = path.slice(0, length);
    if (typeof above.at(-1) === 'string' && valueAt(value, above) !== undefined) return above;
  }
  return null;
}

/** The number or boolean in a scalar that is one reference; undefined for other text. */
function scalarOf(text: string): number | boolean | undefined {
  if (/^[-+]?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  return text === 'true' || (text === 'false' ? false : undefined);
}

function problemsOf(issue: z.core.$ZodIssue, value: unknown, origin: Origin): Problem[] {
  const path = [...origin.at, ...pathOfIssue(issue)];
  if (issue.code === 'unrecognized_keys') {
    const messages = issue.message.split('\n');
    return issue.keys.map((key, index) => ({
      path: [...path, key],
      message: messages[index] ?? '',
      at: 'key',
    }));
  }
  if (issue.code === 'invalid_key') return [{ path, message: issue.message, at: 'key' }];
  const written = valueAt(origin.written, pathOfIssue(issue));
  // Text of a reference may be a secret: neither the value nor an explanation, which may quote it, is shown.
  const own = written === valueAt(value, pathOfIssue(issue));
  const [unexplained = ''] = issue.message.split(': ', 1);
  const message = own || typeof written !== 'string' ? issue.message : unexplained;
  const naming = /^must be [^:]*$/.test(message) && written !== undefined && !mayHoldSecret(path);
  return [{ path, message: naming ? `${message}, not ${shown(written)}` : message }];
}

/** True for a problem that follows from a member left out. */
export function isExcused({ path }: Problem, left: readonly Path[]): boolean {
  return left.some((place) => isWithin(place, path));
}

/** Result of a validation. */
interface Read<T> {
  /** The valid part; null when it cannot be valid without the invalid members. */
  readonly data: T | null;
  readonly problems: readonly Problem[];
  /** Members that were left out: problems caused only by that are dropped. */
  readonly left: readonly Path[];
}

/** Validates an interpolated value. Invalid members are left out, so that the rest is validated as well. */
export function readAs<T extends z.ZodType>(schema: T, value: unknown, origin: Origin): Read<z.output<T>> {
  const problems: Problem[] = [];
  const left: Path[] = [...origin.missing];
  let current = value;
  for (;;) {
    const result = schema.safeParse(current, { error: issueMessage });
    if (result.success) return { data: result.data, problems, left };
    let repaired = current;
    for (const issue of result.error.issues) {
      const path = pathOfIssue(issue);
      const found = valueAt(current, path);
      const typed =
        typeof found === 'string' &&
        issue.code === 'invalid_type' &&
        isReference(valueAt(origin.written, path))
          ? scalarOf(found)
          : undefined;
      if (typed !== undefined) {
        repaired = changed(repaired, path, typed);
        continue;
      }
      addAll(
        problems,
        problemsOf(issue, current, origin).filter((problem) => !isExcused(problem, left)),
      );
      const places = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
      for (const place of places) {
        const name = place.join('.');
        const standIns = origin.standIns ?? {};
        // A key may have the name of an inherited member of Object.
        const standIn = Object.hasOwn(standIns, name) ? standIns[name] : undefined;
        const gone = standIn === undefined ? removable(repaired, place) : place;
        if (gone === null) continue;
        repaired = changed(repaired, gone, standIn);
        left.push([...origin.at, ...gone]);
      }
    }
    if (repaired === current) return { data: null, problems, left };
    current = repaired;
  }
}
