import { parseJson } from '../../domain/json.js';
import type { Reading } from '../read/reading.js';
import { mismatchesOf, type Mismatch } from '../rows/rebuild-row.js';
import { createRecount, type Pair, type Recount, type RecountSource } from './recount.js';
import { replayAll, type Replayed, type ReplayOptions, type ReplaySource } from './replay.js';

/** A store whose hours and days are compared, and mended. */
export interface RebuildSource extends RecountSource, ReplaySource {
  /** Deletes the stored hour or day, and writes the right one. */
  mend(key: number, pair: Pair): Reading<void>;
}

/** A wrong row of hours or days. */
export interface WrongRow {
  readonly model: string;
  readonly table: Pair['table'];
  /** Unix ms of its start. */
  readonly from: number;
  readonly mismatches: readonly Mismatch[];
}

export interface Rebuilt {
  /** Rows compared. */
  readonly rows: number;
  readonly wrong: number;
  readonly givenUp: Recount['givenUp'];
  readonly replayed: Replayed;
}

export interface RebuildOptions extends ReplayOptions {
  /** Called for each wrong row, those of a model by time. */
  readonly found: (row: WrongRow) => void;
}

interface Counted {
  readonly id: string;
  readonly recount: Recount;
}

/** Recounts a model, and mends it with `repairs`; null for one without a memory. */
function* recountOne(
  source: RebuildSource,
  key: number,
  { memory }: RebuildOptions,
  repairs: boolean,
): Reading<Counted | null> {
  const row = yield* source.model(key);
  const known = parseJson(row?.health ?? 'null');
  if (row === undefined || known === null) return null;
  const recount = yield* createRecount(source)(key, memory.covered(known), yield* source.horizons());
  if (repairs) for (const pair of recount.wrong) yield* source.mend(key, pair);
  return { id: row.id, recount };
}

/**
 * Recounts each model over one state of the store, and replays its time line; writes nothing unless it `repairs`, and the time
 * line never.
 */
export function* rebuildAll(
  source: RebuildSource,
  options: RebuildOptions,
  repairs: boolean,
): Reading<Rebuilt> {
  let [rows, wrong, givenUp] = [0, 0, 0];
  for (const { key } of yield* source.models()) {
    const counted = yield* source.atOnce<Counted | null>(
      (moment) => recountOne({ ...source, ...moment }, key, options, repairs),
      repairs,
    );
    if (counted === null) continue;
    const { id, recount } = counted;
    rows += recount.rows;
    wrong += recount.wrong.length;
    givenUp += recount.givenUp;
    for (const { table, from, stored, right } of recount.wrong) {
      options.found({ model: id, table, from, mismatches: mismatchesOf(stored, right) });
    }
  }
  return { rows, wrong, givenUp, replayed: yield* replayAll(source, options) };
}
