import type { Database } from 'better-sqlite3';
import { messageOf } from '../../../domain/thrown.js';
import { refusesContent } from '../file/failure.js';
import { describePart } from '../../write/refused-part.js';
import { writeModelInParts } from '../../write/isolated-write.js';
import { putBatch, writeModel } from '../../write/model-write.js';
import { putPacked, type PackedBatch } from './packed-batch.js';
import type { Batch, Refusal } from '../../port.js';
import { prepareStatements } from './statements.js';

export interface Write {
  /**
   * Applies a batch in one transaction. A batch with content that the store refuses is applied again in parts: the
   * refused parts are left out and returned. Every other failure throws, with nothing written.
   */
  batch(batch: Batch): readonly Refusal[];
  /** Applies a packed batch; false, with nothing written, when the store refuses a part of it for its content. */
  packed(packed: PackedBatch): boolean;
}

export function prepareWrite(database: Database): Write {
  const put = prepareStatements(database);
  const whole = database.transaction((batch: Batch) => {
    putBatch(put, batch);
  });
  const wholePacked = database.transaction((packed: PackedBatch) => {
    putPacked(put, packed);
  });
  const nested = database.transaction((work: () => void) => work());

  const inParts = database.transaction((batch: Batch): Refusal[] => {
    const refusals: Refusal[] = [];
    const accepts = (key: number | null, what: Refusal['what'], part: unknown, work: () => void): boolean => {
      try {
        nested(work);
        return true;
      } catch (error) {
        if (!refusesContent(error)) throw error;
        refusals.push({ key, ...describePart(what, part), what, message: messageOf(error) });
        return false;
      }
    };
    for (const model of batch.models) {
      try {
        nested(() => writeModel(put, model));
      } catch (error) {
        if (!refusesContent(error)) throw error;
        writeModelInParts(put, model, accepts);
      }
    }
    for (const [cause, count] of batch.missed)
      accepts(null, 'missed', { cause, count }, () => put('missed', [cause, count]));
    return refusals;
  });

  return {
    batch(batch) {
      try {
        whole.immediate(batch);
        return [];
      } catch (error) {
        if (!refusesContent(error)) throw error;
        return inParts.immediate(batch);
      }
    },
    packed(packed) {
      try {
        wholePacked.immediate(packed);
        return true;
      } catch (error) {
        if (!refusesContent(error)) throw error;
        return false;
      }
    },
  };
}
