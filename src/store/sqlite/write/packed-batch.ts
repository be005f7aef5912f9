import { keysOf } from '../../../domain/table.js';
import { putBatch } from '../../write/model-write.js';
import type { Batch } from '../../port.js';
import { parameters, type Put, type Value } from '../../write/batch-rows.js';

/**
 * The rows that a batch writes, cheap to pass to another thread: two transferable blocks of memory. Each row is the
 * number of its statement and its parameters in order: a number as it is, a text (as UTF-8) or blob as the number of
 * its bytes.
 */
export interface PackedBatch {
  /** NaN for null, as in SQLite. */
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const statementNames = keysOf(parameters);
const numberOf = new Map(statementNames.map((name, index) => [name, index]));

/** Buffers for a batch, which grow and are reused for the next. */
function createRoom() {
  let numbers = new Float64Array(4_096);
  let bytes = Buffer.alloc(65_536);
  let [count, length] = [0, 0];

  const reserve = (more: number): void => {
    if (length + more <= bytes.length) return;
    const wider = Buffer.alloc(2 * (length + more));
    wider.set(bytes);
    bytes = wider;
  };
  const number = (value: number): void => {
    if (count === numbers.length) {
      const wider = new Float64Array(2 * count);
      wider.set(numbers);
      numbers = wider;
    }
    numbers[count] = value;
    count += 1;
  };

  return {
    number,
    text(text: string) {
      reserve(3 * text.length);
      const written = bytes.write(text, length);
      number(written);
      length += written;
    },
    blob(blob: Uint8Array) {
      reserve(blob.length);
      bytes.set(blob, length);
      number(blob.length);
      length += blob.length;
    },
    clear() {
      [count, length] = [0, 0];
    },
    copy: (): PackedBatch => ({
      numbers: numbers.slice(0, count),
      bytes: new Uint8Array(bytes.subarray(0, length)),
    }),
  };
}

/** The returned function throws TypeError for a value whose kind differs from its parameter's. */
export function createPackBatch(): (batch: Batch) => PackedBatch {
  const room = createRoom();
  const put: Put = (statement, values) => {
    room.number(numberOf.get(statement) ?? NaN);
    const kinds = parameters[statement];
    for (let at = 0; at < kinds.length; at += 1) {
      const kind = kinds[at];
      const value = values[at] ?? null;
      if (value === null) room.number(NaN);
      else if (kind === 'number' && typeof value === 'number') room.number(value);
      else if (kind === 'text' && typeof value === 'string') room.text(value);
      else if (kind === 'blob' && value instanceof Uint8Array) room.blob(value);
      else throw new TypeError(`${statement}: no ${kind}`);
    }
  };
  return (batch) => {
    room.clear();
    putBatch(put, batch);
    return room.copy();
  };
}

/** Passes every row of the packed batch to `put`, its texts as bytes of UTF-8. */
export function putPacked(put: Put, { numbers, bytes }: PackedBatch): void {
  let length = 0;
  for (let at = 0; at < numbers.length;) {
    const statement = statementNames[numbers[at++] ?? NaN];
    if (statement === undefined) throw new Error('the packed batch names a statement that is none');
    const values: Value[] = [];
    for (const kind of parameters[statement]) {
      const number = numbers[at++] ?? NaN;
      if (Number.isNaN(number)) values.push(null);
      else if (kind === 'number') values.push(number);
      else values.push(bytes.subarray(length, (length += number)));
    }
    put(statement, values);
  }
}
