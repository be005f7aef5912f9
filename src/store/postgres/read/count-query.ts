import { highest, lowest } from '../../../domain/list.js';
import { dayMs, hourMs } from '../../../domain/period.js';
import { decodeLatencyInto } from '../../latency-blob.js';
import type { StoreReader } from '../../port.js';
import {
  addGroup,
  addLatencies,
  addSpeed,
  goodOutcomes,
  readCounts,
  type Counted,
  type CountSource,
} from '../../read/counted-results.js';
import { answerOf, readOver } from '../../read/reading.js';
import { inMaintenance, type CheckRow } from '../../rows/check-row.js';
import { addRow, countNames, histogramNames } from '../../rows/rollup-row.js';
import {
  alikeOf,
  alikeSql,
  checkRowOf,
  inputTokensSql,
  maintenanceSql,
  outcomeSql,
  outputTokensSql,
  streamedSql,
  tooGreat,
  type CheckColumns,
} from '../check-columns.js';
import { instant } from '../columns.js';
import type { Database, Sql } from '../database.js';
import { daySlices } from '../day-slices.js';
import { readHorizons } from '../horizon-rows.js';

/** Columns of stored rows for `addRow`: what is null is 0, but for a cost that is not known. */
export const countsSql = [...countNames.map((name) => `coalesce(${name}, 0) AS ${name}`), 'cost'].join(', ');

/** A result whose figures do not fit into their columns, as a group of its own. */
function addSingle(tally: Counted['tally'], row: CheckRow): void {
  const { outcome, reason, flags, input_tokens: input, output_tokens: output, cost } = row;
  const isWhole = input !== null && output !== null;
  const isInMaintenance = (flags & inMaintenance) !== 0;
  addGroup(tally, {
    outcome,
    reason,
    inMaintenance: isInMaintenance,
    results: 1,
    inputTokens: isWhole ? input : 0,
    outputTokens: isWhole ? output : 0,
    cost,
  });
  if (!isInMaintenance && goodOutcomes.includes(outcome) && row.duration !== null)
    addLatencies(tally, [row.duration]);
}

/** Adds the speed of a streamed result that counts. */
function addStreamed(tally: Counted['tally'], row: CheckRow): void {
  if ((row.flags & inMaintenance) === 0 && goodOutcomes.includes(row.outcome)) addSpeed(tally, row);
}

interface GroupRow {
  readonly n: number;
  readonly alike: number;
  readonly results: number;
  readonly input: number | null;
  readonly output: number | null;
  readonly cost: number | null;
  readonly durations: readonly number[] | null;
  readonly streamed: boolean;
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
      sum(${outputTokensSql}) AS output, sum(cost)::float8 AS cost, array_agg(duration) FILTER (WHERE duration IS NOT NULL
        AND ${outcomeSql} IN (${goodOutcomes.join(', ')}) AND ${maintenanceSql} = 0) AS durations,
      coalesce(bool_or(${streamedSql}), false) AS streamed
    ${within} GROUP BY 1, 2`,
    values,
  );
  for (const { n, alike, results, input, output, cost, durations } of rows) {
    const [tally, group] = [stretches[n]?.tally, alikeOf(alike)];
    if (tally === undefined || group.tooGreat) continue;
    addGroup(tally, {
      ...group,
      inMaintenance: (group.flags & inMaintenance) !== 0,
      results,
      inputTokens: input ?? 0,
      outputTokens: output ?? 0,
      cost,
    });
    addLatencies(tally, durations ?? []);
  }
  const each = async (condition: string, take: typeof addSingle): Promise<void> => {
    const single = await sql.run<CheckColumns & { n: number }>(
      `SELECT n, stored.day, slot, code, duration, tokens, rest, cost ${within} AND ${condition}`,
      values,
    );
    for (const row of single.rows) {
      const tally = stretches[row.n]?.tally;
      if (tally !== undefined) take(tally, checkRowOf(row));
    }
  };
  if (rows.some(({ alike }) => alikeOf(alike).tooGreat)) await each(`code & ${tooGreat} <> 0`, addSingle);
  if (rows.some(({ streamed }) => streamed)) await each(streamedSql, addStreamed);
}

function countSource(database: Database, sql: Sql): CountSource {
  const sums = [
    ...countNames.map((name) => `coalesce(sum(${name}), 0)::float8 AS ${name}`),
    'sum(cost)::float8 AS cost',
  ].join(', ');
  const blobs = histogramNames
    .map((name) => `array_agg(${name}) FILTER (WHERE ${name} IS NOT NULL) AS ${name}`)
    .join(', ');
  const levels = {
    hours: { unit: hourMs, table: database.table('hour_rollup') },
    days: { unit: dayMs, table: database.table('day_rollup') },
  };
  return {
    horizons: () => answerOf(readHorizons(database, sql)),
    *addLevel(level, tally, key, { from, to }) {
      const { unit, table } = levels[level];
      const { rows } = yield* answerOf(
        sql.run<
          Record<string, number> & Record<(typeof histogramNames)[number], readonly Uint8Array[] | null>
        >(
          `SELECT ${sums}, ${blobs} FROM ${table}
            WHERE model = $1 AND span >= $2::int8 AND span < $3::int8`,
          [key, instant(from / unit), instant(to / unit)],
        ),
      );
      for (const { latency, speed, ...row } of rows) {
        addRow(tally, { ...(row as Record<string, number>), latency: null, speed: null });
        for (const blob of latency ?? []) decodeLatencyInto(tally.latency, blob);
        for (const blob of speed ?? []) decodeLatencyInto(tally.speed, blob);
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
