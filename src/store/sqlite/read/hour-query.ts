import type { Database } from 'better-sqlite3';
import { hourMs } from '../../../domain/period.js';
import { decodeLatencyInto } from '../../latency-blob.js';
import type { HoursOfModel, Histograms } from '../../port.js';
import type { RollupRow } from '../../rows/rollup-row.js';

/** Histograms of some hours of models, each by its key. */
export function prepareHourHistograms(
  database: Database,
): (asked: readonly HoursOfModel[]) => readonly Histograms[] {
  const rows = database.prepare<[number, string], Pick<RollupRow, keyof Histograms>>(
    'SELECT latency, speed FROM hours WHERE model = ? AND span IN (SELECT value FROM json_each(?))',
  );
  return (asked) =>
    asked.map(({ key, hours }) => {
      const sum = { latency: new Map<number, number>(), speed: new Map<number, number>() };
      for (const { latency, speed } of rows.iterate(
        key,
        JSON.stringify(hours.map((hour) => hour / hourMs)),
      )) {
        decodeLatencyInto(sum.latency, latency);
        decodeLatencyInto(sum.speed, speed);
      }
      return sum;
    });
}
