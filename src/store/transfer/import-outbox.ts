import { given, type Reading } from '../read/reading.js';
import type { OutboxKind, Row } from './history-kinds.js';
import type { ImportTarget } from './import-model.js';

/** Takes the lines behind the models in their order: notices, channels, messages, incidents of vendors. */
export interface OutboxIntake {
  take(kind: OutboxKind, row: Row): Reading<void>;
}

/**
 * Prepares the import of what channels were told. A store that knows any channel keeps what it has: its channels would tell again what
 * those of the file have told. `isWhole` says whether all models of the file are new in the store.
 */
export function createOutboxIntake(target: ImportTarget, isWhole: () => boolean): OutboxIntake {
  /** Numbers of notices in the file, and here. */
  const numbers: (readonly [theirs: number, ours: number])[] = [];
  let isWanted: boolean | null = null;

  /** The number of the last notice here that a channel has read which has read those of the file up to `theirs`. */
  function readTo(theirs: number): number {
    const read = numbers.findLast(([their]) => their <= theirs);
    if (read !== undefined) return read[1];
    const [first] = numbers;
    return first === undefined ? 0 : first[1] - 1;
  }

  return {
    *take(kind, row) {
      if (kind === 'vendor_incident') return yield* target.addVendorIncident(row);
      isWanted ??= isWhole() && !(yield* target.hasChannels());
      if (!isWanted) return yield* given(undefined);
      switch (kind) {
        case 'notice':
          numbers.push([Number(row.id), yield* target.addNotice(row)]);
          return;
        case 'channel':
          yield* target.addChannel({ ...row, read_to: readTo(Number(row.read_to)) });
          return;
        case 'message':
          yield* target.addMessage(row);
      }
    },
  };
}
