import { highest, lowest } from '../../../domain/list.js';
import { hourMs } from '../../../domain/period.js';
import { decodeLatencyInto } from '../../latency-blob.js';
import type { StoreReader } from '../../port.js';
import type { Database } from '../database.js';

interface HourRow {
  readonly n: number;
  readonly latency: Uint8Array | null;
  readonly speed: Uint8Array | null;
}

/** Histograms of some hours of models, all with one statement. */
export function prepareHourHistograms(database: Database): StoreReader['hourHistograms'] {
  // The hours are given as bounds too, since the planner leaves out partitions by constants alone.
  const select = `SELECT n, latency, speed FROM ${database.table('hour_rollup')}
    JOIN unnest($1::int4[], $2::int4[], $3::int4[]) AS asked (n, model, span) USING (model, span)
    WHERE span >= $4 AND span <= $5`;
  return async (asked) => {
    const sums = asked.map(() => ({ latency: new Map<number, number>(), speed: new Map<number, number>() }));
    const all = asked.flatMap(({ key, hours }, n) => hours.map((hour) => ({ n, key, span: hour / hourMs })));
    if (all.length === 0) return sums;
    const spans = all.map(({ span }) => span);
    const { rows } = await database.run<HourRow>(select, [
      all.map(({ n }) => n),
      all.map(({ key }) => key),
      spans,
      lowest(spans),
      highest(spans),
    ]);
    for (const { n, latency, speed } of rows) {
      const sum = sums[n];
      if (sum === undefined) continue;
      decodeLatencyInto(sum.latency, latency);
      decodeLatencyInto(sum.speed, speed);
    }
    return sums;
  };
}
