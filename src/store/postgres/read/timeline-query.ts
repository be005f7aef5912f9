import { parseJson } from '../../../domain/json.js';
import { dayMs, hourMs } from '../../../domain/period.js';
import {
  states,
  type Interval,
  type State,
  type StateDurations,
  type StatePoint,
} from '../../../domain/state.js';
import { stateCodes, stateReasonCodes } from '../../codes.js';
import type { ModelWindow, StoreReader } from '../../port.js';
import { readSpent, type Piece, type ReasonTime } from '../../read/down-time.js';
import { answerOf, given, readOver } from '../../read/reading.js';
import {
  fewPoints,
  holesIn,
  knownOf,
  pointBase,
  readDurations,
  type TimelineSource,
} from '../../read/spent-time.js';
import type { Horizons } from '../../window.js';
import { instant } from '../columns.js';
import type { Database, Sql } from '../database.js';
import { readHorizons } from '../horizon-rows.js';

interface PointRow {
  readonly starts: number;
  readonly state: number;
  readonly reason: number | null;
}

/** The point in force at $2, then those up to $3, $4 at most. */
const pointsSql = (table: string): string => `
  SELECT * FROM (
    (SELECT starts, state, reason FROM ${table} WHERE model = $1 AND starts <= $2 ORDER BY starts DESC LIMIT 1)
    UNION ALL
    (SELECT starts, state, reason FROM ${table} WHERE model = $1 AND starts > $2 AND starts < $3
      ORDER BY starts LIMIT $4)
  ) AS both_parts ORDER BY starts LIMIT $4`;

export async function readPoints(
  database: Database,
  sql: Sql,
  key: number,
  { from, to }: Interval,
  most = Number.MAX_SAFE_INTEGER,
): Promise<StatePoint[]> {
  const { rows } = await sql.run<PointRow>(pointsSql(database.table('state')), [
    key,
    instant(from),
    instant(to),
    instant(most),
  ]);
  return rows.map(({ starts, state, reason }) => ({
    from: starts,
    state: stateCodes.toWord(state),
    reason: reason === null ? null : stateReasonCodes.toWord(reason),
  }));
}

/** The first points of many windows in one statement, since each statement takes a round trip; one list a window. */
async function readFirstPoints(
  database: Database,
  sql: Sql,
  windows: readonly (Interval & { readonly key: number })[],
): Promise<PointRow[][]> {
  const table = database.table('state');
  const { rows } = await sql.run<PointRow & { readonly place: number }>(
    `SELECT w.place::int4 AS place, p.starts, p.state
      FROM unnest($1::int4[], $2::int8[], $3::int8[]) WITH ORDINALITY AS w(model, opens, closes, place)
      CROSS JOIN LATERAL (
        (SELECT starts, state FROM ${table} WHERE model = w.model AND starts <= w.opens ORDER BY starts DESC LIMIT 1)
        UNION ALL
        (SELECT starts, state FROM ${table} WHERE model = w.model AND starts > w.opens AND starts < w.closes
          ORDER BY starts LIMIT $4)
      ) AS p ORDER BY 1, 2`,
    [
      windows.map(({ key }) => key),
      windows.map(({ from }) => instant(from)),
      windows.map(({ to }) => instant(to)),
      instant(fewPoints + 1),
    ],
  );
  const found: PointRow[][] = windows.map(() => []);
  for (const row of rows) found[row.place - 1]?.push(row);
  return found;
}

const nameOf = (key: number, { from, to }: Interval): string => `${key} ${from} ${to}`;

/** What the time in each state is told from; the first points of `windows` are read at once. */
async function timelineSource(
  database: Database,
  sql: Sql,
  windows: readonly ModelWindow[],
): Promise<TimelineSource> {
  const horizons: Horizons = await readHorizons(database, sql);
  const first = new Map<string, readonly PointRow[]>();
  const known = windows.map((window) => ({ key: window.key, ...knownOf(window, horizons) }));
  for (const [index, rows] of (await readFirstPoints(database, sql, known)).entries()) {
    const window = known[index];
    if (window !== undefined) first.set(nameOf(window.key, window), rows.slice(0, fewPoints + 1));
  }
  const sums = states.map((state) => `sum(${state}_ms)::float8 AS ${state}`).join(', ');
  const tables = { hours: database.table('hour_rollup'), days: database.table('day_rollup') };
  return {
    horizons: () => given(horizons),
    *points(key, { from, to }, few) {
      const ready = few ? first.get(nameOf(key, { from, to })) : undefined;
      const rows =
        ready ??
        (yield* answerOf(
          sql.run<PointRow>(pointsSql(database.table('state')), [
            key,
            instant(from),
            instant(to),
            few ? fewPoints + 1 : Number.MAX_SAFE_INTEGER,
          ]),
        )).rows;
      const packed = rows.map(({ starts, state }) => starts * pointBase + state);
      const isFirst = (rows[0]?.starts ?? Infinity) <= from;
      return isFirst
        ? { first: packed[0], later: packed.slice(1) }
        : { first: undefined, later: packed.slice(0, few ? fewPoints : undefined) };
    },
    *sum(level, key, { from, to }) {
      const unit = level === 'hours' ? hourMs : dayMs;
      const { rows } = yield* answerOf(
        sql.run<Record<State, number | null>>(
          `SELECT ${sums} FROM ${tables[level]} WHERE model = $1 AND span >= $2::int8 AND span < $3::int8`,
          [key, instant(from / unit), instant(to / unit)],
        ),
      );
      const [row] = rows;
      if (row === undefined) return undefined;
      return {
        healthy: row.healthy ?? 0,
        degraded: row.degraded ?? 0,
        unhealthy: row.unhealthy ?? 0,
        unknown: row.unknown ?? 0,
        maintenance: row.maintenance ?? 0,
      };
    },
  };
}

async function durationsIn(
  database: Database,
  sql: Sql,
  windows: readonly ModelWindow[],
): Promise<StateDurations[]> {
  const source = await timelineSource(database, sql, windows);
  const sums: StateDurations[] = [];
  for (const { key, from, to, without = [] } of windows) {
    const holes = holesIn({ from, to }, without);
    sums.push(await readOver(readDurations(source, key, { from, to }, holes)));
  }
  return sums;
}

/** Unhealthy time by reason of many pieces in one statement; one list a piece. */
async function readDown(database: Database, sql: Sql, pieces: readonly Piece[]): Promise<ReasonTime[][]> {
  const table = database.table('state');
  const { rows } = await sql.run<ReasonTime & { readonly place: number }>(
    `SELECT w.place::int4 AS place, d.reason, d.ms
      FROM unnest($1::int4[], $2::int8[], $3::int8[]) WITH ORDINALITY AS w(model, opens, closes, place)
      CROSS JOIN LATERAL (
        SELECT reason, sum(least(ends, w.closes) - greatest(starts, w.opens))::float8 AS ms FROM (
          SELECT starts, state, reason, lead(starts, 1, w.closes) OVER (ORDER BY starts) AS ends FROM ${table}
            WHERE model = w.model AND starts < w.closes
              AND starts >= coalesce((SELECT max(starts) FROM ${table} WHERE model = w.model AND starts <= w.opens), w.opens)
        ) AS line WHERE state = ${stateCodes.toCode('unhealthy')} AND ends > w.opens GROUP BY reason
      ) AS d`,
    [
      pieces.map(({ key }) => key),
      pieces.map(({ from }) => instant(from)),
      pieces.map(({ to }) => instant(to)),
    ],
  );
  const found: ReasonTime[][] = pieces.map(() => []);
  for (const { place, reason, ms } of rows) found[place - 1]?.push({ reason, ms });
  return found;
}

type Timeline = Pick<StoreReader, 'points' | 'durations' | 'spent' | 'maintenance' | 'epochs' | 'gaps'>;

/** Queries on the time line. */
export function prepareTimeline(database: Database): Timeline {
  const table = (name: string): string => database.table(name);
  return {
    points: (key, from, to, most) => readPoints(database, database, key, { from, to }, most),
    // One state of the database, so that the time of a hole was part of the whole.
    durations: (windows) => database.snapshot((sql) => durationsIn(database, sql, windows)),
    spent: (windows) =>
      database.snapshot(async (sql) => {
        const durations = await durationsIn(database, sql, windows);
        const horizons = await readHorizons(database, sql);
        const ask = (pieces: readonly Piece[]) => answerOf(readDown(database, sql, pieces));
        return readOver(readSpent(windows, durations, horizons, ask));
      }),
    async maintenance(key, from, to) {
      const { rows } = await database.run<Interval & { from: number; to: number }>(
        `SELECT starts AS "from", ends AS "to" FROM ${table('maintenance')}
          WHERE model = $1 AND starts < $3 AND ends > $2 ORDER BY starts`,
        [key, instant(from), instant(to)],
      );
      return rows;
    },
    async epochs(key) {
      const { rows } = await database.run<{ starts: number; settings: string }>(
        `SELECT starts, settings FROM ${table('epoch')} WHERE model = $1 ORDER BY starts`,
        [key],
      );
      return rows.map(({ starts, settings }) => ({ from: starts, settings: parseJson(settings) }));
    },
    async gaps(key) {
      const { rows } = await database.run<{ slot: number }>(
        `SELECT slot FROM ${table('gap')} WHERE model = $1 ORDER BY slot`,
        [key],
      );
      return rows.map(({ slot }) => slot);
    },
  };
}
