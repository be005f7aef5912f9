import type { Histogram } from '../../../domain/histogram.js';
import { highest, lowest } from '../../../domain/list.js';
import { decodeLatencyInto, encodeLatency } from '../../latency-blob.js';
import { stateCodes } from '../../codes.js';
import { costAt, figureNames, histogramNames, sumNames } from '../../rows/rollup-row.js';
import { sumOfCosts } from '../../../domain/cost.js';
import type { Value } from '../../write/batch-rows.js';
import { columnsOf, unnest } from '../columns.js';
import type { Database, Sql } from '../database.js';

type Table = 'hour_rollup' | 'day_rollup';

/** The figures of an hour or a day while they are added up. */
interface Figures {
  readonly model: number;
  readonly span: number;
  readonly sums: number[];
  cost: number | null;
  /** In the order of `histogramNames`. */
  readonly histograms: readonly Histogram[];
}

function figuresIn(all: Map<string, Figures>, model: number, span: number): Figures {
  const name = `${model} ${span}`;
  const known = all.get(name);
  if (known !== undefined) return known;
  const histograms = histogramNames.map((): Histogram => new Map());
  const made = { model, span, sums: sumNames.map(() => 0), cost: null, histograms };
  all.set(name, made);
  return made;
}

function add(to: Figures, figures: readonly unknown[]): void {
  const { sums, histograms } = to;
  for (let at = 0; at < sums.length; at += 1) sums[at] = (sums[at] ?? 0) + Number(figures[at] ?? 0);
  const cost = figures[costAt] ?? null;
  to.cost = sumOfCosts(to.cost, cost === null ? null : Number(cost));
  histograms.forEach((histogram, index) => {
    const blob = figures[costAt + 1 + index];
    if (blob instanceof Uint8Array) decodeLatencyInto(histogram, blob);
  });
}

const bytesOf = (histogram: Histogram): Buffer | null => {
  const blob = encodeLatency(histogram);
  return blob === null ? null : Buffer.from(blob);
};

/**
 * Adds figures to hours and days. Histograms are merged here, not by the server, so rows are read and written back: what writes
 * has locked the rows of their models.
 */
export function prepareRollupWrite(database: Database) {
  const names = figureNames;
  const types = ['int4', 'int4', ...sumNames.map(() => 'int8'), 'int8', ...histogramNames.map(() => 'bytea')];
  const statementsOf = (table: Table) => ({
    stored: `SELECT model, span, ${names.join(', ')} FROM ${database.table(table)}
      JOIN unnest($1::int4[], $2::int4[]) AS asked (model, span) USING (model, span)
      WHERE span >= $3 AND span <= $4`,
    // Merged with what is stored, so it takes the place of that.
    upsert: `INSERT INTO ${database.table(table)} (model, span, ${names.join(', ')})
      SELECT * FROM ${unnest(types)} ON CONFLICT (model, span) DO UPDATE
      SET ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`,
  });
  const statements = { hour_rollup: statementsOf('hour_rollup'), day_rollup: statementsOf('day_rollup') };

  async function merge(sql: Sql, table: Table, all: Map<string, Figures>): Promise<void> {
    if (all.size === 0) return;
    const figures = [...all.values()].sort((a, b) => a.model - b.model || a.span - b.span);
    const spans = figures.map(({ span }) => span);
    const bounds = [lowest(spans), highest(spans)];
    const { rows } = await sql.run<Record<string, unknown>>(statements[table].stored, [
      figures.map(({ model }) => model),
      spans,
      ...bounds,
    ]);
    for (const row of rows)
      add(
        figuresIn(all, Number(row.model), Number(row.span)),
        names.map((name) => row[name]),
      );
    const written = figures.map(({ model, span, sums, cost, histograms }) => [
      model,
      span,
      // Null takes no byte.
      ...sums.map((sum) => (sum === 0 ? null : sum)),
      cost,
      ...histograms.map(bytesOf),
    ]);
    await sql.run(statements[table].upsert, columnsOf(written, types.length));
  }

  /** Rows of the model, the hour or null, the day or null, then the figures added to both. */
  async function addRollups(sql: Sql, rows: readonly (readonly Value[])[]): Promise<void> {
    const hours = new Map<string, Figures>();
    const days = new Map<string, Figures>();
    for (const [model, hour, day, ...figures] of rows) {
      if (hour !== null) add(figuresIn(hours, Number(model), Number(hour)), figures);
      if (day !== null) add(figuresIn(days, Number(model), Number(day)), figures);
    }
    await merge(sql, 'hour_rollup', hours);
    await merge(sql, 'day_rollup', days);
  }

  /** Rows of the model, the first hour or day, the one after the last, the state, and the ms of it that each gets more. */
  async function addSpans(sql: Sql, table: Table, rows: readonly (readonly Value[])[]): Promise<void> {
    for (const code of new Set(rows.map((row) => Number(row[3])))) {
      const column = `${stateCodes.toWord(code)}_ms`;
      const own = rows
        .filter((row) => row[3] === code)
        .map(([model, from, to, , ms]) => [model, from, to, ms]);
      const target = database.table(table);
      await sql.run(
        `INSERT INTO ${target} AS stored (model, span, ${column})
          SELECT given.model, span, nullif(sum(given.ms), 0)::int8
          FROM ${unnest(['int4', 'int4', 'int4', 'int8'])} AS given (model, first, until, ms),
            generate_series(given.first, given.until - 1) AS span GROUP BY 1, 2 ORDER BY 1, 2
          ON CONFLICT (model, span) DO UPDATE
          SET ${column} = nullif(coalesce(stored.${column}, 0) + coalesce(excluded.${column}, 0), 0)`,
        columnsOf(own, 4),
      );
    }
  }

  return { addRollups, addSpans };
}
