import { writeModel } from './model-write.js';
import type { Batch } from '../port.js';
import { parameters, type Put, type StatementName, type Value } from './statements.js';

/**
 * The rows that a batch writes, as another thread gets them at little cost: numbers in one block of memory, texts in
 * one array. Each row is the number of its statement, then its numbers; its texts and blobs (as Latin-1) come in the
 * order of the parameters.
 */
export interface PackedBatch {
  /** NaN for null, as SQLite has it. */
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly texts: readonly (string | null)[];
}

const statementNames = Object.keys(parameters) as StatementName[];
const numberOf = new Map(statementNames.map((name, index) => [name, index]));

/** Gives every row of the batch to `put`. */
export function putBatch(put: Put, { models, missed }: Batch): void {
  for (const model of models) writeModel(put, model);
  for (const [cause, count] of missed) put('missed', [cause, count]);
}

/** Throws TypeError for a value of another kind than its parameter. */
export function packBatch(batch: Batch): PackedBatch {
  const numbers: number[] = [];
  const texts: (string | null)[] = [];
  putBatch((statement, values) => {
    numbers.push(numberOf.get(statement) ?? NaN);
    const kinds = parameters[statement];
    for (let at = 0; at < kinds.length; at += 1) {
      const [kind, value = null] = [kinds[at], values[at]];
      if (kind === 'number' && (value === null || typeof value === 'number')) numbers.push(value ?? NaN);
      else if (kind === 'text' && (value === null || typeof value === 'string')) texts.push(value);
      else if (kind === 'blob' && (value === null || value instanceof Uint8Array))
        texts.push(value === null ? null : Buffer.from(value).toString('latin1'));
      else throw new TypeError(`${statement}: no ${kind}`);
    }
  }, batch);
  return { numbers: new Float64Array(numbers), texts };
}

/** Gives every row of the packed batch to `put`. */
export function putPacked(put: Put, { numbers, texts }: PackedBatch): void {
  let nextText = 0;
  for (let at = 0; at < numbers.length;) {
    const statement = statementNames[numbers[at++] ?? NaN];
    if (statement === undefined) throw new Error('the packed batch names a statement that is none');
    const values: Value[] = [];
    for (const kind of parameters[statement]) {
      if (kind === 'number') {
        const value = numbers[at++] ?? NaN;
        values.push(Number.isNaN(value) ? null : value);
        continue;
      }
      const text = texts[nextText++] ?? null;
      values.push(kind === 'blob' && text !== null ? Buffer.from(text, 'latin1') : text);
    }
    put(statement, values);
  }
}
