import type { Database } from 'better-sqlite3';
import { addEnds, type HourlyChanges } from '../../domain/rollup.js';
import { parseJson } from '../../domain/json.js';
import type { Interval } from '../../domain/state.js';
import { modelKinds, type Row } from './history-kinds.js';
import { modelTables } from './sqlite-kinds.js';
import type { MemoryReading, StoredModel } from '../port.js';
import { prepareHasHistory, prepareModels } from '../sqlite/rows/model-row.js';
import { prepareWrite } from '../sqlite/write/write.js';
import { keysOf, tableOf } from '../../domain/table.js';

/**
 * Outcome for a model: `new` without existing history, `before` the existing history, `there` when already imported, or
 * `left` out because it overlaps.
 */
export type Taken =
  | { readonly how: 'new' | 'before' | 'there'; readonly id: string }
  | { readonly how: 'left'; readonly id: string; readonly there: Interval; readonly file: Interval };

/** A model while its lines are read. */
export interface Taking {
  readonly taken: Taken;
  /** Unix ms of its newest slot; null before the first. */
  readonly settled: number | null;
  /** Unix ms of its first sight; null without a memory. */
  readonly firstSeen: number | null;
  add(kind: keyof typeof modelKinds, row: Row): void;
  finish(): void;
}

function prepare(database: Database) {
  return {
    hasHistory: prepareHasHistory(database),
    begins: database.prepare<[number, number]>('SELECT 1 FROM states WHERE model = ? AND starts = ?'),
    insert: database.prepare<[Row]>(`INSERT INTO models (id, first_seen, retired_at, watermark, last_success,
        input_tokens, output_tokens, version_changes, health, latest)
      VALUES (@id, @first_seen, @retired_at, @watermark, @last_success, @input_tokens, @output_tokens,
        @version_changes, @memory, @latest)`),
    replace: database.prepare<[Row]>(`UPDATE models SET first_seen = @first_seen, watermark = @watermark,
      last_success = @last_success, input_tokens = @input_tokens, output_tokens = @output_tokens,
      version_changes = @version_changes, health = @memory, latest = @latest WHERE key = @model`),
    moveBack: database.prepare<[Row]>(`UPDATE models SET first_seen = @first_seen,
      last_success = coalesce(last_success, @last_success), latest = coalesce(latest, @latest) WHERE key = @model`),
    // Oldest first, by id: notes of an incident that continues were added later but are older.
    sortNotes: [
      `CREATE TEMP TABLE sorted AS SELECT incident, at, author, text FROM notes WHERE incident IN (SELECT id
        FROM incidents WHERE model = @model AND opened_at < @until AND (closed_at IS NULL OR closed_at >= @until))
        ORDER BY at, id`,
      'DELETE FROM notes WHERE incident IN (SELECT incident FROM sorted)',
      'INSERT INTO notes (incident, at, author, text) SELECT incident, at, author, text FROM sorted ORDER BY rowid',
      'DROP TABLE sorted',
    ],
  };
}

/** Prepares the import of models into a database, in the open transaction. */
export function prepareTaking(database: Database, memory: MemoryReading): (row: Row) => Taking {
  const statements = prepare(database);
  const models = prepareModels(database);
  const write = prepareWrite(database);
  const inserts = tableOf(keysOf(modelKinds), (type) => modelTables[type].insert(database));

  const adding =
    (model: number, bounds: { until: number | null; end: number | null }): Taking['add'] =>
    (kind, row) =>
      inserts[kind]({ ...row, ...bounds, model });

  function fresh(row: Row, known: StoredModel | undefined, file: Interval | null): Taking {
    const model = known?.key ?? Number(statements.insert.run(row).lastInsertRowid);
    if (known !== undefined) statements.replace.run({ ...row, model });
    return {
      taken: { how: 'new', id: String(row.id) },
      settled: file?.to ?? null,
      firstSeen: file?.from ?? null,
      add: adding(model, { until: null, end: null }),
      finish: () => undefined,
    };
  }

  /** The time between the two histories is unknown. */
  function bridge({ key, health }: StoredModel, row: Row, file: Interval, until: number): void {
    const rollups: HourlyChanges = new Map();
    const between = { from: file.to, to: until, state: 'unknown', sign: 1, final: true } as const;
    const wholeHours = addEnds(rollups, between);
    write.batch({
      models: [
        {
          key,
          results: [],
          rewriteFrom: null,
          points: file.to < until ? [{ from: file.to, state: 'unknown', reason: 'not_watched' }] : [],
          rollups,
          wholeHours: wholeHours === null ? [] : [wholeHours],
          incidents: [],
          gaps: [],
          maintenance: [],
          epochs: [],
          health: memory.following(health, parseJson(String(row.memory))),
          watermark: null,
          totals: {
            results: [],
            inputTokens: Number(row.input_tokens),
            outputTokens: Number(row.output_tokens),
            versionChanges: Number(row.version_changes),
          },
        },
      ],
      missed: new Map(),
    });
    statements.moveBack.run({ ...row, model: key });
  }

  function before(row: Row, known: StoredModel, file: Interval, until: number): Taking {
    return {
      taken: { how: 'before', id: known.id },
      settled: file.to,
      firstSeen: file.from,
      add: adding(known.key, { until, end: file.to }),
      finish() {
        bridge(known, row, file, until);
        for (const sql of statements.sortNotes) {
          const statement = database.prepare(sql);
          if (sql.includes('@')) statement.run({ model: known.key, until });
          else statement.run();
        }
      },
    };
  }

  return (row) => {
    const known = models.find(String(row.id));
    const file = row.memory === null ? null : memory.covered(JSON.parse(String(row.memory)));
    const lived = known !== undefined && statements.hasHistory(known.key);
    if (known === undefined || (!lived && file !== null)) return fresh(row, known, file);
    const times = { settled: file?.to ?? null, firstSeen: file?.from ?? null };
    const alone = { ...times, add: () => undefined, finish: () => undefined };
    if (file === null) return { ...alone, taken: { how: 'there', id: known.id } };
    const there =
      known.health === null ? { from: known.firstSeen, to: known.firstSeen } : memory.covered(known.health);
    const earlier = file.from < there.from && file.to <= there.from;
    if (known.health !== null && earlier) return before(row, known, file, there.from);
    const begun = there.from === file.from || statements.begins.get(known.key, file.from) !== undefined;
    if (begun && file.to <= there.to) return { ...alone, taken: { how: 'there', id: known.id } };
    return { ...alone, taken: { how: 'left', id: known.id, there, file } };
  };
}
