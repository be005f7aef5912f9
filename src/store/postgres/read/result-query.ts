import { outcomeCodes } from '../../codes.js';
import type { StoreReader } from '../../port.js';
import { latestOf, resultOf, type CheckRow } from '../../rows/check-row.js';
import { checkRowOf, outcomeSql, type CheckColumns } from '../check-columns.js';
import type { Database } from '../database.js';
import { daySlices } from '../day-slices.js';
import { readHorizons, type AllHorizons } from '../horizon-rows.js';
import { startOf } from '../partitions.js';

/** False for a result that retention has taken, whose partition is not dropped yet. */
export function isShown({ slot, outcome }: CheckRow, horizons: AllHorizons): boolean {
  return slot >= horizons.checks || (outcome !== 0 && slot >= horizons.failures);
}

/** Without what retention has taken from a result: its texts go before it goes. */
export function withoutOldTexts(row: CheckRow, details: number): CheckRow {
  if (row.slot >= details) return row;
  return { ...row, detail: null, response: null, response_model: null, phases: null };
}

/** Results newest first, day by day; only the newest result of the model has all members. */
export function prepareResults(database: Database): StoreReader['results'] {
  const table = database.table('check_result');
  const select = `SELECT day, slot, code, duration, tokens, rest, cost FROM ${table}
    WHERE model = $1 AND day = $2::int2 AND slot >= $3 AND slot < $4`;
  // Only whole partitions are dropped: until then, a healthy result before $5 is hidden.
  const shown = `(${outcomeSql} <> 0 OR slot >= $5)`;
  const order = 'ORDER BY slot DESC LIMIT $6';
  const statements = {
    any: `${select} AND ${shown} ${order}`,
    // The first condition is that of the partial index.
    other: `${select} AND ${outcomeSql} <> 0 AND ${shown} AND ${outcomeSql} = $7 ${order}`,
    healthy: `${select} AND ${shown} AND ${outcomeSql} = $7 ${order}`,
  };
  return (key, { from, to, before, outcome, limit }) =>
    database.snapshot(async (sql) => {
      const horizons = await readHorizons(database, sql);
      const window = {
        from: Math.max(from, Math.min(horizons.failures, horizons.checks)),
        to: Math.min(to, before ?? to),
      };
      const [slices = []] = await daySlices(database, sql, [window]);
      const code = outcome === undefined ? [] : [outcomeCodes.toCode(outcome)];
      const text =
        outcome === undefined ? statements.any : code[0] === 0 ? statements.healthy : statements.other;
      const found: CheckRow[] = [];
      for (const { day, ...slice } of slices.reverse()) {
        if (found.length >= limit) break;
        const { rows } = await sql.run<CheckColumns>(text, [
          key,
          day,
          slice.from,
          slice.to,
          Math.min(86_400_000, Math.max(0, horizons.checks - startOf(day))),
          limit - found.length,
          ...code,
        ]);
        for (const row of rows) found.push(withoutOldTexts(checkRowOf(row), horizons.details));
      }
      const stored = await sql.run<{ latest: string | null }>(
        `SELECT latest FROM ${database.table('model')} WHERE key = $1`,
        [key],
      );
      const latest = latestOf(stored.rows[0]?.latest);
      return found.map(resultOf).map((result) => (result.slot === latest?.slot ? latest : result));
    });
}
