import { highest, lowest } from '../../../domain/list.js';
import { dayMs, hourMs } from '../../../domain/period.js';
import { decodeLatencyInto } from '../../latency-blob.js';
import type { StoreReader } from '../../port.js';
import {
  addGroup,
  addLatencies,
  goodOutcomes,
  readCounts,
  type Counted,
  type CountSource,
} from '../../read/counted-results.js';
import { answerOf, readOver } from '../../read/reading.js';
import { inMaintenance, type CheckRow } from '../../rows/check-row.js';
import { addRow, countNames, type RollupRow } from '../../rows/rollup-row.js';
import {
  alikeOf,
  alikeSql,
  checkRowOf,
  inputTokensSql,
  maintenanceSql,
  outcomeSql,
  outputTokensSql,
  tooGreat,
  type CheckColumns,
} from '../check-columns.js';
import { instant } from '../columns.js';
import type { Database, Sql } from '../database.js';
import { daySlices } from '../day-slices.js';
import { readHorizons } from '../horizon-rows.js';

/** Columns of stored rows for `addRow`: what is null is 0. */
export const countsSql = countNames.map((name) => `coalesce(${name}, 0) AS ${name}`).join(', ');

/** A result whose figures do not fit into their columns, as a group of its own. */
function addSingle(tally: Counted['tally'], row: CheckRow): void {
  const { outcome, reason, flags, input_tokens: input, output_tokens: output } = row;
  const isWhole = input !== null && output !== null;
  const isInMaintenance = (flags & inMaintenance) !== 0;
  addGroup(tally, {
    outcome,
    reason,
    inMaintenance: isInMaintenance,
    results: 1,
    inputTokens: isWhole ? input : 0,
    outputTokens: isWhole ? output : 0,
  });
  if (!isInMaintenance && goodOutcomes.includes(outcome) && row.duration !== null)
    addLatencies(tally, [row.duration]);
}

interface GroupRow {
  readonly n: number;
  readonly alike: number;
  readonly results: number;
  readonly input: number | null;
  readonly output: number | null;
  readonly durations: readonly number[] | null;
}

/** Adds the results of each stretch to its tally, all with one statement. */
export async function addRawCounts(
  database: Database,
  sql: Sql,
  key: number,
  stretches: readonly Counted[],
): Promise<void> {
  const slices = (await daySlices(database, sql, stretches)).flatMap((own, n) =>
    own.map((slice) => ({ ...slice, n })),
  );
  if (slices.length === 0) return;
  const days = slices.map(({ day }) => day);
  const values = [
    key,
    days,
    slices.map(({ from }) => from),
    slices.map(({ to }) => to),
    slices.map(({ n }) => n),
    lowest(days),
    highest(days),
  ];
  // The days are given as bounds too, since the planner leaves out partitions by constants alone.
  const within = `FROM ${database.table('check_result')} AS stored
    JOIN unnest($2::int2[], $3::int4[], $4::int4[], $5::int4[]) AS part (day, first, until, n)
      ON stored.day = part.day AND stored.slot >= part.first AND stored.slot < part.until
    WHERE model = $1 AND stored.day >= $6::int2 AND stored.day <= $7::int2`;
  const { rows } = await sql.run<GroupRow>(
    `SELECT n, ${alikeSql} AS alike, count(*) AS results, sum(${inputTokensSql}) AS input,
      sum(${outputTokensSql}) AS output, array_agg(duration) FILTER (WHERE duration IS NOT NULL
        AND ${outcomeSql} IN (${goodOutcomes.join(', ')}) AND ${maintenanceSql} = 0) AS durations
    ${within} GROUP BY 1, 2`,
    values,
  );
  for (const { n, alike, results, input, output, durations } of rows) {
    const [tally, group] = [stretches[n]?.tally, alikeOf(alike)];
    if (tally === undefined || group.tooGreat) continue;
    addGroup(tally, {
      ...group,
      inMaintenance: (group.flags & inMaintenance) !== 0,
      results,
      inputTokens: input ?? 0,
      outputTokens: output ?? 0,
    });
    addLatencies(tally, durations ?? []);
  }
  if (!rows.some(({ alike }) => alikeOf(alike).tooGreat)) return;
  const single = await sql.run<CheckColumns & { n: number }>(
    `SELECT n, stored.day, slot, code, duration, tokens, rest ${within} AND code & ${tooGreat} <> 0`,
    values,
  );
  for (const row of single.rows) {
    const tally = stretches[row.n]?.tally;
    if (tally !== undefined) addSingle(tally, checkRowOf(row));
  }
}

function countSource(database: Database, sql: Sql): CountSource {
  const sums = countNames.map((name) => `coalesce(sum(${name}), 0)::float8 AS ${name}`).join(', ');
  const levels = {
    hours: { unit: hourMs, table: database.table('hour_rollup') },
    days: { unit: dayMs, table: database.table('day_rollup') },
  };
  return {
    horizons: () => answerOf(readHorizons(database, sql)),
    *addLevel(level, tally, key, { from, to }) {
      const { unit, table } = levels[level];
      const { rows } = yield* answerOf(
        sql.run<Record<string, number> & { latencies: readonly Uint8Array[] | null }>(
          `SELECT ${sums}, array_agg(latency) FILTER (WHERE latency IS NOT NULL) AS latencies FROM ${table}
            WHERE model = $1 AND span >= $2::int8 AND span < $3::int8`,
          [key, instant(from / unit), instant(to / unit)],
        ),
      );
      for (const { latencies, ...row } of rows) {
        addRow(tally, { ...(row as Omit<RollupRow, 'latency'>), latency: null });
        for (const latency of latencies ?? []) decodeLatencyInto(tally.latency, latency);
      }
    },
    addRaw: (key, stretches) => answerOf(addRawCounts(database, sql, key, stretches)),
  };
}

/** Counts over a window. */
export function prepareCounts(database: Database): StoreReader['counts'] {
  return (key, from, to, without = []) =>
    database.snapshot((sql) => readOver(readCounts(countSource(database, sql), key, { from, to }, without)));
}
