import { dayMs, hourMs } from '../../../domain/period.js';
import { states, type Interval } from '../../../domain/state.js';
import type { Past } from '../../history.js';
import { answerOf, readOver } from '../../read/reading.js';
import { readSeries, type SeriesSource } from '../../read/series-steps.js';
import { histogramNames, type RollupRow } from '../../rows/rollup-row.js';
import type { Series } from '../../series-buckets.js';
import { instant } from '../columns.js';
import type { Database, Sql } from '../database.js';
import { readHorizons } from '../horizon-rows.js';
import { addRawCounts, countsSql } from './count-query.js';
import { readPoints } from './timeline-query.js';

/** Cuts a model's past into steps (ms) counted from the epoch, all from one state of the database. */
export type ReadSeries = (past: Past, window: Interval, stepMs: number) => Promise<Series>;

const columnsOf = {
  seconds: `${states.map((state) => `coalesce(${state}_ms, 0) AS ${state}_ms`).join(', ')}, NULL AS latency, NULL AS speed`,
  counts: `${countsSql}, ${histogramNames.join(', ')}`,
} as const;

function seriesSource(database: Database, sql: Sql): SeriesSource {
  return {
    horizons: () => answerOf(readHorizons(database, sql)),
    points: (key, from, to) => answerOf(readPoints(database, sql, key, { from, to })),
    *rows(level, figures, key, { from, to }) {
      const [unit, table] = level === 'hours' ? [hourMs, 'hour_rollup'] : [dayMs, 'day_rollup'];
      const { rows } = yield* answerOf(
        sql.run<RollupRow & { span: number }>(
          `SELECT span, ${columnsOf[figures]} FROM ${database.table(table)}
            WHERE model = $1 AND span >= $2::int8 AND span < $3::int8 ORDER BY span`,
          [key, instant(from / unit), instant(to / unit)],
        ),
      );
      return rows;
    },
    addRaw: (key, stretches) => answerOf(addRawCounts(database, sql, key, stretches)),
  };
}

export function prepareSeries(database: Database): ReadSeries {
  return (past, window, stepMs) =>
    database.snapshot((sql) => readOver(readSeries(seriesSource(database, sql), past, window, stepMs)));
}
