import { addAll } from '../../domain/list.js';
import type { ShardFence } from '../fleet-port.js';
import { modelFrom, type ModelRow } from '../rows/model-row.js';
import type { ModelKey, Store, StoredModel } from '../port.js';
import { instant, textOf } from './columns.js';
import type { Database, Sql } from './database.js';
import { shardOf } from '../fleet-port.js';
import { prepareFences } from './fences.js';

type Row = ModelRow & {
  readonly totals: readonly (readonly [outcome: number, reason: number, count: number])[];
};

const modelOf = ({ totals, ...row }: Row): StoredModel =>
  modelFrom(
    row,
    totals.map(([outcome, reason, count]) => ({ outcome, reason, count })),
  );

/** Reads of the table of models. */
export function prepareModels(database: Database) {
  const [model, total] = [database.table('model'), database.table('total')];
  const select = `SELECT key, id, first_seen, retired_at, watermark, last_success, input_tokens, output_tokens,
      version_changes, health, latest, coalesce((SELECT json_agg(json_build_array(outcome, reason, count)
        ORDER BY outcome, reason) FROM ${total} WHERE model = key), '[]') AS totals FROM ${model}`;
  return {
    async all(): Promise<StoredModel[]> {
      const { rows } = await database.run<Row>(`${select} ORDER BY key`, []);
      return rows.map(modelOf);
    },
    /** Those with these keys, in no order. */
    async some(keys: readonly ModelKey[]): Promise<StoredModel[]> {
      const { rows } = await database.run<Row>(`${select} WHERE key = ANY($1::int8[])`, [keys]);
      return rows.map(modelOf);
    },
    async names(which: readonly (string | ModelKey)[]) {
      const { rows } = await database.run<{ key: number; id: string; retiredAt: number | null }>(
        `SELECT key, id, retired_at AS "retiredAt" FROM ${model}
          WHERE retired_at IS NULL OR id = ANY($1::text[]) OR key = ANY($2::int8[]) ORDER BY key`,
        [
          which.filter((one) => typeof one === 'string').map(textOf),
          which.filter((one) => typeof one === 'number'),
        ],
      );
      return rows;
    },
    /** Those with these ids, in no order; null unless all are there and none is retired. */
    async live(ids: readonly string[]): Promise<StoredModel[] | null> {
      const { rows } = await database.run<Row>(
        `${select} WHERE id = ANY($1::text[]) AND retired_at IS NULL`,
        [ids],
      );
      return rows.length < ids.length ? null : rows.map(modelOf);
    },
    async find(sql: Sql, id: string): Promise<StoredModel | undefined> {
      const { rows } = await sql.run<Row>(`${select} WHERE id = $1`, [id]);
      return rows.map(modelOf)[0];
    },
  };
}

/** SQL that is true for a model, by the SQL of its key, that has results or a time line. */
export function hasHistorySql(database: Database, key: string): string {
  return `(EXISTS (SELECT 1 FROM ${database.table('check_result')} WHERE model = ${key})
    OR EXISTS (SELECT 1 FROM ${database.table('state')} WHERE model = ${key}))`;
}

/** With `fences`, nothing is changed once a shard has another fence: rejects with FencedError. */
export interface RegistryWrites extends Pick<Store, 'register' | 'retire'> {
  /** Registers models under ids that all differ, and returns them in no order; as `register`, but none is renamed. */
  registerAll(
    ids: readonly string[],
    now: number,
    fences?: readonly ShardFence[],
  ): Promise<readonly StoredModel[]>;
}

/** Models that one statement registers. */
const atOnce = 1_000;

/** Writes to the table of models outside of batches. */
export function prepareRegistry(database: Database): RegistryWrites {
  const model = database.table('model');
  const requireFences = prepareFences(database);
  const { find, live } = prepareModels(database);

  const hasHistory = async (sql: Sql, key: ModelKey): Promise<boolean> => {
    const { rows } = await sql.run<{ found: boolean }>(
      `SELECT ${hasHistorySql(database, '$1::int4')} AS found`,
      [key],
    );
    return rows[0]?.found === true;
  };

  const shard = database.table('shard');
  /** Gives the shards of these models another fence where another instance has them, once its writes that are under way have ended. */
  async function fenceOff(sql: Sql, ids: readonly string[], own: string): Promise<void> {
    const shards = [...new Set(ids.map(shardOf))];
    if (shards.length === 0) return;
    await sql.run(`SELECT id FROM ${shard} WHERE id = ANY($1::int2[]) ORDER BY id FOR UPDATE`, [shards]);
    await sql.run(
      `UPDATE ${shard} SET fence = fence + 1 WHERE id = ANY($1::int2[]) AND owner IS DISTINCT FROM $2`,
      [shards, own],
    );
  }

  /** A result that was written after the removal set the watermark again, but no slot was expected since then. */
  const bringBack = `UPDATE ${model} SET retired_at = NULL, watermark = NULL
    WHERE id = ANY($1::text[]) AND retired_at IS NOT NULL`;
  /**
   * One after the other: two instances may register the same model at a time. A weaker lock would let a batch lock rows of models,
   * which it could then not update, while these are waited for here.
   */
  const lockTable = `LOCK TABLE ${model} IN EXCLUSIVE MODE`;

  async function change(sql: Sql, id: string, now: number, renameFrom: string | null): Promise<void> {
    await sql.run(lockTable);
    const known = await find(sql, id);
    const former = renameFrom === null || renameFrom === id ? undefined : await find(sql, renameFrom);
    if (former !== undefined && (known === undefined || !(await hasHistory(sql, known.key)))) {
      if (known !== undefined) await sql.run(`DELETE FROM ${model} WHERE key = $1`, [known.key]);
      await sql.run(`UPDATE ${model} SET id = $1 WHERE key = $2`, [id, former.key]);
    } else if (known === undefined) {
      await sql.run(`INSERT INTO ${model} (id, first_seen) VALUES ($1, $2)`, [id, instant(now)]);
    }
    await sql.run(bringBack, [[id]]);
  }

  async function registerSome(
    ids: readonly string[],
    now: number,
    fences: readonly ShardFence[],
  ): Promise<readonly StoredModel[]> {
    const known = await live(ids);
    if (known !== null) return known;
    await database.transaction(async (sql) => {
      await requireFences(sql, fences);
      await sql.run(lockTable);
      // A conflict would use up a key.
      await sql.run(
        `INSERT INTO ${model} (id, first_seen) SELECT given.id, $2::int8 FROM unnest($1::text[]) AS given (id)
          WHERE NOT EXISTS (SELECT 1 FROM ${model} AS stored WHERE stored.id = given.id)`,
        [ids, instant(now)],
      );
      await sql.run(bringBack, [ids]);
    });
    const registered = await live(ids);
    if (registered === null) throw new Error('models were not stored');
    return registered;
  }

  return {
    async registerAll(given, now, fences = []) {
      const registered: StoredModel[] = [];
      for (let from = 0; from < given.length; from += atOnce)
        addAll(registered, await registerSome(given.slice(from, from + atOnce).map(textOf), now, fences));
      return registered;
    },
    async register(given, now, formerId, fences = [], own) {
      const [id, renameFrom] = [textOf(given), formerId === null ? null : textOf(formerId)];
      const known = await find(database, id);
      const isPlain = renameFrom === null || renameFrom === id;
      if (known?.retiredAt === null && isPlain) return known;
      return database.transaction(async (sql) => {
        await requireFences(sql, fences);
        // Before the table is locked: a write locks its shards first.
        if (own !== undefined && renameFrom !== null) await fenceOff(sql, [renameFrom], own);
        await change(sql, id, now, renameFrom);
        const registered = await find(sql, id);
        if (registered === undefined) throw new Error(`the model ${id} was not stored`);
        return registered;
      });
    },
    async retire(keys, now, fences = [], own) {
      await database.transaction(async (sql) => {
        await requireFences(sql, fences);
        if (own !== undefined) {
          const { rows } = await sql.run<{ id: string }>(
            `SELECT id FROM ${model} WHERE key = ANY($1::int8[])`,
            [keys],
          );
          await fenceOff(
            sql,
            rows.map(({ id }) => id),
            own,
          );
        }
        await sql.run(
          `UPDATE ${model} SET retired_at = coalesce(retired_at, $2), watermark = NULL WHERE key = ANY($1::int8[])`,
          [keys, instant(now)],
        );
      });
    },
  };
}
