import type { Database } from 'better-sqlite3';
import type { ModelKey, StoredModel, StoredName } from '../../port.js';
import { modelFrom, type ModelRow, type TotalRow } from '../../rows/model-row.js';

/** Reads of the table of models. */
export function prepareModels(database: Database) {
  const all = database.prepare<[], ModelRow>('SELECT * FROM models ORDER BY key');
  const byId = database.prepare<[string], ModelRow>('SELECT * FROM models WHERE id = ?');
  const named = database.prepare<[{ which: string }], StoredName>(
    `SELECT key, id, retired_at AS retiredAt FROM models
      WHERE retired_at IS NULL OR id IN (SELECT value FROM json_each(@which) WHERE type = 'text')
        OR key IN (SELECT value FROM json_each(@which) WHERE type = 'integer') ORDER BY key`,
  );
  const totals = database.prepare<[number], TotalRow>(
    'SELECT outcome, reason, count FROM totals WHERE model = ?',
  );

  const modelOf = (row: ModelRow): StoredModel => modelFrom(row, totals.all(row.key));

  return {
    all: (): StoredModel[] => all.all().map(modelOf),
    names: (which: readonly (string | ModelKey)[]): StoredName[] =>
      named.all({ which: JSON.stringify(which) }),
    find(id: string): StoredModel | undefined {
      const row = byId.get(id);
      return row && modelOf(row);
    },
  };
}

/** True for a model that has results or a time line. */
export function prepareHasHistory(database: Database): (key: ModelKey) => boolean {
  const found = database
    .prepare<[ModelKey, ModelKey], number>(
      'SELECT EXISTS (SELECT 1 FROM checks WHERE model = ?) OR EXISTS (SELECT 1 FROM states WHERE model = ?)',
    )
    .pluck();
  return (key) => found.get(key, key) === 1;
}

/** Writes to the table of models outside of batches. */
export function prepareRegistry(database: Database) {
  const models = prepareModels(database);
  const insert = database.prepare('INSERT INTO models (id, first_seen) VALUES (?, ?)');
  const rename = database.prepare('UPDATE models SET id = ? WHERE key = ?');
  const remove = database.prepare('DELETE FROM models WHERE key = ?');
  // A result that was written after the removal set the watermark again, but no slot was expected since then.
  const revive = database.prepare(
    'UPDATE models SET retired_at = NULL, watermark = NULL WHERE id = ? AND retired_at IS NOT NULL',
  );
  const retire = database.prepare(
    'UPDATE models SET retired_at = coalesce(retired_at, ?), watermark = NULL WHERE key = ?',
  );
  const hasHistory = prepareHasHistory(database);

  const register = (id: string, now: number, renameFrom: string | null): StoredModel => {
    const known = models.find(id);
    const former = renameFrom === null || renameFrom === id ? undefined : models.find(renameFrom);
    if (former !== undefined && (known === undefined || !hasHistory(known.key))) {
      if (known !== undefined) remove.run(known.key);
      rename.run(id, former.key);
    } else if (known === undefined) insert.run(id, now);
    revive.run(id);
    const registered = models.find(id);
    if (registered === undefined) throw new Error(`the model ${id} was not stored`);
    return registered;
  };
  const registering = database.transaction(register);
  // One flush to disk for all of them: a reload may remove thousands.
  const retiring = database.transaction((keys: readonly ModelKey[], now: number): void => {
    for (const key of keys) retire.run(now, key);
  });
  return {
    /** Not flushed to disk by itself, so that thousands of models start quickly: the flush of the first result includes it. */
    register(id: string, now: number, renameFrom: string | null): StoredModel {
      database.pragma('synchronous = NORMAL');
      try {
        return registering.immediate(id, now, renameFrom);
      } finally {
        database.pragma('synchronous = FULL');
      }
    },
    retire: (keys: readonly ModelKey[], now: number): void => retiring.immediate(keys, now),
  };
}

/** Keys up to `highest` are not assigned to new models, so that one from a lost file never means another model. */
export function reserveKeys(database: Database, highest: number): void {
  database
    .prepare(
      `INSERT INTO sqlite_sequence (name, seq)
        SELECT 'models', @highest WHERE @highest > 0 AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'models')`,
    )
    .run({ highest });
}
