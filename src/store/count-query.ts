import type { Database } from 'better-sqlite3';
import { addResult, dayMs, emptyRollup, hourMs, type HourlyChanges } from '../domain/rollup.js';
import { checkColumns, resultOf, type CheckRow } from './check-row.js';
import { prepareHorizons } from './horizons.js';
import type { Counts } from './port.js';
import { addRow, type RollupRow } from './rollup-row.js';
import { addRollup } from './tally.js';
import { partsOf, snap } from './window.js';

/** Counts over a window: the middle from rollups, the ends from raw results where those are still complete. */
export function prepareCounts(database: Database): (key: number, from: number, to: number) => Counts {
  type Bounds = [model: number, from: number, to: number];
  const days = database.prepare<Bounds, RollupRow>(
    'SELECT * FROM days WHERE model = ? AND span >= ? AND span < ?',
  );
  const hours = database.prepare<Bounds, RollupRow>(
    'SELECT * FROM hours WHERE model = ? AND span >= ? AND span < ?',
  );
  const raw = database.prepare<Bounds, CheckRow>(
    `SELECT ${checkColumns}, NULL AS detail, NULL AS response, NULL AS response_model, NULL AS phases
      FROM checks WHERE model = ? AND slot >= ? AND slot < ?`,
  );
  const horizons = prepareHorizons(database);

  return (key, from, to) => {
    const complete = horizons();
    const snapped = snap({ from, to }, complete);
    const parts = partsOf(snapped, complete);
    const sum = emptyRollup();
    for (const part of parts.days) {
      for (const row of days.iterate(key, part.from / dayMs, part.to / dayMs)) addRow(sum, row);
    }
    for (const part of parts.hours) {
      for (const row of hours.iterate(key, part.from / hourMs, part.to / hourMs)) addRow(sum, row);
    }
    // Counted as the recorder does, so that an hour gives the same from either.
    const ends: HourlyChanges = new Map();
    for (const part of parts.rest) {
      for (const row of raw.iterate(key, part.from, part.to)) addResult(ends, resultOf(row));
    }
    for (const end of ends.values()) addRollup(sum, end);
    const { outcomes, blames, inputTokens, outputTokens, latency } = sum;
    return { outcomes, blames, inputTokens, outputTokens, latency, resolution: snapped.resolution };
  };
}
