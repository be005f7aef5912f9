import { messageOf } from '../../../domain/thrown.js';
import { isPlausible } from '../../../domain/time.js';
import type { ModelWrite, Refusal } from '../../port.js';
import { costAt } from '../../rows/rollup-row.js';
import { parameters, type Put, type StatementName, type Value } from '../../write/batch-rows.js';
import { writeModelInParts } from '../../write/isolated-write.js';
import { writeModel } from '../../write/model-write.js';
import { describePart, isUnusable } from '../../write/refused-part.js';

/** Parameters that may be null; all others are columns that need a value. */
const nullable: Readonly<Partial<Record<StatementName, readonly number[]>>> = {
  model: [0, 1, 2, 3],
  check: [6, 7, 8, 9, 10, 11, 12, 13],
  detail: [2, 3, 4, 5],
  state: [3],
  // The model, one of the two times, each figure; the cost and the histograms.
  rollup: [1, 2, 3 + costAt, 3 + costAt + 1, 3 + costAt + 2],
  incident: [0, 2, 4],
};

type Row = readonly Value[];
export type Rows = Map<StatementName, Row[]>;

/** Throws RangeError or TypeError for values that the columns of a statement do not take. */
function requireUsable(statement: StatementName, values: Row): void {
  const kinds = parameters[statement];
  kinds.forEach((kind, at) => {
    const value = values[at] ?? null;
    if (value === null) {
      if (nullable[statement]?.includes(at) !== true) throw new TypeError(`${statement}: a value is missing`);
    } else if (kind === 'number') {
      if (typeof value !== 'number') throw new TypeError(`${statement}: ${typeof value} is no number`);
      if (!Number.isSafeInteger(value))
        throw new RangeError(`${statement}: ${value} is no whole number that is exact`);
    } else if (kind === 'text' ? typeof value !== 'string' : !(value instanceof Uint8Array))
      throw new TypeError(`${statement}: ${typeof value} is no ${kind}`);
  });
  if (statement === 'check' && !isPlausible(Number(values[1])))
    throw new RangeError(`${statement}: the slot ${String(values[1])} is not from 2000 to 2100`);
}

/** The rows of a batch that PostgreSQL takes, and the parts that are left out: judged before anything is sent. */
export function siftRows(
  models: readonly ModelWrite[],
  missed: Iterable<readonly [string, number]>,
): { readonly rows: Rows; readonly refusals: readonly Refusal[] } {
  const all: [StatementName, Row][] = [];
  const refusals: Refusal[] = [];
  const put: Put = (statement, values) => {
    requireUsable(statement, values);
    all.push([statement, values]);
  };
  /** Runs `work` whole or not at all. */
  const whole = (work: () => void): unknown => {
    const before = all.length;
    try {
      work();
      return null;
    } catch (error) {
      if (!isUnusable(error)) throw error;
      all.length = before;
      return error;
    }
  };
  const accepts = (key: number | null, what: Refusal['what'], part: unknown, work: () => void): boolean => {
    const error = whole(work);
    if (error === null) return true;
    refusals.push({ key, ...describePart(what, part), what, message: messageOf(error) });
    return false;
  };
  for (const model of models) {
    if (whole(() => writeModel(put, model)) !== null) writeModelInParts(put, model, accepts);
  }
  for (const [cause, count] of missed)
    accepts(null, 'missed', { cause, count }, () => put('missed', [cause, count]));
  const rows: Rows = new Map();
  for (const [statement, values] of all) {
    const known = rows.get(statement);
    if (known === undefined) rows.set(statement, [values]);
    else known.push(values);
  }
  return { rows, refusals };
}
